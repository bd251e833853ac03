#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/fault/match.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault {

/// What went wrong with a request to the proxy's API, as toxiproxy says it: {"error": message, "status": n}.
struct api_failure {
  int status = 400;
  std::string message;
};

/// A toxic of toxiproxy's API (v2): one of its seven types, or "fault/NAME" for any fault of the registry,
/// whose parameters are then the attributes.
struct toxic {
  std::string name;  ///< Standard: "TYPE_STREAM".
  std::string type;
  direction stream = direction::downstream;
  double toxicity = 1.0;
  nlohmann::json attributes = nlohmann::json::object();  ///< All of the type's, defaults filled in.

  [[nodiscard]] nlohmann::json print() const;
};

/// Reads a new toxic. Empty: `why` says what is wrong; what the fault itself dislikes is told by
/// plan_toxic().
[[nodiscard]] std::optional<toxic> parse_toxic(const nlohmann::json& body, api_failure& why);
/// Reads a change of a toxic: toxicity and attributes, of which those left out stay.
[[nodiscard]] std::optional<toxic> parse_toxic_change(const toxic& from, const nlohmann::json& body,
                                                      api_failure& why);
/// The fault that does what the toxic says, under the toxic's name.
[[nodiscard]] std::optional<planned_fault> plan_toxic(const toxic& from, api_failure& why);

}  // namespace kitfox::fault
