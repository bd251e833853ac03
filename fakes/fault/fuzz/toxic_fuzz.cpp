// Bodies of the proxy's API: no crash, and a toxic that was accepted is accepted again as it is printed.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "fakes/fault/proxy_table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kitfox::fault;
  const auto body = nlohmann::json::parse(data, data + size, nullptr, false);
  if (body.is_discarded()) return 0;
  api_failure why;
  static_cast<void>(proxy_request::parse(body, why));
  const auto made = parse_toxic(body, why);
  if (!made || !plan_toxic(*made, why)) return 0;
  const auto again = parse_toxic(made->print(), why);
  if (!again || again->print() != made->print() || !plan_toxic(*again, why)) std::abort();
  if (!parse_toxic_change(*made, body, why)) std::abort();
  return 0;
}
