#include <utility>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class reorder final : public sse_fault {
 public:
  void on_heal(fault_context& to) override {
    sse_fault::on_heal(to);
    const call scope{*this, to};
    let_go();
  }

 private:
  void on_block(const sse_block& block) override {
    if (kept_.empty() && selects(block)) {
      record_event("reorder", block);
      kept_ = block.raw;
      return;
    }
    emit(block.raw);
    if (block.is_event()) let_go();
  }
  void on_stream_end() override { let_go(); }
  std::size_t kept() const override { return kept_.size(); }
  void let_go() { emit(std::exchange(kept_, {})); }
  std::string kept_;
};

}  // namespace

fault_kind sse_reorder() {
  fault_kind kind;
  kind.name = "sse_reorder";
  kind.family = fault_family::sse;
  kind.doc = "An event arrives after the one that follows it.";
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments&) -> std::unique_ptr<fault> { return std::make_unique<reorder>(); };
  return kind;
}

}  // namespace kitfox::fault::faults
