// Every message parser on the same text: what one accepts, its printer writes so that it reads the same.
#include <string>

#include "protocol/fuzz/fuzz_input.hpp"
#include "protocol/messages.hpp"
#include "protocol/sse_decoder.hpp"
#include "protocol/utf8.hpp"

namespace {

using namespace kitfox::protocol;

/// Times are printed in milliseconds, so that the first print may cut; from then on nothing changes.
template <class Parse, class Print>
void check(std::string_view text, Parse parse, Print print) {
  diagnostics diag;
  const auto message = parse(text, diag);
  if (!message) {
    fuzz::insist(!diag.sentence.empty() && is_utf8(diag.to_string()));
    return;
  }
  const std::string printed = print(*message);
  const auto again = parse(printed, diag);
  fuzz::insist(again.has_value() && print(*again) == printed);
}

auto unlimited(auto parse) {
  return [parse](std::string_view text, diagnostics& diag) { return parse(text, diag, json_limits{}); };
}

void check_event(std::string_view type, std::string_view text) {
  check(
      text, [type](std::string_view data, diagnostics& diag) { return parse_agent_event(type, data, diag); },
      print_agent_event);
  diagnostics diag;
  const auto event = parse_agent_event(type, text, diag);
  if (!event) return;
  std::size_t count = 0;
  sse_decoder decoder;
  const auto error = decoder.feed(encode_agent_event(*event), [&](const sse_event& seen) {
    ++count;
    fuzz::insist(seen.type == type && seen.data == print_agent_event(*event));
  });
  fuzz::insist(!error && count == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  for (const std::string_view type : {"connected", "command", "heartbeat", "cancel", "drain"})
    check_event(type, text);
  check(text, unlimited(parse_command_response), print_command_response);
  check(text, unlimited(parse_execute_request), print_execute_request);
  check(text, unlimited(parse_execute_answer), print_execute_answer);
  check(text, unlimited(parse_cluster_list), print_cluster_list);
  check(text, unlimited(parse_dashboard_list), print_dashboard_list);
  check(text, parse_cluster_entry, print_cluster_entry);
  check(text, parse_dashboard_cluster, print_dashboard_cluster);
  check(text, parse_create_cluster_request, print_create_cluster_request);
  check(text, parse_create_cluster_answer, print_create_cluster_answer);
  check(text, parse_heartbeat_answer, print_heartbeat_answer);
  check(text, parse_error_body, print_error_body);
  check(text, parse_health_answer, print_health_answer);
  check(text, parse_connect_query, print_connect_query);
  return 0;
}
