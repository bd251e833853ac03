#include <utility>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

unsigned hex_digit(char c) {
  constexpr std::string_view digits = "0123456789abcdef0123456789ABCDEF";
  const std::size_t at = digits.find(c);
  return at == std::string_view::npos ? 16 : static_cast<unsigned>(at % 16);
}

/// `%0A` becomes the byte; a percent sign before anything else stays one.
std::string bytes_of(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) < 16 && hex_digit(text[i + 2]) < 16;
    if (!coded) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(16 * hex_digit(text[i + 1]) + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

class insertion final : public sse_fault {
 public:
  explicit insertion(std::string bytes) : bytes_{std::move(bytes)} {}

 private:
  void on_block(const sse_block& block) override {
    if (!selects(block)) {
      emit(block.raw);
      return;
    }
    record_event("insert", block);
    emit(bytes_ + block.raw);
  }
  std::string bytes_;
};

}  // namespace

fault_kind sse_insert() {
  fault_kind kind;
  kind.name = "sse_insert";
  kind.family = fault_family::sse;
  kind.doc = "Hand-made bytes come before an event.";
  kind.parameters = {{"bytes", parameter_type::text,
                      "What comes, as it stands; %0A and the like for bytes that cannot be written.",
                      std::nullopt}};
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<insertion>(bytes_of(values.text("bytes")));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
