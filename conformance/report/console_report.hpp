#pragma once
#include <iosfwd>
#include <set>
#include <string>

#include "conformance/report/case_result.hpp"

namespace kitfox::conformance {

/// The console's view of a run: a line a case as it ends, the failures explained, a summary. On a terminal
/// also a last line that says what is running; elsewhere nothing is ever written twice.
class console_report {
 public:
  enum class style { plain, terminal };
  console_report(std::ostream& to, style how) : to_{to}, style_{how} {}
  void on_begin(const std::string& name, std::size_t done, std::size_t planned);
  void on_case(const case_result& one, std::size_t done, std::size_t planned);
  /// A case ended without a line of its own.
  void on_quiet_end(const std::string& name, std::size_t done, std::size_t planned);
  /// Requirement text, the first divergence, the timeline around it, the seed and how to run it again.
  /// `folder` holds the reports; empty: there are none.
  void explain(const case_result& one, const std::string& folder);
  /// The same of the first `explained_max` cases that did not pass; says how many more there are.
  void explain_first(const run_result& all, const std::string& folder);
  static constexpr std::size_t explained_max = 10;
  void summary(const run_result& all, const std::string& folder);

 private:
  void show_running(std::size_t done, std::size_t planned);
  void clear_running();
  std::ostream& to_;
  style style_;
  std::set<std::string> running_;
};

}  // namespace kitfox::conformance
