#include "runtime/http/server_connection.hpp"

#include <algorithm>
#include <utility>

#include "runtime/assert.hpp"
#include "runtime/errc.hpp"

namespace kitfox::runtime::http {
namespace {

/// Bodies up to this size go out in one write with their head.
constexpr std::size_t joined_body_bytes_max = 16 * 1024;
/// How long a refused client may take to read its refusal while it still sends.
constexpr duration linger_timeout = std::chrono::seconds{2};

int status_of(const error_code& failure) noexcept {
  if (failure == errc::header_too_large) return 431;
  if (failure == errc::body_too_large) return 413;
  return 400;  // also what is well-formed and unsupported: no bytes of a client may bring about a 5xx
}

bool forbids_body(int status) noexcept { return status < 200 || status == 204 || status == 304; }

}  // namespace

std::string_view server_context::date() {
  const auto now = std::chrono::floor<std::chrono::seconds>(on.clock().wall_now());
  if (now != date_of_ || date_text_.empty()) {
    date_of_ = now;
    date_text_ = print_http_date(now);
  }
  return date_text_;
}

server_connection::server_connection(server_context& server, std::uint64_t id,
                                     std::unique_ptr<byte_stream> stream, admission how)
    : server_{server},
      id_{id},
      stream_{std::move(stream)},
      admission_{how},
      limit_{server.deadlines, [this] { on_deadline(); }},
      late_{server.on},
      input_{server.bounds.chunk_bytes_max} {}

server_connection::~server_connection() = default;

void server_connection::enter(phase next, duration limit) {
  phase_ = next;
  limit_.arm_in(limit);
}

task<void> server_connection::run() {
  enter(phase::handshake, server_.bounds.handshake_timeout);
  const error_code failure = co_await stream_->handshake();
  bool go_on = !failure;
  while (go_on) go_on = co_await serve_one();
  co_await late_.join();
  limit_.disarm();
  phase_ = phase::closed;
  stream_->close();
}

void server_connection::stop() {
  if (phase_ == phase::idle || phase_ == phase::handshake) close();
}

void server_connection::on_deadline() {
  switch (phase_) {
    case phase::head:
    case phase::body:
      phase_ = phase::refusing;
      late_.spawn("http refusal", refuse_slow_client());
      return;
    case phase::handling:
    case phase::refusing:
      write_timed_out_ = true;
      reset();
      return;
    case phase::handshake:
    case phase::idle:
    case phase::lingering:
    case phase::closed:
      close();
      return;
  }
}

task<bool> server_connection::serve_one() {
  verdict refusal = co_await read_head();
  if (!refusal) {
    if (admission_ == admission::over_quota) {
      refusal = 503;
    } else if (std::optional<response> screened = server_.answers.screen(parser_->message(), peer())) {
      co_await refuse(std::move(*screened));
      co_return false;
    }
  }
  if (!refusal) refusal = co_await read_body();
  if (refusal) {
    if (*refusal != 0) co_await refuse(server_.answers.refusal(*refusal));
    co_return false;
  }
  keep_alive_ = parser_->keep_alive() && ++served_ < server_.bounds.requests_per_connection_max;
  request_ = std::move(parser_->message());
  parser_.reset();
  input_.release();
  answer_ = answer_state::none;
  phase_ = phase::handling;
  limit_.disarm();

  co_await server_.answers.answer_exchange(*this);

  if (answer_ == answer_state::none && !broken_) {
    keep_alive_ = false;
    response answer = server_.answers.refusal(500);
    static_cast<void>(co_await respond(std::move(answer)));
  }
  request_ = {};
  co_return answer_ == answer_state::complete && !broken_ && !will_close();
}

task<server_connection::verdict> server_connection::read_head() {
  parser_.emplace(server_.bounds);
  enter(phase::idle, server_.bounds.idle_timeout);
  while (!parser_->head_complete()) {
    if (phase_ == phase::idle) {
      // RFC 9112 §2.2: an empty line before a request is ignored.
      while (input_.view().starts_with("\r\n")) input_.consume(2);
      if (!input_.empty()) enter(phase::head, server_.bounds.header_timeout);
    }
    if (!input_.empty()) {
      const result<std::size_t> used = parser_->put(input_.view());
      if (!used) co_return status_of(used.error());
      input_.consume(*used);
      if (parser_->head_complete()) break;
    }
    if (phase_ == phase::idle && server_.stopping) co_return 0;
    if (const error_code failure = co_await read_more()) co_return 0;
  }
  is_http11_ = parser_->is_http11();
  request_.method = parser_->message().method;
  co_return std::nullopt;
}

task<server_connection::verdict> server_connection::read_body() {
  if (parser_->complete()) co_return std::nullopt;
  if (parser_->expects_continue() && input_.empty()) {
    phase_ = phase::handling;
    const error_code failure = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
    if (failure) co_return 0;
  }
  enter(phase::body, server_.bounds.body_timeout);
  for (;;) {
    std::size_t before = 0;
    while (!parser_->complete() && input_.size() != before) {
      before = input_.size();
      const result<std::size_t> used = parser_->put(input_.view());
      if (!used) co_return status_of(used.error());
      input_.consume(*used);
    }
    if (parser_->complete()) co_return std::nullopt;
    if (const error_code failure = co_await read_more()) co_return 0;
  }
}

task<error_code> server_connection::read_more() {
  const result<std::size_t> count = co_await stream_->read_some(input_.prepare());
  if (!count) co_return count.error();
  // A refusal may have begun while these bytes were on their way; it stands.
  if (phase_ == phase::refusing) co_return make_error_code(runtime::errc::cancelled);
  input_.commit(*count);
  co_return error_code{};
}

bool server_connection::will_close() const noexcept { return !keep_alive_ || server_.stopping; }

response_frame server_connection::frame(body_framing framing, std::size_t body_bytes) const {
  return {framing, body_bytes, server_.date(), will_close() || framing == body_framing::until_end};
}

task<error_code> server_connection::write(std::string_view bytes) {
  if (broken_) co_return make_error_code(runtime::errc::not_connected);
  limit_.arm_in(server_.bounds.write_timeout);
  error_code failure = co_await stream_->write(bytes);
  limit_.disarm();
  if (failure) broken_ = true;
  if (write_timed_out_) failure = runtime::errc::timed_out;
  co_return failure;
}

task<error_code> server_connection::respond(response answer) {
  KITFOX_ASSERT(answer_ == answer_state::none);
  answer_ = answer_state::complete;
  const bool bodiless = forbids_body(answer.status);
  const body_framing framing = bodiless ? body_framing::none : body_framing::length;
  std::string bytes = print_response_head(answer, frame(framing, answer.body.size()));
  const bool sends_body = !bodiless && request_.method != "HEAD";
  if (sends_body && answer.body.size() <= joined_body_bytes_max) {
    bytes += answer.body;
    co_return co_await write(bytes);
  }
  const error_code failure = co_await write(bytes);
  if (failure || !sends_body) co_return failure;
  co_return co_await write(answer.body);
}

task<error_code> server_connection::begin_stream(response head) {
  KITFOX_ASSERT(answer_ == answer_state::none);
  answer_ = answer_state::streaming;
  if (forbids_body(head.status)) {
    framing_ = body_framing::none;
  } else {
    framing_ = is_http11_ ? body_framing::chunked : body_framing::until_end;
  }
  if (framing_ == body_framing::until_end) keep_alive_ = false;
  const std::string bytes = print_response_head(head, frame(framing_, 0));
  if (request_.method == "HEAD") framing_ = body_framing::none;
  co_return co_await write(bytes);
}

task<error_code> server_connection::write_chunk(std::string_view bytes) {
  KITFOX_ASSERT(answer_ == answer_state::streaming);
  if (bytes.empty() || framing_ == body_framing::none) co_return error_code{};
  if (framing_ == body_framing::until_end) co_return co_await write(bytes);
  const std::string chunk = print_chunk(bytes);
  co_return co_await write(chunk);
}

task<error_code> server_connection::end_stream() {
  KITFOX_ASSERT(answer_ == answer_state::streaming);
  answer_ = answer_state::complete;
  if (framing_ != body_framing::chunked) co_return error_code{};
  co_return co_await write(last_chunk);
}

task<error_code> server_connection::client_gone() {
  if (broken_) co_return make_error_code(runtime::errc::not_connected);
  if (input_.empty()) {
    const result<std::size_t> count = co_await stream_->read_some(input_.prepare());
    if (!count) {
      if (count.error() != runtime::errc::cancelled) keep_alive_ = false;
      co_return count.error();
    }
    input_.commit(*count);
  }
  keep_alive_ = false;
  co_return make_error_code(errc::unexpected_bytes);
}

void server_connection::close() noexcept {
  broken_ = true;
  stream_->close();
}

void server_connection::reset() noexcept {
  broken_ = true;
  stream_->reset();
}

task<void> server_connection::refuse(response answer) {
  keep_alive_ = false;
  answer_ = answer_state::none;
  phase_ = phase::refusing;
  request_.method = parser_->message().method;
  const error_code failure = co_await respond(std::move(answer));
  if (!failure) co_await linger();
}

task<void> server_connection::refuse_slow_client() {
  keep_alive_ = false;
  answer_ = answer_state::none;
  request_.method = parser_->message().method;
  response answer = server_.answers.refusal(408);
  const error_code failure = co_await respond(std::move(answer));
  limit_.arm_in(server_.bounds.write_timeout);
  if (!failure) static_cast<void>(co_await stream_->shutdown_send());
  close();  // ends the read that still waits
}

task<void> server_connection::linger() {
  // Closing with unread bytes would make the system reset the connection, and the client lose the refusal.
  enter(phase::lingering, linger_timeout);
  if (const error_code failure = co_await stream_->shutdown_send()) co_return;
  for (;;) {
    input_.consume(input_.size());
    if (const error_code failure = co_await read_more()) co_return;
  }
}

}  // namespace kitfox::runtime::http
