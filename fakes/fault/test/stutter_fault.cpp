#include <algorithm>

#include "fakes/fault/delay_line.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

/// Lets most chunks pass at once and holds every n-th back for a while, with all that follows it.
class stutter_fault final : public fault {
 public:
  stutter_fault(std::uint64_t every, runtime::duration pause) : every_{every}, pause_{pause} {}

  void on_bytes(side from, std::string bytes, fault_context& context) override {
    const bool late = ++chunks_ % every_ == 0;
    if (late) context.fired("pause", from);
    lines_.of(from).push(std::move(bytes), context.now() + (late ? pause_ : runtime::duration{}));
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
  std::size_t held(side from) const override { return lines_.of(from).bytes(); }

 private:
  std::uint64_t every_;
  runtime::duration pause_;
  std::uint64_t chunks_ = 0;
  delay_lines lines_;
};

}  // namespace

fault_kind stutter() {
  fault_kind kind;
  kind.name = "stutter";
  kind.doc = "Every n-th chunk is late.";
  kind.parameters = {{"every", parameter_type::count, "Which chunks: 3 is every third.", "2"},
                     {"pause", parameter_type::span, "How late.", std::nullopt}};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<stutter_fault>(std::max<std::uint64_t>(1, values.number("every")),
                                           values.span("pause"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
