// The strict JSON parser: whatever it accepts it prints so that it reads the same, within the limits.
#include <nlohmann/json.hpp>

#include "protocol/fuzz/fuzz_input.hpp"
#include "protocol/json.hpp"
#include "protocol/utf8.hpp"

using namespace kitfox::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  diagnostics diag;
  const auto parsed = parse_json(text, diag, {.size_bytes_max = 4096, .depth_max = 8});
  if (!parsed) {
    fuzz::insist(!diag.sentence.empty() && is_utf8(diag.sentence) && diag.sentence.size() < 512);
    fuzz::insist(!diag.offset || *diag.offset <= size);
    return 0;
  }
  fuzz::insist(size <= 4096 && is_utf8(text));
  const std::string printed = print_json(*parsed);
  const auto again = parse_json(printed, diag, {.size_bytes_max = std::string_view::npos, .depth_max = 8});
  fuzz::insist(again.has_value() && *again == *parsed);
  return 0;
}
