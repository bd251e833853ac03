#pragma once
#include <span>
#include <string_view>

namespace kitfox::conformance {

/// What a member of a result may be (SPEC.md §9).
enum class member_form {
  text,
  text_or_null,  ///< Null where Kubernetes says nothing.
  number,
  flag,
  list,      ///< Of objects with the members of `of`; of anything when there are none.
  map,       ///< An object with the members of `of`; with any when there are none.
  anything,  ///< A port has a number or a name.
};

struct result_member {
  std::string_view name;
  member_form form = member_form::text;
  std::span<const result_member> of{};
};

struct result_table {
  std::string_view command;
  std::span<const result_member> members;
};

/// One for each command, in the order of the specification. A result may have other members as well.
[[nodiscard]] std::span<const result_table> result_tables() noexcept;

}  // namespace kitfox::conformance
