#include <algorithm>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class damage final : public sse_fault {
 public:
  explicit damage(const std::string& as) : with_{as == "text" ? '~' : as == "nul" ? '\0' : '\xff'} {}

 private:
  void on_block(const sse_block& block) override {
    const std::size_t data = block.raw.rfind("data");
    if (data == std::string::npos || !selects(block)) {
      emit(block.raw);
      return;
    }
    record_event("corrupt", block);
    std::string changed = block.raw;
    const std::size_t end = std::min(changed.find_first_of("\r\n", data), changed.size());
    changed[end - 1] = with_;
    emit(changed);
  }
  char with_;
};

}  // namespace

fault_kind sse_corrupt() {
  fault_kind kind;
  kind.name = "sse_corrupt";
  kind.family = fault_family::sse;
  kind.doc = "An event's data is damaged.";
  kind.parameters = {{"as",
                      parameter_type::choice,
                      "What becomes of its last data byte.",
                      "text",
                      {"text", "invalid_utf8", "nul"}}};
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<damage>(values.text("as"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
