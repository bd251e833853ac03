// Validation of parameters: the first byte chooses the command, the rest are the parameters. What is accepted
// is accepted again, unchanged.
#include <nlohmann/json.hpp>

#include "protocol/commands.hpp"
#include "protocol/fuzz/fuzz_input.hpp"
#include "protocol/json.hpp"

using namespace kitfox::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto commands = command_list();
  const std::string_view command = commands[data[0] % commands.size()].name;
  diagnostics diag;
  const auto params = parse_json(fuzz::as_text(data + 1, size - 1), diag);
  if (!params) return 0;
  const auto valid = validate_params(command, *params, diag);
  if (!valid) {
    fuzz::insist(diag.pointer.starts_with("/params"));
    return 0;
  }
  const auto again = validate_params(command, *valid, diag);
  fuzz::insist(again.has_value() && *again == *valid);
  return 0;
}
