#include <algorithm>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class split final : public sse_fault {
 public:
  split(std::uint64_t at, runtime::duration delay) : at_{at}, delay_{delay} {}

 private:
  void on_block(const sse_block& block) override {
    if (!selects(block)) {
      emit(block.raw);
      return;
    }
    record_event("split", block);
    runtime::mono_time when = context().now();
    std::string_view rest = block.raw;
    while (!rest.empty()) {
      const std::size_t size = piece_size(rest.size(), rest.size() == block.raw.size());
      emit_at(rest.substr(0, size), when);
      flush();
      rest.remove_prefix(size);
      when += delay_;
    }
  }
  [[nodiscard]] std::size_t piece_size(std::size_t left, bool first) const {
    if (at_ == 0) return 1;
    return first ? static_cast<std::size_t>(std::min<std::uint64_t>(at_, left)) : left;
  }
  std::uint64_t at_;
  runtime::duration delay_;
};

}  // namespace

fault_kind sse_split() {
  fault_kind kind;
  kind.name = "sse_split";
  kind.family = fault_family::sse;
  kind.doc = "An event arrives in pieces, cut at a chosen byte or at every byte.";
  kind.parameters = {{"at", parameter_type::count, "Byte to cut before; 0: every byte.", "0"},
                     {"delay", parameter_type::span, "Pause between the pieces.", "0"}};
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<split>(values.number("at"), values.span("delay"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
