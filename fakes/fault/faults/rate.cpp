#include <array>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/serializer.hpp"

namespace kitfox::fault::faults {
namespace {

class rate_fault final : public fault {
 public:
  explicit rate_fault(std::uint64_t bytes_per_second)
      : senders_{serializer{bytes_per_second}, serializer{bytes_per_second}} {}

  void on_bytes(side from, std::string bytes, fault_context& context) override {
    context.fired_once("slows", from);
    senders_[from == side::client ? 0 : 1].send(
        std::move(bytes), context.now(),
        [&](std::string piece, runtime::mono_time left) { lines_.of(from).push(std::move(piece), left); });
    lines_.run(context);
  }
  void on_end(side from, end_kind how, fault_context& context) override {
    lines_.of(from).push_end(how, context.now());
    lines_.run(context);
  }
  void on_timer(fault_context& context) override { lines_.run(context); }
  void on_heal(fault_context& context) override {
    lines_.hurry(context.now());
    lines_.run(context);
  }
  bool on_change(const arguments& values, fault_context&) override {
    for (serializer& one : senders_) one.set_rate(values.number("bytes_per_second"));
    return true;
  }
  std::size_t held(side from) const override { return lines_.of(from).bytes(); }

 private:
  std::array<serializer, 2> senders_;
  delay_lines lines_;
};

std::unique_ptr<fault> make_rate(const arguments& values) {
  return std::make_unique<rate_fault>(values.number("bytes_per_second"));
}

}  // namespace

fault_kind rate() {
  fault_kind kind;
  kind.name = "rate";
  kind.doc = "Each direction of each connection carries at most so many bytes a second.";
  kind.parameters = {{"bytes_per_second", parameter_type::rate, "The limit; 0 is none.", std::nullopt}};
  kind.make = make_rate;
  return kind;
}

}  // namespace kitfox::fault::faults
