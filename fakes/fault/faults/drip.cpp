#include <algorithm>
#include <utility>

#include "fakes/fault/http_fault.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

class drip_fault final : public http_fault {
 public:
  drip_fault(std::size_t bytes, runtime::duration every) : bytes_{bytes}, every_{every} {}

  void on_timer(fault_context& to) override {
    const call scope{*this, to};
    ticking_ = false;
    drop();
  }
  void on_end(side from, end_kind how, fault_context& to) override {
    if (from == side::server && !kept_.empty()) {
      end_ = how;
    } else {
      http_fault::on_end(from, how, to);
    }
  }
  void on_heal(fault_context& to) override {
    http_fault::on_heal(to);
    const call scope{*this, to};
    bytes_ = std::max(bytes_, kept_.size());
    to.cancel_wake();
    drop();
  }
  std::size_t held(side from) const override {
    return http_fault::held(from) + (from == side::server ? kept_.size() : 0);
  }
  bool lives_on() const override { return !kept_.empty() || http_fault::lives_on(); }

 protected:
  bool joins(const http_exchange&) override { return true; }
  void on_response(http_exchange& of, http_piece what, std::string_view raw, const http_head*) override {
    if (what == http_piece::head || healed()) {
      if (what == http_piece::head && of.response_begun) record("drip", of);
      send(side::server, raw);
      return;
    }
    kept_.append(raw);
    if (!ticking_) drop();
  }
  void send(side from, std::string_view raw) override {
    if (from == side::server && !kept_.empty()) {
      kept_.append(raw);
    } else {
      http_fault::send(from, raw);
    }
  }

 private:
  /// Lets one drop fall, and asks for the next.
  void drop() {
    const std::size_t size = std::min(bytes_, kept_.size());
    http_fault::send(side::server, std::string_view{kept_}.substr(0, size));
    flush();
    kept_.erase(0, size);
    if (!kept_.empty()) {
      ticking_ = true;
      context().wake_at(context().now() + every_);
    } else if (end_) {
      const end_kind how = *std::exchange(end_, std::nullopt);
      http_fault::on_end(side::server, how, context());
    } else if (size > 0 && !healed()) {
      // The next body bytes wait for their turn, too.
      ticking_ = true;
      context().wake_at(context().now() + every_);
    }
  }

  std::size_t bytes_;
  runtime::duration every_;
  std::string kept_;
  bool ticking_ = false;
  std::optional<end_kind> end_;
};

}  // namespace

fault_kind drip() {
  fault_kind kind;
  kind.name = "drip";
  kind.family = fault_family::http;
  kind.doc = "The body of a response comes a few bytes at a time.";
  kind.parameters = {{"bytes", parameter_type::size, "Of each drop.", "1", {}, {{1}}},
                     {"every", parameter_type::span, "Time between drops.", "1s"}};
  kind.selectors = {fault_kind::selector::request};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<drip_fault>(std::max<std::size_t>(1, values.number("bytes")),
                                        values.span("every"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
