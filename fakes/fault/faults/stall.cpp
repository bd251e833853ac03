#include <algorithm>
#include <utility>

#include "fakes/fault/http_fault.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

enum class stall_point { request, before_headers, after_status_line, after_headers, mid_body };

stall_point point_of(const std::string& word) {
  if (word == "request") return stall_point::request;
  if (word == "before_headers") return stall_point::before_headers;
  if (word == "after_status_line") return stall_point::after_status_line;
  return word == "after_headers" ? stall_point::after_headers : stall_point::mid_body;
}

/// Stops one direction of the connection at a point of an exchange, and lets go of all of it in order later.
class stall_fault final : public http_fault {
 public:
  stall_fault(stall_point at, std::uint64_t body_bytes, runtime::duration lasts)
      : at_{at}, body_bytes_{body_bytes}, lasts_{lasts} {}

  void on_timer(fault_context& to) override {
    const call scope{*this, to};
    let_go();
  }
  void on_end(side from, end_kind how, fault_context& to) override {
    if (stalled_ && from == stalled_side()) {
      end_ = how;
    } else {
      http_fault::on_end(from, how, to);
    }
  }
  void on_heal(fault_context& to) override {
    http_fault::on_heal(to);
    const call scope{*this, to};
    let_go();
  }
  bool on_change(const arguments& values, fault_context&) override {
    // An exchange that stands still goes on doing so; the change is for those that follow.
    if (stalled_) return true;
    at_ = point_of(values.text("at"));
    body_bytes_ = values.number("bytes");
    lasts_ = values.span("lasts");
    return true;
  }
  std::size_t held(side from) const override {
    return http_fault::held(from) + (from == stalled_side() ? kept_.size() : 0);
  }

 protected:
  bool joins(const http_exchange& of) override {
    return at_ == stall_point::mid_body || (at_ != stall_point::request && !of.response_begun);
  }
  void on_request(http_exchange& of, http_piece what, std::string_view raw, const http_head*) override {
    if (at_ == stall_point::request && what == http_piece::head) stall(of);
    send(side::client, raw);
  }
  void on_response(http_exchange& of, http_piece what, std::string_view raw, const http_head*) override {
    const bool head = what == http_piece::head && of.response_begun;
    if (head && at_ == stall_point::before_headers) stall(of);
    if (head && at_ == stall_point::after_status_line) {
      const std::size_t line = raw.find('\n') + 1;
      send(side::server, raw.substr(0, line));
      raw.remove_prefix(line);
      stall(of);
    }
    if (what == http_piece::body && at_ == stall_point::mid_body && !stalled_) {
      const std::size_t before =
          std::min<std::size_t>(raw.size(), body_bytes_ - std::min(body_bytes_, body_seen_));
      body_seen_ += raw.size();
      send(side::server, raw.substr(0, before));
      raw.remove_prefix(before);
      if (!raw.empty()) stall(of);
    }
    send(side::server, raw);
    if (head) body_seen_ = 0;
    if (head && at_ == stall_point::after_headers) stall(of);
  }
  void send(side from, std::string_view raw) override {
    if (stalled_ && from == stalled_side()) {
      kept_.append(raw);
    } else {
      http_fault::send(from, raw);
    }
  }

 private:
  [[nodiscard]] side stalled_side() const {
    return at_ == stall_point::request ? side::client : side::server;
  }
  void stall(http_exchange& of) {
    if (stalled_ || healed()) return;
    record("stall", of, stalled_side());
    stalled_ = true;
    if (lasts_ > runtime::duration::zero()) context().wake_at(context().now() + lasts_);
  }
  void let_go() {
    context().cancel_wake();
    if (!std::exchange(stalled_, false)) return;
    http_fault::send(stalled_side(), std::exchange(kept_, {}));
    flush();
    if (!end_) return;
    const end_kind how = *std::exchange(end_, std::nullopt);
    http_fault::on_end(stalled_side(), how, context());
  }

  stall_point at_;
  std::uint64_t body_bytes_;
  runtime::duration lasts_;
  std::uint64_t body_seen_ = 0;
  bool stalled_ = false;
  std::string kept_;
  std::optional<end_kind> end_;
};

std::unique_ptr<fault> make_stall(const arguments& values) {
  return std::make_unique<stall_fault>(point_of(values.text("at")), values.number("bytes"),
                                       values.span("lasts"));
}

}  // namespace

fault_kind stall() {
  fault_kind kind;
  kind.name = "stall";
  kind.family = fault_family::http;
  kind.doc = "An exchange stops at a chosen point; the connection stays open.";
  kind.parameters = {
      {"at",
       parameter_type::choice,
       "Where: before the request goes on, or in its response.",
       std::nullopt,
       {"request", "before_headers", "after_status_line", "after_headers", "mid_body"}},
      {"bytes", parameter_type::size, "With mid_body: bytes of the body that still pass.", "1"},
      {"lasts", parameter_type::span, "Goes on after so long; 0: when healed.", "0"}};
  kind.selectors = {fault_kind::selector::request};
  kind.make = make_stall;
  return kind;
}

}  // namespace kitfox::fault::faults
