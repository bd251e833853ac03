#include "fakes/fault/faults/holding.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

class clog_fault final : public holding_fault {
 public:
  clog_fault(runtime::duration least, runtime::duration most) : least_{least}, most_{most} {}
  void on_begin(fault_context& context) override {
    hold();
    context.wake_at(context.now() + context.random().between(least_, most_));
  }
  void on_timer(fault_context& context) override { release(context); }

 private:
  runtime::duration least_, most_;
};

std::unique_ptr<fault> make_clog(const arguments& values) {
  const auto least = values.span("least");
  return std::make_unique<clog_fault>(least, std::max(least, values.span("most")));
}

}  // namespace

fault_kind clog() {
  fault_kind kind;
  kind.name = "clog";
  kind.doc = "Each connection stops for a time drawn for it, then goes on with a burst.";
  kind.parameters = {{"least", parameter_type::span, "Shortest stop.", "0"},
                     {"most", parameter_type::span, "Longest stop.", std::nullopt}};
  kind.make = make_clog;
  return kind;
}

}  // namespace kitfox::fault::faults
