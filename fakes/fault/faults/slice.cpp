#include <algorithm>

#include "fakes/fault/delay_line.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

struct slice_settings {
  std::size_t size = 1;
  std::size_t variation = 0;
  runtime::duration delay{};
};

slice_settings settings_of(const arguments& values) {
  slice_settings settings;
  settings.size = std::max<std::size_t>(1, values.number("size"));
  settings.variation = values.number("variation");
  settings.delay = values.span("delay");
  return settings;
}

class slice_fault final : public fault {
 public:
  explicit slice_fault(slice_settings settings) : settings_{settings} {}

  void on_bytes(side from, std::string bytes, fault_context& context) override {
    context.fired_once("slices", from);
    delay_line& line = lines_.of(from);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = next_size(context);
      // The first piece after a pause leaves at once, each other one `delay` after the one before.
      const runtime::mono_time earliest = sent_any_ ? line.last() + settings_.delay : context.now();
      line.push(bytes.substr(at, size), std::max(context.now(), earliest));
      sent_any_ = true;
      at += size;
    }
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
    settings_ = settings_of(values);
    return true;
  }
  std::size_t held(side from) const override { return lines_.of(from).bytes(); }

 private:
  std::size_t next_size(fault_context& context) {
    if (settings_.variation == 0) return settings_.size;
    const std::size_t drawn = context.random().below(2 * settings_.variation + 1);
    return std::max<std::size_t>(settings_.size + drawn, settings_.variation + 1) - settings_.variation;
  }
  slice_settings settings_;
  bool sent_any_ = false;
  delay_lines lines_;
};

std::unique_ptr<fault> make_slice(const arguments& values) {
  return std::make_unique<slice_fault>(settings_of(values));
}

}  // namespace

fault_kind slice() {
  fault_kind kind;
  kind.name = "slice";
  kind.family = fault_family::connection;
  kind.doc = "Bytes arrive in small pieces.";
  kind.parameters = {{"size", parameter_type::size, "Bytes of a piece.", "1", {}, {{1}}},
                     {"variation", parameter_type::size, "A piece is so many bytes longer or shorter.", "0"},
                     {"delay", parameter_type::span, "Pause between pieces.", "0"}};
  kind.make = make_slice;
  return kind;
}

}  // namespace kitfox::fault::faults
