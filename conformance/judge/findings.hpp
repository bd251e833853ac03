#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/judge/evidence.hpp"
#include "conformance/judge/finding_place.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {

/// One broken promise, or one that could not be judged.
struct finding {
  std::string requirement;  ///< Empty: an expectation of the scenario that names none.
  std::string subject;      ///< The node, stream, command or step concerned.
  std::string expected, actual;
  instant t = 0;  ///< When it went wrong: the first diverging event.
  std::size_t record =
      0;  ///< Index of the record that was judged, or of what shows it; see finding_place.hpp.
  enum class weight { failure, inconclusive } kind = weight::failure;
  /// Whose part of what both promise it is about; `both`: it shows of neither side alone.
  requirement_role side = requirement_role::both;
  std::string check{};  ///< Name of the check that says so; "expectation": of the scenario's own.
};

/// What the checks of one case said. A requirement that no check looked at once is not in `evaluated`.
class findings {
 public:
  explicit findings(const evidence& about) : about_{about} {}
  /// A check found something to look at; each counts as one observation. `side` as in `finding`.
  void evaluated(std::string_view requirement, std::size_t times = 1,
                 requirement_role side = requirement_role::both);
  void fail(std::string_view requirement, std::string subject, std::string expected, std::string actual,
            const finding_place& at, requirement_role side = requirement_role::both);
  void unclear(std::string_view requirement, std::string subject, std::string expected, std::string actual,
               const finding_place& at, requirement_role side = requirement_role::both);
  /// A ceiling was passed by `excess`. Nothing within the tolerance; inconclusive as long as the harness's
  /// own lateness may be to blame; else a failure.
  void too_late(std::string_view requirement, std::string subject, std::string expected, std::string actual,
                const finding_place& at, instant excess, requirement_role side = requirement_role::both);
  /// From now on what is said of this requirement, and of neither side in particular, is said of that one.
  void speak_of(const std::string& requirement, requirement_role side) { spoken_of_[requirement] = side; }
  [[nodiscard]] const std::vector<finding>& all() const noexcept { return all_; }
  [[nodiscard]] const std::map<std::string, std::size_t>& observations() const noexcept { return evaluated_; }
  /// Those that show something of that side.
  [[nodiscard]] std::size_t observations_of(const std::string& requirement, requirement_role side) const;
  /// Who speaks from now on, as in `finding`.
  void speak_as(std::string_view check) { check_ = check; }
  /// Findings kept for each requirement of each check; more are only counted.
  static constexpr std::size_t kept_max = 20;

 private:
  void add(finding one, const finding_place& at);
  [[nodiscard]] requirement_role side_of(const std::string& requirement, requirement_role said) const;
  const evidence& about_;
  std::vector<finding> all_;
  std::string check_;
  std::map<std::string, std::size_t> evaluated_;
  std::map<std::pair<std::string, std::string>, std::size_t> kept_;  ///< By requirement and check.
  std::map<std::pair<std::string, requirement_role>, std::size_t> evaluated_of_;
  std::map<std::string, requirement_role> spoken_of_;
};

/// "1.25 s", "340 ms", for people.
[[nodiscard]] std::string print_span(instant nanoseconds);
[[nodiscard]] constexpr instant seconds(double s) { return static_cast<instant>(s * 1e9); }

/// How much later than a ceiling something may be seen before it counts: nothing in simulation, what the
/// loopback and the scheduler take over real sockets.
[[nodiscard]] instant tolerance(const evidence& about);

}  // namespace kitfox::conformance
