#pragma once
#include <iosfwd>

#include "conformance/report/case_result.hpp"

namespace kitfox::conformance {

/// The console's view of a run: a line a case as it ends, the failures explained, a summary.
class console_report {
 public:
  enum class style { plain, coloured };
  console_report(std::ostream& to, style how) : to_{to}, style_{how} {}
  void on_case(const case_result& one, std::size_t done, std::size_t planned);
  /// Requirement text, the first divergence, the timeline around it, the seed and how to run it again.
  void explain(const case_result& one);
  void summary(const run_result& all, const std::string& folder);

 private:
  std::ostream& to_;
  style style_;
};

}  // namespace kitfox::conformance
