#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "conformance/scenario/bounds.hpp"
#include "conformance/scenario/source_mark.hpp"

namespace kitfox::conformance {

/// A scalar of an open-ended part of a scenario (options of the parties, parameters of faults), typed as the
/// schema says: numbers of bytes and bytes per second are integers, "250ms" is a duration, "100/min" a rate.
using setting_value = std::variant<bool, std::int64_t, double, std::string, duration, event_rate>;

struct named_setting {
  source_mark where;
  std::string name;
  setting_value value;
};

using setting_list = std::vector<named_setting>;

/// The setting of that name, or null.
[[nodiscard]] const named_setting* find_setting(const setting_list& settings, std::string_view name) noexcept;

}  // namespace kitfox::conformance
