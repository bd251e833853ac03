#include "fakes/fault/http_tracker.hpp"

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::fault {

/// Turns the pieces of both parsers into exchanges.
class http_tracker::adapter final : public http_piece_sink {
 public:
  adapter(http_tracker& tracker, http_listener& listener) : tracker_{tracker}, listener_{listener} {}

  void on_piece(http_role role, http_piece what, std::string_view raw, const http_head* head) override {
    if (what == http_piece::opaque || what == http_piece::padding) {
      listener_.on_other_bytes(role == http_role::request ? side::client : side::server, raw);
      return;
    }
    if (role == http_role::request) {
      if (what == http_piece::head) begin_request(*head);
      listener_.on_request_piece(tracker_.sending(), what, raw, head);
      return;
    }
    if (what == http_piece::head) begin_response(*head);
    listener_.on_response_piece(tracker_.answering(), what, raw, head);
    // A copy of the request's parser may hold the beginning of what is now a tunnel.
    if (tracker_.response_.opaque()) tracker_.request_.finish(*this);
  }

  void on_message_end(http_role role) override {
    if (role == http_role::request) {
      http_exchange& ended = tracker_.sending();
      ended.request_done = true;
      listener_.on_request_end(ended);
    } else if (!tracker_.interim_) {
      http_exchange& ended = tracker_.answering();
      ended.response_done = true;
      listener_.on_response_end(ended);
    }
    tracker_.drop_done();
  }

  std::string_view answered_method() override { return tracker_.answering().method; }

 private:
  void begin_request(const http_head& head) {
    http_exchange made;
    made.method = head.method;
    made.target = head.target;
    tracker_.exchanges_.push_back(std::move(made));
    if (tracker_.exchanges_.size() > exchanges_max) {
      tracker_.request_.become_opaque();
      tracker_.response_.become_opaque();
    }
  }
  void begin_response(const http_head& head) {
    tracker_.interim_ = head.status / 100 == 1 && head.status != 101;
    if (tracker_.interim_) return;
    http_exchange& answered = tracker_.answering();
    answered.response_begun = true;
    answered.event_stream = head.is_event_stream();
    answered.chunked = head.has_token("transfer-encoding", "chunked");
    tracker_.splitter_ = sse_splitter{};
  }

  http_tracker& tracker_;
  http_listener& listener_;
};

namespace {

/// Listens for observe(): keeps the splitter of event streams in step.
class event_counter final : public http_listener {
 public:
  explicit event_counter(sse_splitter& splitter) : splitter_{splitter} {}
  void on_request_piece(http_exchange&, http_piece, std::string_view, const http_head*) override {}
  void on_request_end(http_exchange&) override {}
  void on_response_piece(http_exchange& of, http_piece what, std::string_view raw,
                         const http_head*) override {
    if (what != http_piece::body || !of.event_stream) return;
    while (!raw.empty()) {
      const sse_splitter::step step = splitter_.feed(raw);
      raw.remove_prefix(step.used);
      if (step.complete || step.oversize) static_cast<void>(splitter_.take_partial());
    }
  }
  void on_response_end(http_exchange&) override {}
  void on_other_bytes(side, std::string_view) override {}

 private:
  sse_splitter& splitter_;
};

}  // namespace

http_exchange& http_tracker::sending() {
  KITFOX_ASSERT(!exchanges_.empty());
  return exchanges_.back();
}

http_exchange& http_tracker::answering() {
  const auto first =
      std::find_if(exchanges_.begin(), exchanges_.end(), [](const auto& one) { return !one.response_done; });
  if (first != exchanges_.end()) return *first;
  // Unasked, such as 408 on an idle connection. Placed before a request that is still coming in.
  http_exchange unasked;
  unasked.request_done = true;
  const bool sending_one = !exchanges_.empty() && !exchanges_.back().request_done;
  return *exchanges_.insert(sending_one ? exchanges_.end() - 1 : exchanges_.end(), std::move(unasked));
}

void http_tracker::drop_done() {
  std::erase_if(exchanges_, [](const http_exchange& one) { return one.request_done && one.response_done; });
}

void http_tracker::feed(side from, std::string_view bytes, http_listener& listener) {
  adapter sink{*this, listener};
  (from == side::client ? request_ : response_).feed(bytes, sink);
}

void http_tracker::finish(side from, http_listener& listener) {
  adapter sink{*this, listener};
  (from == side::client ? request_ : response_).finish(sink);
}

void http_tracker::observe(side from, std::string_view bytes) {
  event_counter listener{splitter_};
  feed(from, bytes, listener);
}

void http_tracker::forget_held() noexcept {
  request_.forget_held();
  response_.forget_held();
  splitter_.forget_held();
}

}  // namespace kitfox::fault
