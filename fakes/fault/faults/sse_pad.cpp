#include <algorithm>
#include <utility>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class pad final : public sse_fault {
 public:
  pad(std::uint64_t bytes, std::string line_start)
      : line_{std::move(line_start) + std::string(std::min<std::uint64_t>(bytes, bytes_max), 'x') + "\n"} {}

 private:
  static constexpr std::uint64_t bytes_max = 64 * 1024 * 1024;
  void on_block(const sse_block& block) override {
    if (selects(block)) {
      record_event("pad", block);
      emit(line_ + block.raw);
    } else {
      emit(block.raw);
    }
  }
  std::string line_;
};

}  // namespace

fault_kind sse_pad() {
  fault_kind kind;
  kind.name = "sse_pad";
  kind.family = fault_family::sse;
  kind.doc = "A comment of a chosen size comes before an event, as large as one likes.";
  kind.parameters = {{"bytes", parameter_type::size, "Of the comment.", "2MiB"},
                     {"as",
                      parameter_type::choice,
                      "A comment, or a data line of the event itself.",
                      "comment",
                      {"comment", "data"}}};
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<pad>(values.number("bytes"), values.text("as") == "comment" ? ":" : "data: ");
  };
  return kind;
}

}  // namespace kitfox::fault::faults
