#include "fakes/fault/faults/answering.hpp"

#include <fmt/format.h>

#include "runtime/http/message.hpp"

namespace kitfox::fault {

std::string print_response(const made_response& made) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\n", made.status, runtime::http::reason_phrase(made.status));
  for (const auto& [name, value] : made.fields) text += fmt::format("{}: {}\r\n", name, value);
  if (!made.body.empty()) text += fmt::format("Content-Type: {}\r\n", made.content_type);
  if (made.status != 204 && made.status != 304)
    text += fmt::format("Content-Length: {}\r\n", made.body.size());
  if (made.closes) text += "Connection: close\r\n";
  return text + "\r\n" + made.body;
}

void answering_fault::answer(http_exchange& of) {
  made_response answer = answer_;
  if (of.method == "HEAD") answer.body.clear();
  record(name_, of, side::client);
  answer_client(of, print_response(answer));
  if (!answer.closes) return;
  flush();
  context().cut(end_kind::fin);
}

void answering_fault::on_request(http_exchange& of, http_piece, std::string_view, const http_head* head) {
  // A client that waits for 100 (RFC 9110 §10.1.1) would never send the rest.
  if (head != nullptr && head->has_token("expect", "100-continue")) answer(of);
}

void answering_fault::on_request_complete(http_exchange& of) {
  if (!of.response_done) answer(of);
}

}  // namespace kitfox::fault
