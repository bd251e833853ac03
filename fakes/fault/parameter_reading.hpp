#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/fault/registry.hpp"

namespace kitfox::fault {

/// The value of a parameter as JSON gives it; empty when it does not fit the declared type.
[[nodiscard]] std::optional<arguments::value> read_parameter(const parameter& declared,
                                                             const nlohmann::json& given);
/// The same from the text that a person would write.
[[nodiscard]] std::optional<arguments::value> read_parameter_text(const parameter& declared,
                                                                  std::string_view text);
/// What a value must look like: "a duration such as 250ms".
[[nodiscard]] std::string expectation(const parameter& declared);

}  // namespace kitfox::fault
