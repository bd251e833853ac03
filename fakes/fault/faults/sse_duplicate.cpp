#include <algorithm>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class duplicate final : public sse_fault {
 public:
  explicit duplicate(std::uint64_t copies) : copies_{std::min<std::uint64_t>(copies, copies_max)} {}

 private:
  static constexpr std::uint64_t copies_max = 1000;
  void on_block(const sse_block& block) override {
    emit(block.raw);
    if (!selects(block)) return;
    record_event("duplicate", block);
    for (std::uint64_t i = 0; i < copies_; ++i) emit(block.raw);
  }
  std::uint64_t copies_;
};

}  // namespace

fault_kind sse_duplicate() {
  fault_kind kind;
  kind.name = "sse_duplicate";
  kind.family = fault_family::sse;
  kind.doc = "An event arrives more than once.";
  kind.parameters = {{"copies", parameter_type::count, "How often more.", "1", {}, {{1, 1000}}}};
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<duplicate>(values.number("copies"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
