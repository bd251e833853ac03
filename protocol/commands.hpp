#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "protocol/diagnostics.hpp"
#include "protocol/error.hpp"

namespace kitfox::protocol {

/// What a parameter's value must be. Texts are checked before they come near a URL or a selector.
enum class param_kind {
  namespace_name,    ///< DNS-1123 label.
  namespace_or_all,  ///< The same, or "*" for all namespaces.
  object_name,       ///< DNS-1123 subdomain.
  container_name,    ///< DNS-1123 label.
  label_selector,    ///< Passes is_label_selector().
  continue_token,    ///< Opaque, 1 to 2048 printable ASCII characters.
  integer,           ///< JSON integer within [min, max].
  boolean,           ///< JSON true or false.
};

enum class param_presence {
  required,
  optional,   ///< Stays absent. Null counts as absent, and so does "" for container, label_selector and
              ///< continue.
  defaulted,  ///< Filled in when absent or null.
};

/// One parameter of one command.
struct param_rule {
  std::string_view name;
  param_kind kind;
  param_presence presence{param_presence::optional};
  std::int64_t min{0};  ///< For integers.
  std::int64_t max{0};
  std::int64_t default_number{0};   ///< For defaulted integers; 0 or 1 for defaulted booleans.
  std::string_view default_text{};  ///< For defaulted texts.
};

enum class command_origin { base, added };

/// One command of the allow-list. All of them only read.
struct command_rule {
  std::string_view name;
  command_origin origin;
  std::string_view summary;  ///< One line for `--help` and documents.
  std::span<const param_rule> params;
};

/// The closed allow-list, in a fixed order: base commands first.
[[nodiscard]] std::span<const command_rule> command_list() noexcept;

/// The rule of a command; null pointer if it is not on the list. Exact in case.
[[nodiscard]] const command_rule* find_command(std::string_view name) noexcept;

/// The parameters with null and empty ones removed and defaults filled in: what an implementation may use
/// without further checks. Errors: unknown_command; wrong_type, missing_field, out_of_range, bad_format or
/// unknown_param, with a diagnostics whose pointer starts with `/params`. Map them with to_command_error().
[[nodiscard]] result<nlohmann::json> validate_params(std::string_view command, const nlohmann::json& params,
                                                     diagnostics& diag);

inline constexpr std::int64_t tail_lines_max = 10'000;
inline constexpr std::int64_t tail_lines_default = 100;
inline constexpr std::int64_t list_limit_max = 10'000;

}  // namespace kitfox::protocol
