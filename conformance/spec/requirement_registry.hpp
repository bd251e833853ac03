#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::conformance {

enum class requirement_level { must, should };
[[nodiscard]] std::string_view to_string(requirement_level level) noexcept;

/// Whose promise it is.
enum class requirement_role { agent, gateway, both };
[[nodiscard]] std::string_view to_string(requirement_role role) noexcept;

/// One sentence of the specification. Ids are permanent and never used again.
struct requirement {
  std::string id;  ///< "REV-1"
  requirement_level level = requirement_level::must;
  requirement_role role = requirement_role::both;
  std::string area;    ///< "revocation": groups them in reports.
  std::string text;    ///< Normative.
  std::string judged;  ///< What a black-box observer looks at.
  std::string why;     ///< What goes wrong without it.
  /// Why no scenario verifies it yet; empty when scenarios do.
  std::string unchecked;
  [[nodiscard]] bool checked() const noexcept { return unchecked.empty(); }
};

/// All of them, in the order of the specification (conformance/spec/requirements.json).
[[nodiscard]] std::span<const requirement> requirements();
/// The ids alone, in that order.
[[nodiscard]] std::span<const std::string> requirement_ids();
/// Exact in case; null when there is none.
[[nodiscard]] const requirement* find_requirement(std::string_view id);

}  // namespace kitfox::conformance
