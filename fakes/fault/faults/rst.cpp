#include "fakes/fault/cutting.hpp"

namespace kitfox::fault::faults {
namespace {

/// RST to one end alone: the other learns of it when its next bytes are answered with RST.
class one_sided_reset final : public fault {
 public:
  one_sided_reset(side to, runtime::duration after) : to_{to}, after_{after} {}
  void on_begin(fault_context& context) override {
    planned_ = context.now() + after_;
    context.wake_at(planned_);
    if (planned_ == context.now()) on_timer(context);
  }
  bool on_change(const arguments&, fault_context&) override { return done_; }
  void on_replaced(fault_context& context) override { context.cancel_wake(); }
  void on_timer(fault_context& context) override {
    context.cancel_wake();
    done_ = true;
    context.fired("rst", other(to_), planned_);
    context.reset(to_);
  }

 private:
  side to_;
  runtime::duration after_;
  runtime::mono_time planned_{};
  bool done_ = false;
};

std::unique_ptr<fault> make_rst(const arguments& values) {
  const std::string& toward = values.text("toward");
  const auto after = values.span("after");
  if (toward == "both") return std::make_unique<timed_cut>(cut_kind::rst, after);
  return std::make_unique<one_sided_reset>(toward == "client" ? side::client : side::server, after);
}

}  // namespace

fault_kind rst() {
  fault_kind kind;
  kind.name = "rst";
  kind.family = fault_family::connection;
  kind.doc = "The connection is reset at the planned instant, whether busy or idle.";
  kind.parameters = {
      {"after", parameter_type::span, "Time from when it begins on the connection.", "0"},
      {"toward", parameter_type::choice, "Who sees it.", "both", {"both", "client", "server"}}};
  kind.standard_taken = taken::established;
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = make_rst;
  return kind;
}

}  // namespace kitfox::fault::faults
