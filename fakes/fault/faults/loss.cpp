#include <algorithm>

#include "fakes/fault/delay_line.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

constexpr std::size_t segment_bytes = 1460;
constexpr int retransmissions_max = 15;

/// Loses segments as TCP shows it: never a missing byte, but a wait for the retransmission, which holds up
/// everything behind it.
class loss_fault final : public fault {
 public:
  loss_fault(double chance, runtime::duration timeout) : chance_{chance}, timeout_{timeout} {}

  void on_dial(path::dial_decision& decision, fault_context& context) override {
    decision.delay += retransmission(context);
  }
  void on_bytes(side from, std::string bytes, fault_context& context) override {
    for (std::size_t at = 0; at < bytes.size(); at += segment_bytes) {
      const runtime::duration wait = retransmission(context);
      if (wait > runtime::duration::zero()) context.fired("retransmission", from);
      lines_.of(from).push(bytes.substr(at, segment_bytes), context.now() + wait);
    }
    lines_.run(context);
  }
  void on_end(side from, end_kind how, fault_context& context) override {
    lines_.of(from).push_end(how, context.now() + retransmission(context));
    lines_.run(context);
  }
  void on_timer(fault_context& context) override { lines_.run(context); }
  void on_heal(fault_context&) override { chance_ = 0.0; }
  std::size_t held(side from) const override { return lines_.of(from).bytes(); }
  bool lives_on() const override { return !lines_.empty(); }

 private:
  /// The sum of the timeouts, each twice the one before, until a copy gets through.
  runtime::duration retransmission(fault_context& context) {
    runtime::duration wait{}, next = timeout_;
    for (int i = 0; i < retransmissions_max && chance_ > 0.0 && context.random().unit() < chance_; ++i) {
      wait += next;
      next = std::min<runtime::duration>(next * 2, std::chrono::seconds{120});
    }
    return wait;
  }
  double chance_;
  runtime::duration timeout_;
  delay_lines lines_;
};

std::unique_ptr<fault> make_loss(const arguments& values) {
  return std::make_unique<loss_fault>(values.fraction("chance"), values.span("retransmit_after"));
}

}  // namespace

fault_kind loss() {
  fault_kind kind;
  kind.name = "loss";
  kind.doc = "Segments are lost and sent again: bytes come late and in bursts, none is missing.";
  kind.parameters = {
      {"chance", parameter_type::fraction, "Chance of each segment, and of each copy of it.", std::nullopt},
      {"retransmit_after", parameter_type::span, "First retransmission timeout; it doubles.", "200ms"}};
  kind.make = make_loss;
  return kind;
}

}  // namespace kitfox::fault::faults
