// Hand-made requests of strangers: what is sent is what stands in the scenario, well-formed or not.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/transcript/canary.hpp"
#include "conformance/transcript/http_reader.hpp"
#include "conformance/world/names.hpp"
#include "conformance/world/player.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::conformance {
namespace {

/// An answer that has not come by then never comes.
constexpr runtime::duration answer_timeout = std::chrono::seconds{60};
constexpr std::size_t answer_bytes_max = 64 * 1024;

/// The first message of an answer.
struct answer_reader final : http_reader_sink {
  http_head head;
  std::string body;
  std::vector<std::string> canaries;
  bool complete = false, begun = false;
  void on_head(http_head one) override {
    if (begun) return;
    begun = true;
    head = std::move(one);
  }
  void on_body(std::string_view bytes) override {
    if (!complete && body.size() < answer_bytes_max) body += bytes.substr(0, answer_bytes_max - body.size());
  }
  void on_message_end() override {
    complete = true;
    add_canaries(body, canaries);
  }
  void on_malformed(std::string_view) override { complete = true; }
  [[nodiscard]] bool streams() const { return head.get("content-type").starts_with("text/event-stream"); }
};

/// The key that a hand-made request presents.
std::string present(const send_verb& what, const keyring& keys) {
  const std::size_t cluster = what.key_of->clusters.front();
  const keyring::key& right =
      what.key == key_form::previous ? keys.of(cluster).keys.front() : *keys.current(cluster);
  switch (what.key) {
    case key_form::issued:
    case key_form::previous:
      return right.text;
    case key_form::wrong_secret:
      return keyring::with_wrong_secret(right);
    case key_form::unknown_id:
      return keyring::unknown_key();
    case key_form::secret_hash:
      return right.id + "." + std::string(64, 'a');
    case key_form::malformed:
      return "ixfx_k8s_";
    case key_form::none:
      return {};
  }
  return {};
}

/// Whose right the request claims; empty: nobody's.
std::string tenant_of(const send_verb& what, const topology& in) {
  if (!what.credential_of.empty()) return what.credential_of;
  return what.key_of ? in.clusters[what.key_of->clusters.front()].team_path() : std::string{};
}

std::string replaced(std::string text, const std::string& mark, const std::string& by) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size())) {
    text.replace(at, mark.size(), by);
  }
  return text;
}

/// Writes beside the reading: a server may answer, and close, before it has read everything.
runtime::task<void> write_all(runtime::byte_stream& to, const std::string& bytes) {
  const runtime::error_code refused = co_await to.write(bytes);
  static_cast<void>(refused);
}

}  // namespace

std::string player::bytes_of(const send_verb& what) const {
  const std::string& last = world_.state().last_command();
  if (!what.raw.empty()) return replaced(what.raw, "$request_id", last);
  const std::string body =
      what.body_bytes ? std::string(*what.body_bytes, 'x') : replaced(what.body, "$request_id", last);
  std::string out = (what.method.empty() ? "GET" : what.method) + " " +
                    replaced(what.path.empty() ? "/" : what.path, "$request_id", last) +
                    " HTTP/1.1\r\nHost: gateway\r\n";
  if (what.key_of && what.key != key_form::none)
    out += "Authorization: Bearer " + present(what, keys_) + "\r\n";
  if (!what.credential_of.empty())
    out += "X-Internal-Service: " + world_.credential(what.credential_of, true) + "\r\n";
  for (const auto& [name, value] : what.headers)
    out += name + ": " + replaced(value, "$request_id", last) + "\r\n";
  if (!body.empty() || what.method == "POST") out += fmt::format("Content-Length: {}\r\n", body.size());
  return out + "\r\n" + body;
}

runtime::task<void> player::send_once(std::size_t index, const send_verb& what) {
  record begun;
  begun.kind = record_kind::call_begun;
  begun.name = "send";
  begun.id = std::to_string(++calls_);
  begun.target = what.path;
  begun.more = {{"step", index}};
  if (const std::string tenant = tenant_of(what, what_.topology); !tenant.empty())
    begun.more["tenant"] = tenant;
  record ended;
  ended.kind = record_kind::call_ended;
  ended.name = "send";
  ended.id = begun.id;
  world_.tape().add(std::move(begun), world_.harness().clock().now());

  const auto to =
      what.to == send_verb::target::agent_listener ? caller::listener::agents : caller::listener::callers;
  auto stream = co_await caller_.dial(to);
  if (!stream) {
    ended.more = {{"failure", stream.error().message()}};
    world_.tape().add(std::move(ended), world_.harness().clock().now());
    co_return;
  }
  const std::string bytes = bytes_of(what);
  runtime::task_group writer{world_.harness()};
  writer.spawn("hand-made request", write_all(**stream, bytes));
  answer_reader answer;
  http_reader reader{http_reader::direction::responses, answer};
  reader.expect_response_to(what.method.empty() ? "GET" : what.method);
  std::vector<char> buffer(16 * 1024);
  if (what.end == send_verb::ending::reset_before_answer) {
    co_await writer.join();
    (*stream)->reset();
  }
  const runtime::mono_time until = world_.harness().clock().now() + answer_timeout;
  while (what.end == send_verb::ending::close && !answer.complete && !(answer.begun && answer.streams())) {
    auto reading = (*stream)->read_some(buffer);
    const auto got = co_await runtime::with_deadline(world_.harness().clock(), until, std::move(reading));
    if (!got) {
      reader.end_of_stream();
      break;
    }
    reader.feed({buffer.data(), *got});
  }
  if (answer.begun && what.hold > runtime::duration::zero()) {
    const runtime::error_code failure = co_await world_.harness().clock().sleep_for(what.hold);
    static_cast<void>(failure);
  }
  (*stream)->close();
  writer.cancel();
  co_await writer.join();
  ended.status = answer.head.status;
  ended.text = answer.body;
  ended.canaries = std::move(answer.canaries);
  nlohmann::json headers = nlohmann::json::object();
  for (const auto& [name, value] : answer.head.fields) headers[name] = value;
  ended.more = {{"headers", std::move(headers)}};
  world_.tape().add(std::move(ended), world_.harness().clock().now());
}

runtime::task<void> player::send_worker(std::size_t index, const send_verb& what, std::uint64_t& left) {
  while (left > 0) {
    --left;
    co_await send_once(index, what);
    const auto state = co_await runtime::asio::this_coro::cancellation_state;
    if (state.cancelled() != runtime::asio::cancellation_type::none) co_return;
  }
}

player::outcome player::send(std::size_t index, const send_verb& what) {
  std::uint64_t left = what.times;
  runtime::task_group workers{world_.harness()};
  for (std::uint32_t i = 0; i < std::max<std::uint32_t>(what.concurrency, 1); ++i) {
    workers.spawn(fmt::format("requests of step {}", index), send_worker(index, what, left));
  }
  co_await workers.join();
  co_return step_result{};
}

}  // namespace kitfox::conformance
