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

/// What a subject claims that it keeps (SPEC.md, "Profiles"): `core` is what one agent and one gateway need
/// to work together; `fleet` and `secure` each come on top of it.
enum class requirement_profile { core, fleet, secure };
[[nodiscard]] std::string_view to_string(requirement_profile profile) noexcept;
[[nodiscard]] std::optional<requirement_profile> parse_requirement_profile(std::string_view word) noexcept;

/// What there is to say of one side alone of a requirement that both promise.
struct requirement_side {
  std::string not_testable;  ///< Why nothing outside can see whether this side keeps it.
  std::string no_mutant;     ///< Why no mutant of this side breaks it.
};

/// One sentence of the specification. Ids are permanent and never used again.
struct requirement {
  std::string id;  ///< "REV-1"
  requirement_level level = requirement_level::must;
  requirement_role role = requirement_role::both;
  requirement_profile profile = requirement_profile::core;
  std::string area;                  ///< "revocation": groups them in reports.
  std::string text;                  ///< Normative, in the words of RFC 2119.
  std::string judged;                ///< What a black-box observer looks at.
  std::string why;                   ///< What goes wrong without it.
  std::vector<std::string> sources;  ///< "RFC 9112 §6.3": where the rule comes from, or is explained.
  std::vector<std::string> aliases;  ///< Ids that it had before.
  /// Why nothing outside can see whether it is kept; empty when something can.
  std::string not_testable;
  /// Why no scenario verifies it yet although one could; empty when scenarios do.
  std::string unchecked;
  std::string partly;     ///< What of it no check looks at, although it is checked; empty: nothing.
  std::string no_mutant;  ///< Why no mutant breaks it although it is checked; empty when one does.
  requirement_side of_agent, of_gateway;  ///< Empty unless both promise it.
  /// What proves it: checks of the judge ("expectation": of the scenarios' own), scenarios, mutants. Written
  /// by the test that compares them with what there is.
  std::vector<std::string> checks, scenarios, mutants;
  [[nodiscard]] const requirement_side& side(requirement_role of) const noexcept {
    return of == requirement_role::agent ? of_agent : of_gateway;
  }
  [[nodiscard]] bool checked() const noexcept { return not_testable.empty() && unchecked.empty(); }
  /// Why it is not checked; empty when it is.
  [[nodiscard]] const std::string& reason_unchecked() const noexcept {
    return not_testable.empty() ? unchecked : not_testable;
  }
};

/// Reads the text of a registry, which is part of the program: it asserts that it is well-formed.
[[nodiscard]] std::vector<requirement> parse_requirements(std::string_view json);
/// Which of `all` an id means, by its present name or an old one; null when none.
[[nodiscard]] const requirement* find_requirement(std::span<const requirement> all, std::string_view id);

/// All of them, in the order of the specification (conformance/spec/requirements.json).
[[nodiscard]] std::span<const requirement> requirements();
/// The ids alone, in that order.
[[nodiscard]] std::span<const std::string> requirement_ids();
/// Exact in case; null when there is none.
[[nodiscard]] const requirement* find_requirement(std::string_view id);

}  // namespace kitfox::conformance
