#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "conformance/report/case_result.hpp"
#include "conformance/spec/requirement_registry.hpp"
#include "conformance/subject/subject.hpp"

namespace kitfox::conformance {

/// What a run shows of one requirement that the subject claims to keep. Ordered: the worst wins.
enum class requirement_standing {
  kept,           ///< Looked at at least once, and never broken.
  not_testable,   ///< Nothing outside can see it, or no scenario puts it to the test yet; the registry says
                  ///< why.
  not_exercised,  ///< No case that was run looked at it.
  skipped,        ///< Only cases that were skipped would have looked at it.
  known_broken,   ///< Broken, as the subject file says.
  unclear,        ///< Some case that is about it could not be judged.
  broken,
};
[[nodiscard]] std::string_view to_string(requirement_standing standing) noexcept;

struct requirement_claim {
  const requirement* about = nullptr;
  requirement_standing standing = requirement_standing::not_exercised;
  std::size_t cases = 0;      ///< That looked at it.
  std::string decisive_case;  ///< The first that made it what it is; empty when it is kept.
  std::string reason;         ///< Why it was skipped, is not testable, or is known to be broken.
};

/// What may be said of a subject after a run: a pure function of the results.
struct conformance_claim {
  std::vector<requirement_claim> requirements;  ///< In the order of the specification.
  std::size_t cases_skipped = 0;
  std::size_t out_of_time = 0;       ///< Of them: for which the deadline of the run left no time.
  std::vector<known_failure> stale;  ///< Said to be broken, but looked at and kept.
  [[nodiscard]] std::size_t count(requirement_standing of) const;
  /// Nothing is broken, unclear, skipped or left out, no known failure is stale, and no case was without
  /// time. Of what is not testable nothing is said.
  [[nodiscard]] bool conformant() const;
  /// Nothing speaks against the subject beyond what is known, and there was time for every case; parts may be
  /// missing for other reasons.
  [[nodiscard]] bool acceptable() const;
};

/// Whether everything was played that is asked of the subject, or only what a filter left. What a part of the
/// cases keeps may be broken in another: only the whole can show that a known failure is none any more.
enum class claim_scope { whole, part };

/// `levels` narrows the claim to MUSTs, or takes SHOULDs in as well.
[[nodiscard]] conformance_claim claim_of(const subject& whose, requirement_level levels,
                                         const run_result& results, claim_scope scope = claim_scope::whole);

/// The same for the reports of a run.
[[nodiscard]] run_claim summarize(const conformance_claim& claim, const subject& whose,
                                  requirement_level levels);

/// The claim for people; the last line is its verdict. "Conformant" is said only of a claim that is.
void print_claim(const conformance_claim& claim, const subject& whose, requirement_level levels,
                 std::ostream& to);

}  // namespace kitfox::conformance
