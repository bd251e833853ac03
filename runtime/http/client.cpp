#include "runtime/http/client.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/errc.hpp"
#include "runtime/http/message_parser.hpp"
#include "runtime/http/printer.hpp"
#include "runtime/input_buffer.hpp"

namespace kitfox::runtime::http {
namespace {

/// How many 1xx responses may precede one answer.
constexpr int interim_responses_max = 16;

/// Framing lines that are longer than a small chunk must still fit into one look.
constexpr std::size_t look_bytes_min = 64;

bool is_end(const error_code& failure) noexcept {
  return failure == runtime::errc::end_of_stream || failure == runtime::errc::tls_truncated;
}

}  // namespace

struct client_connection::state {
  state(std::unique_ptr<byte_stream> on, limits most)
      : stream{std::move(on)}, bounds{most}, input{std::max(most.chunk_bytes_max, look_bytes_min)} {}

  enum class phase { idle, busy, body, spent };

  task<error_code> send(const request& message);
  task<error_code> read_head(std::string_view method, body_mode mode);
  task<error_code> read_final_head(std::string_view method, body_mode mode);
  task<error_code> read_more();
  error_code take_body_step();
  void finish();
  error_code fail(error_code why) noexcept;

  std::unique_ptr<byte_stream> stream;
  limits bounds;
  input_buffer input;
  std::optional<response_parser> parser;
  phase now = phase::idle;
};

error_code client_connection::state::fail(error_code why) noexcept {
  now = phase::spent;
  return why;
}

task<error_code> client_connection::state::send(const request& message) {
  if (now != phase::idle) co_return runtime::errc::not_connected;
  if (!input.empty()) co_return fail(errc::unexpected_bytes);
  const result<std::string> bytes = print_request(message);
  if (!bytes) co_return bytes.error();
  now = phase::busy;  // stays so if this coroutine is left early
  if (const error_code failure = co_await stream->write(*bytes)) co_return fail(failure);
  co_return error_code{};
}

task<error_code> client_connection::state::read_more() {
  const result<std::size_t> count = co_await stream->read_some(input.prepare());
  if (!count) co_return count.error();
  input.commit(*count);
  co_return error_code{};
}

task<error_code> client_connection::state::read_head(std::string_view method, body_mode mode) {
  parser.emplace(bounds, method, mode);
  bool nothing_yet = true;
  for (;;) {
    nothing_yet = nothing_yet && input.empty();
    const result<std::size_t> used = parser->put(input.view());
    if (!used) co_return used.error();
    input.consume(*used);
    if (parser->head_complete()) co_return error_code{};
    if (const error_code failure = co_await read_more()) {
      // Before the first byte the reason itself matters: a kept connection may have been closed meanwhile.
      if (!nothing_yet && is_end(failure)) co_return errc::truncated;
      co_return failure;
    }
  }
}

task<error_code> client_connection::state::read_final_head(std::string_view method, body_mode mode) {
  for (int interim = 0; interim <= interim_responses_max; ++interim) {
    if (const error_code failure = co_await read_head(method, mode)) co_return fail(failure);
    const int status = parser->message().status;
    if (status == 101) co_return fail(errc::unsupported);
    if (status >= 200) {
      now = phase::body;
      if (parser->complete()) finish();
      co_return error_code{};
    }
  }
  co_return fail(errc::malformed);
}

void client_connection::state::finish() {
  now = parser->keep_alive() && input.empty() ? phase::idle : phase::spent;
}

error_code client_connection::state::take_body_step() {
  const std::string_view look = input.view().substr(0, std::max(bounds.chunk_bytes_max, look_bytes_min));
  result<std::size_t> used = parser->put(look);
  if (used && *used == 0 && look.size() < input.size()) used = parser->put(input.view());
  if (!used) return fail(used.error());
  input.consume(*used);
  if (parser->complete()) finish();
  return {};
}

client_connection::client_connection(std::unique_ptr<byte_stream> stream, limits bounds)
    : state_{std::make_unique<state>(std::move(stream), bounds)} {}
client_connection::~client_connection() = default;
client_connection::client_connection(client_connection&&) noexcept = default;
client_connection& client_connection::operator=(client_connection&&) noexcept = default;

task<result<response>> client_connection::roundtrip(request message) {
  state& self = *state_;
  if (const error_code failure = co_await self.send(message)) co_return failure;
  if (const error_code failure = co_await self.read_final_head(message.method, body_mode::whole))
    co_return failure;
  while (!self.parser->complete()) {
    const std::size_t before = self.input.size();
    if (const error_code failure = self.take_body_step()) co_return failure;
    if (self.parser->complete() || (self.input.size() < before && !self.input.empty())) continue;
    if (const error_code failure = co_await self.read_more()) {
      if (!is_end(failure)) co_return self.fail(failure);
      const bool in_order = failure == runtime::errc::end_of_stream && !self.parser->put_end();
      self.now = state::phase::spent;
      if (!in_order) co_return errc::truncated;
      break;
    }
  }
  response answer = std::move(self.parser->message());
  self.parser.reset();
  co_return answer;
}

task<result<response>> client_connection::start(request message) {
  state& self = *state_;
  if (const error_code failure = co_await self.send(message)) co_return failure;
  if (const error_code failure = co_await self.read_final_head(message.method, body_mode::streamed))
    co_return failure;
  response head;
  head.status = self.parser->message().status;
  head.headers = self.parser->message().headers;
  co_return head;
}

task<result<std::string>> client_connection::read_body() {
  state& self = *state_;
  if (!self.parser) co_return std::string{};
  for (;;) {
    if (self.now == state::phase::spent && !self.parser->complete()) co_return runtime::errc::not_connected;
    std::size_t before = 0;
    while (!self.parser->complete() && before != self.input.size()) {
      before = self.input.size();
      if (const error_code failure = self.take_body_step()) co_return failure;
      std::string bytes = self.parser->take_body();
      if (!bytes.empty()) co_return bytes;
    }
    if (self.parser->complete()) {
      self.parser.reset();
      self.input.release();
      co_return std::string{};
    }
    const result<std::size_t> count = co_await self.stream->read_some(self.input.prepare());
    if (count) {
      self.input.commit(*count);
    } else {
      const error_code failure = count.error();
      if (failure == runtime::errc::cancelled) co_return failure;  // nothing is lost: reading may go on
      self.now = state::phase::spent;
      if (!is_end(failure)) co_return failure;
      if (failure == runtime::errc::tls_truncated || self.parser->put_end()) co_return errc::truncated;
    }
  }
}

bool client_connection::reusable() const noexcept { return state_->now == state::phase::idle; }

void client_connection::close() noexcept {
  state_->now = state::phase::spent;
  state_->stream->close();
}

}  // namespace kitfox::runtime::http
