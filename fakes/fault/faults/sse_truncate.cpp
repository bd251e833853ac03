#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class cut_short final : public sse_fault {
 public:
  cut_short(std::uint64_t bytes, end_kind how) : bytes_{bytes}, how_{how} {}

 private:
  void on_block(const sse_block& block) override {
    if (cut_) return;
    if (!selects(block)) {
      emit(block.raw);
      return;
    }
    cut_ = true;
    const std::uint64_t half = block.raw.size() / 2;
    emit(std::string_view{block.raw}.substr(0, static_cast<std::size_t>(bytes_ == 0 ? half : bytes_)));
    record_event(how_ == end_kind::fin ? "truncate, fin" : "truncate, rst", block);
    context().cut(how_);
  }
  std::uint64_t bytes_;
  end_kind how_;
  bool cut_ = false;
};

}  // namespace

fault_kind sse_truncate() {
  fault_kind kind;
  kind.name = "sse_truncate";
  kind.family = fault_family::sse;
  kind.doc = "The connection ends inside an event.";
  kind.parameters = {
      {"bytes", parameter_type::count, "Bytes of the event that still pass; 0: half of them.", "0"},
      {"how", parameter_type::choice, "How the connection ends.", "fin", {"fin", "rst"}}};
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<cut_short>(values.number("bytes"),
                                       values.text("how") == "fin" ? end_kind::fin : end_kind::rst);
  };
  return kind;
}

}  // namespace kitfox::fault::faults
