#include "fakes/fault/cutting.hpp"

namespace kitfox::fault::faults {
namespace {

/// The time runs from the beginning, whatever is sent meanwhile: a talkative peer is closed too.
class mute_fault final : public timed_cut {
 public:
  using timed_cut::timed_cut;
  void on_begin(fault_context& context) override {
    context.fired_once("mute");
    if (after() > runtime::duration::zero()) timed_cut::on_begin(context);
  }
  void on_heal(fault_context& context) override {
    // Bytes have vanished, so the connection must not go on as if none had.
    cut(context, context.now());
  }
  void on_replaced(fault_context& context) override { context.cancel_wake(); }

 protected:
  void on_live_bytes(side, std::string, fault_context&) override {}
};

}  // namespace

fault_kind mute() {
  fault_kind kind;
  kind.name = "mute";
  kind.family = fault_family::connection;
  kind.doc =
      "No byte gets through; the connection ends after a time that no traffic extends, or when healed.";
  kind.parameters = {{"after", parameter_type::span, "When the connection ends; 0: only when healed.", "0"},
                     cut_parameter("how", "fin")};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<mute_fault>(cut_kind_of(values.text("how")), values.span("after"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
