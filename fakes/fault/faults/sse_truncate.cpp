#include <algorithm>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class cut_short final : public sse_fault {
 public:
  enum class place { after_bytes, before_blank_line };
  cut_short(std::uint64_t bytes, place where, end_kind how) : bytes_{bytes}, where_{where}, how_{how} {}

 private:
  void on_block(const sse_block& block) override {
    if (cut_) return;
    if (!selects(block)) {
      emit(block.raw);
      return;
    }
    cut_ = true;
    emit(std::string_view{block.raw}.substr(0, passing(block.raw)));
    record_event(how_ == end_kind::fin ? "truncate, fin" : "truncate, rst", block);
    context().cut(how_);
  }
  std::size_t passing(std::string_view raw) const {
    if (where_ == place::after_bytes) return bytes_ == 0 ? raw.size() / 2 : static_cast<std::size_t>(bytes_);
    const std::size_t blank_line = raw.ends_with("\r\n") ? 2 : 1;
    return raw.size() - std::min(raw.size(), blank_line);
  }
  std::uint64_t bytes_;
  place where_;
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
      {"where",
       parameter_type::choice,
       "After those bytes, or with nothing but the event's blank line missing.",
       "after_bytes",
       {"after_bytes", "before_blank_line"}},
      {"how", parameter_type::choice, "How the connection ends.", "fin", {"fin", "rst"}}};
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<cut_short>(values.number("bytes"),
                                       values.text("where") == "after_bytes"
                                           ? cut_short::place::after_bytes
                                           : cut_short::place::before_blank_line,
                                       values.text("how") == "fin" ? end_kind::fin : end_kind::rst);
  };
  return kind;
}

}  // namespace kitfox::fault::faults
