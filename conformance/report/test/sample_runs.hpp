#pragma once
#include <string>

#include "conformance/report/case_result.hpp"

namespace kitfox::conformance {

/// Texts that a subject may have chosen: not UTF-8, markup of every kind, control characters.
inline const std::string odd = "caf\xc3 <&\"'> \x01\x02 \xff\xfe \xed\xa0\x80 ]]> -- \r\n\t";

[[nodiscard]] case_result a_case(const std::string& name, verdict outcome);
[[nodiscard]] finding a_finding(const std::string& requirement, finding::weight weight, instant t);
/// One of every verdict; each of its texts is, or holds, `text`.
[[nodiscard]] run_result run_of(const std::string& text);
[[nodiscard]] inline run_result odd_run() { return run_of(odd); }
/// Cases of these verdicts, all planned.
[[nodiscard]] run_result with_verdicts(const std::vector<verdict>& outcomes);
inline constexpr verdict every_verdict[] = {verdict::pass,         verdict::warn, verdict::skipped,
                                            verdict::inconclusive, verdict::fail, verdict::harness_error};

}  // namespace kitfox::conformance
