#pragma once
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "conformance/report/case_result.hpp"
#include "conformance/spec/requirement_registry.hpp"
#include "conformance/subject/subject.hpp"

namespace kitfox::conformance {

/// What a run shows of one requirement that the subject claims to keep. Ordered: the worst wins.
enum class requirement_standing {
  kept,           ///< Looked at in at least one case that puts it to the test, and never broken.
  not_testable,   ///< Nothing outside can see it; the registry says why.
  unchecked,      ///< Something could, but no case of this suite puts a program to it yet.
  not_exercised,  ///< No case that was run puts it to the test, or none found anything to look at.
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

/// A case that failed for something that is not asked of the subject, nor known to be broken.
struct unclaimed_failure {
  std::string in_case;
  std::string requirement;  ///< Empty: for none; its two worlds disagree.
};

/// What may be said of a subject after a run: a pure function of the results. The word "conformant" hangs on
/// MUSTs alone (SPEC.md §23); what is only recommended is told beside it.
struct conformance_claim {
  std::vector<requirement_claim> requirements;  ///< In the order of the specification.
  std::size_t cases_skipped = 0;
  std::size_t out_of_time = 0;               ///< Of them: for which the deadline of the run left no time.
  std::vector<known_failure> stale;          ///< Said to be broken, but looked at and kept.
  std::vector<unclaimed_failure> unclaimed;  ///< In the order of the cases.
  [[nodiscard]] std::size_t count(requirement_standing of) const;
  [[nodiscard]] std::size_t count(requirement_standing of, requirement_level level) const;
  /// No MUST is broken, unclear, skipped or left out, no case failed otherwise or was without time, and no
  /// known failure is stale. MUSTs that this suite does not check may be left.
  [[nodiscard]] bool conformant_as_far_as_checked() const;
  /// The same, and every MUST that can be seen from outside was checked. Of the others nothing is said.
  [[nodiscard]] bool conformant() const;
  /// Nothing speaks against the subject beyond what is known, and there was time for every case; parts may be
  /// missing for other reasons.
  [[nodiscard]] bool acceptable() const;
};

/// How much of what the suite has for a requirement was played.
enum class share_played {
  nothing_to_play,  ///< None of its cases can be put to a program: they need virtual time.
  part,             ///< What a part of them keeps may be broken in another, so that it is not stale yet.
  whole,
};
using played_of = std::function<share_played(const std::string& requirement)>;

/// `levels` narrows the claim to MUSTs, or takes SHOULDs in as well. Without `played` the whole was.
[[nodiscard]] conformance_claim claim_of(const subject& whose, requirement_level levels,
                                         const run_result& results, const played_of& played = {});

/// The same for the reports of a run.
[[nodiscard]] run_claim summarize(const conformance_claim& claim, const subject& whose,
                                  requirement_level levels);

/// The claim for people; the last line is its verdict. Plain "CONFORMANT" is said only of a claim that is.
void print_claim(const conformance_claim& claim, const subject& whose, requirement_level levels,
                 std::ostream& to);

}  // namespace kitfox::conformance
