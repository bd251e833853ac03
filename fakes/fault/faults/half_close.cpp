#include <utility>

#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

class half_close_fault final : public fault {
 public:
  half_close_fault(side toward, runtime::duration after) : from_{other(toward)}, after_{after} {}

  void on_begin(fault_context& context) override {
    planned_ = context.now() + after_;
    if (after_ > runtime::duration::zero()) {
      context.wake_at(planned_);
    } else {
      on_timer(context);
    }
  }
  void on_timer(fault_context& context) override {
    ended_ = true;
    context.fired("fin", from_, planned_);
    context.pass_end(from_, end_kind::fin);
  }
  void on_bytes(side from, std::string bytes, fault_context& context) override {
    if (!ended_ || from != from_) context.pass(from, std::move(bytes));
  }
  void on_end(side from, end_kind how, fault_context& context) override {
    const bool known = ended_ && from == from_ && how == end_kind::fin;
    if (!known) context.pass_end(from, how);
  }
  void on_heal(fault_context& context) override { context.cancel_wake(); }
  bool on_change(const arguments&, fault_context&) override { return ended_; }
  // An end cannot be taken back: what follows it must go on vanishing.
  bool lives_on() const override { return ended_; }

 private:
  side from_;
  runtime::duration after_;
  runtime::mono_time planned_{};
  bool ended_ = false;
};

std::unique_ptr<fault> make_half_close(const arguments& values) {
  const side toward = values.text("toward") == "client" ? side::client : side::server;
  return std::make_unique<half_close_fault>(toward, values.span("after"));
}

}  // namespace

fault_kind half_close() {
  fault_kind kind;
  kind.name = "half_close";
  kind.family = fault_family::connection;
  kind.doc = "One direction ends in order, the other goes on.";
  kind.parameters = {{"toward", parameter_type::choice, "Who sees the end.", "client", {"client", "server"}},
                     {"after", parameter_type::span, "Time from when it begins on the connection.", "0"}};
  kind.standard_taken = taken::established;
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = make_half_close;
  return kind;
}

}  // namespace kitfox::fault::faults
