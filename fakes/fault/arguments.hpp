#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "fakes/fault/number_set.hpp"
#include "runtime/clock.hpp"

namespace kitfox::fault {

/// The checked parameters of one planned fault, defaults filled in. Asking for a name or type that the kind
/// does not declare is a programmer error.
class arguments {
 public:
  using value =
      std::variant<std::monostate, runtime::duration, std::uint64_t, std::int64_t, double, std::string>;

  /// False for an optional parameter that was left out.
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] runtime::duration span(std::string_view name) const;
  /// Of a count, size (bytes) or rate (bytes a second).
  [[nodiscard]] std::uint64_t number(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] double fraction(std::string_view name) const;
  /// Of a text or a choice.
  [[nodiscard]] const std::string& text(std::string_view name) const;

  void set(std::string name, value what) { values_.insert_or_assign(std::move(name), std::move(what)); }

 private:
  [[nodiscard]] const value& at(std::string_view name) const;
  std::map<std::string, value, std::less<>> values_;
};

}  // namespace kitfox::fault
