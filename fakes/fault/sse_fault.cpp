#include "fakes/fault/sse_fault.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kitfox::fault {

bool sse_fault::joins(const http_exchange& of) {
  if (of.event_stream) {
    const bool in_chunk = tracker().parser(side::server).inside_chunk();
    in_stream_ = true;
    framing_ = !of.chunked ? framing::raw : in_chunk ? framing::until_chunk_end : framing::chunked;
  }
  return of.event_stream || !of.response_begun;
}

void sse_fault::on_response(http_exchange& of, http_piece what, std::string_view raw, const http_head* head) {
  if (head != nullptr && of.event_stream && of.response_begun) {
    in_stream_ = true;
    framing_ = of.chunked ? framing::chunked : framing::raw;
    std::string text{raw};
    if (!of.chunked && head->get("content-length")) {
      // The body may change its length; chunks are the only other framing that keeps the connection.
      text = with_field(with_field(text, "Content-Length", ""), "Transfer-Encoding", "chunked");
      framing_ = framing::chunked;
      of.chunked = true;
      rechunks_ = true;
    }
    on_stream_head(text, of);
    send(side::server, text);
    return;
  }
  if (!in_stream_ || !of.event_stream) {
    send(side::server, raw);
    return;
  }
  if (what == http_piece::body) {
    on_stream_body(raw);
    return;
  }
  if (framing_ == framing::until_chunk_end) {
    send(side::server, raw);
    if (what == http_piece::chunk_end) framing_ = framing::chunked;
    return;
  }
  // Chunks are made afresh in emit(); only the end of the message is the original's.
  if (what == http_piece::trailer) {
    end_stream();
    send(side::server, raw);
  }
}

void sse_fault::on_stream_body(std::string_view body) {
  if (framing_ == framing::until_chunk_end) send(side::server, body);
  while (!body.empty()) {
    sse_splitter& splitter = tracker().splitter();
    const sse_splitter::step step = splitter.feed(body);
    body.remove_prefix(step.used);
    if (framing_ == framing::until_chunk_end) {
      if (step.complete || step.oversize) static_cast<void>(splitter.take_partial());
      splitter.forget_held();
    } else if (step.oversize) {
      emit(splitter.take_partial());
    } else if (step.complete) {
      const bool whole = !splitter.begun_before();
      const sse_block block = splitter.take_block();
      if (whole) {
        on_block(block);
      } else {
        emit(block.raw);
      }
    }
  }
}

void sse_fault::end_stream() {
  if (!in_stream_) return;
  in_stream_ = false;
  emit(tracker().splitter().take_partial());
  on_stream_end();
}

void sse_fault::on_response_complete(http_exchange& of) {
  end_stream();
  if (of.event_stream && rechunks_) send(side::server, "0\r\n\r\n");
  rechunks_ = false;
}

bool sse_fault::on_server_end(end_kind how) {
  end_stream();
  if (delayed_.empty()) return false;
  flush();
  delayed_.push_end(how, delayed_.last());
  run_delayed();
  return true;
}

void sse_fault::emit(std::string_view body) { emit_at(body, context().now()); }

void sse_fault::emit_at(std::string_view body, runtime::mono_time when) {
  if (body.empty()) return;
  std::string framed =
      framing_ == framing::chunked ? fmt::format("{:x}\r\n{}\r\n", body.size(), body) : std::string{body};
  if (delayed_.empty() && when <= context().now()) {
    http_fault::send(side::server, framed);
    return;
  }
  flush();
  delayed_.push(std::move(framed), when);
  run_delayed();
}

void sse_fault::send(side from, std::string_view raw) {
  if (from == side::client || delayed_.empty()) {
    http_fault::send(from, raw);
  } else if (!raw.empty()) {
    delayed_.push(std::string{raw}, delayed_.last());
  }
}

void sse_fault::run_delayed() {
  delayed_.release_due(side::server, context());
  if (const auto when = delayed_.next()) {
    context().wake_at(*when);
  } else {
    context().cancel_wake();
  }
}

void sse_fault::on_timer(fault_context& to) {
  const call scope{*this, to};
  run_delayed();
}

bool sse_fault::selects(const sse_block& block) {
  return !healed() && !block.type.empty() && context().selects_event(block.type);
}

std::size_t sse_fault::held(side from) const {
  const std::size_t below = http_fault::held(from);
  if (from == side::client) return below;
  return below + tracker().splitter().held() + delayed_.bytes() + kept();
}

bool sse_fault::lives_on() const { return http_fault::lives_on() || !delayed_.empty() || kept() > 0; }

}  // namespace kitfox::fault
