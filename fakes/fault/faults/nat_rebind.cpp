#include <array>

#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

/// The translation is gone: the server's bytes reach nobody, and the client's come from an unknown port, so
/// that the server answers them with RST.
class nat_rebind_fault final : public fault {
 public:
  void on_bytes(side from, std::string bytes, fault_context& context) override {
    if (from == side::server) {
      swallowed_ += bytes.size();
      context.fired_once("forgotten");
      return;
    }
    answer_with_reset(context);
  }
  void on_end(side from, end_kind, fault_context& context) override {
    if (from == side::client) answer_with_reset(context);
  }
  std::size_t held(side from) const override { return from == side::server ? swallowed_ : 0; }
  bool lives_on() const override { return true; }

 private:
  void answer_with_reset(fault_context& context) {
    context.fired("rst");
    context.reset(side::client);
  }
  std::size_t swallowed_ = 0;
};

}  // namespace

fault_kind nat_rebind() {
  fault_kind kind;
  kind.name = "nat_rebind";
  kind.family = fault_family::middlebox;
  kind.doc =
      "The address translation of a connection is lost: silence towards the client, RST to whatever it "
      "sends.";
  kind.standard_taken = taken::established;
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments&) -> std::unique_ptr<fault> { return std::make_unique<nat_rebind_fault>(); };
  return kind;
}

}  // namespace kitfox::fault::faults
