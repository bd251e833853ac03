#include <utility>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class set_retry final : public sse_fault {
 public:
  explicit set_retry(std::string value) : value_{std::move(value)} {}

 private:
  void on_block(const sse_block& block) override {
    if (selects(block)) {
      record_event("retry " + value_, block);
      emit("retry: " + value_ + "\n" + block.raw);
    } else {
      emit(block.raw);
    }
  }
  std::string value_;
};

}  // namespace

fault_kind sse_set_retry() {
  fault_kind kind;
  kind.name = "sse_set_retry";
  kind.family = fault_family::sse;
  kind.doc = "An event carries a retry field of the fault's choice.";
  kind.parameters = {
      {"value", parameter_type::text, "As written after retry:, digits or not.", std::nullopt}};
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<set_retry>(values.text("value"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
