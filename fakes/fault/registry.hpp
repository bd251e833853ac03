#pragma once
#include <limits>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/fault/arguments.hpp"
#include "fakes/fault/errc.hpp"
#include "fakes/fault/fault.hpp"
#include "fakes/fault/match.hpp"

namespace kitfox::fault {

enum class parameter_type {
  span,      ///< "250ms": a duration, with unit ns, us, ms, s, m, h or d.
  count,     ///< A whole number, at least 0.
  integer,   ///< A whole number.
  size,      ///< Bytes: a whole number, or "64KiB".
  rate,      ///< Bytes a second: a whole number, or "64KiB/s".
  fraction,  ///< A number from 0 to 1.
  text,
  choice,   ///< One of `choices`.
  numbers,  ///< A number, or numbers as in number_set: "2..5", "every 3".
};

/// Whole numbers, both ends included.
struct number_range {
  static constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t least = 0, most = unbounded;
};

/// One parameter of a kind of fault, for the loader, the schema and the documentation alike.
struct parameter {
  std::string name;
  parameter_type type = parameter_type::text;
  std::string doc;  ///< One sentence.
  /// As one would write it; "" for an optional parameter; absent: the author must give one.
  std::optional<std::string> standard;
  std::vector<std::string> choices{};
  /// Of a count or size: what it may be, in ascending order; empty: anything.
  std::vector<number_range> allowed{};
};
/// "200 to 599", "at least 1", "301, 302, 303, 307 or 308"; empty where anything is allowed.
[[nodiscard]] std::string print_allowed(const parameter&);
/// Its sentence, with what is allowed.
[[nodiscard]] std::string describe(const parameter&);

enum class fault_family { link, connection, tls, http, sse, middlebox };
[[nodiscard]] std::string_view to_string(fault_family) noexcept;

/// One kind of fault: everything known about it but its code.
struct fault_kind {
  std::string name;
  fault_family family = fault_family::link;
  std::string doc;  ///< One sentence.
  std::vector<parameter> parameters;
  /// What it takes when the author does not say (`applies_to`).
  taken standard_taken = taken::any;
  /// Which fields of the match make sense for it, beside connection, applies_to and probability.
  enum class selector { nothing, direction, request, event };
  std::vector<selector> selectors{selector::direction, selector::request, selector::event};
  /// Makes the fault for one connection. It keeps no reference to the arguments.
  std::unique_ptr<fault> (*make)(const arguments&) = nullptr;
  /// Every dial it takes is refused (a real listener may then close).
  bool refuses_dials = false;
  /// It selects requests and events itself, as all of `http` and `sse` do; any other fault with such a match
  /// begins on a connection when the first request or event that fits has come.
  bool selects_itself = false;
  [[nodiscard]] bool accepts(selector) const noexcept;
};

/// A fault ready to be added to a link. Copyable; refers to a kind of the registry, which lives for ever.
struct planned_fault {
  std::string name;  ///< As it shows in firings: "outage#1".
  const fault_kind* kind = nullptr;
  arguments values;
  match applies_to;
};

/// What was wrong with the parameters, for people.
struct plan_diagnostics {
  std::string parameter;  ///< Its name, or empty when it concerns the fault as a whole.
  std::string message;    ///< "latency.jitter: expected a duration such as 250ms, got \"soon\"".
};

/// All kinds of faults by name.
class registry {
 public:
  explicit registry(std::vector<fault_kind> kinds);
  /// The faults of this library.
  [[nodiscard]] static const registry& standard();

  /// In alphabetical order.
  [[nodiscard]] std::span<const fault_kind> kinds() const noexcept { return kinds_; }
  [[nodiscard]] const fault_kind* find(std::string_view name) const noexcept;
  /// The name most like `name`, to suggest; empty when none is near.
  [[nodiscard]] std::string nearest(std::string_view name) const;

  /// Plans a fault from an object that holds its parameters and its match side by side:
  /// {"code": 503, "path": "/agent/response/*", "request": 2}. Errors: errc::unknown_fault,
  /// unknown_parameter, missing_parameter, bad_parameter, not_an_object; `why` then says what was expected
  /// and the nearest word.
  [[nodiscard]] result<planned_fault> plan(std::string name, std::string_view kind,
                                           const nlohmann::json& parameters, plan_diagnostics& why) const;
  /// The parameters of the match that the kind takes, described like its own.
  [[nodiscard]] static std::vector<parameter> match_parameters(const fault_kind&);
  /// JSON Schema (2020-12) of the object that plan() takes for this kind.
  [[nodiscard]] static nlohmann::json schema(const fault_kind&);

 private:
  std::vector<fault_kind> kinds_;
};

/// "250ms", "1h30m", "0". Empty when it is no duration or does not fit into 64-bit nanoseconds.
[[nodiscard]] std::optional<runtime::duration> parse_span(std::string_view text);
/// "65536", "64KiB", "1MB". Empty when it is no size.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// The word of `words` with the smallest edit distance to `word`, if that is at most a third of its length.
[[nodiscard]] std::string nearest_word(std::string_view word, std::span<const std::string_view> words);

}  // namespace kitfox::fault
