#include "conformance/subject/conformance_claim.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "conformance/subject/case_choice.hpp"

namespace kitfox::conformance {
namespace {

const requirement_verdict* verdict_on(const case_result& one, const std::string& id) {
  const auto found = std::ranges::find(one.judged.requirements, id, &requirement_verdict::id);
  return found == one.judged.requirements.end() ? nullptr : &*found;
}

void become(requirement_claim& out, requirement_standing standing, const std::string& in_case) {
  if (standing <= out.standing && !out.decisive_case.empty()) return;
  out.standing = standing;
  out.decisive_case = in_case;
}

requirement_claim look_at(const requirement& about, const run_result& results) {
  requirement_claim out;
  out.about = &about;
  bool skipped = false;
  for (const case_result& one : results.cases) {
    if (one.judged.outcome == verdict::skipped) {
      if (std::ranges::find(one.verifies, about.id) == one.verifies.end() || skipped) continue;
      skipped = true;
      out.reason = one.skipped_because;
      continue;
    }
    const requirement_verdict* const seen = verdict_on(one, about.id);
    if (seen == nullptr) continue;
    if (seen->outcome == verdict::fail || seen->outcome == verdict::warn)
      become(out, requirement_standing::broken, one.name);
    else if (seen->outcome == verdict::inconclusive && seen->named)
      become(out, requirement_standing::unclear, one.name);
    if (seen->observations > 0) ++out.cases;
  }
  if (!out.decisive_case.empty()) {
    out.reason.clear();  // why another case was skipped explains nothing of this one
    return out;
  }
  if (out.cases > 0) {
    out.standing = requirement_standing::kept;
    out.reason.clear();
  } else if (skipped) {
    out.standing = requirement_standing::skipped;
  } else if (!about.checked()) {
    out.standing = requirement_standing::not_testable;
    out.reason = about.reason_unchecked();
  }
  return out;
}

std::string ids_of(const conformance_claim& claim, requirement_standing standing) {
  constexpr std::size_t shown_max = 12;
  std::string out;
  std::size_t shown = 0;
  for (const requirement_claim& one : claim.requirements) {
    if (one.standing != standing) continue;
    if (++shown > shown_max) return out + ", ...";
    out += (out.empty() ? "" : ", ") + one.about->id;
  }
  return out;
}

void print_each(const conformance_claim& claim, requirement_standing standing, std::ostream& to) {
  for (const requirement_claim& one : claim.requirements) {
    if (one.standing != standing) continue;
    to << fmt::format("      {:<7} {:<6} {}", one.about->id, to_string(one.about->level),
                      one.decisive_case.empty() ? one.reason : "in " + one.decisive_case);
    if (!one.reason.empty() && !one.decisive_case.empty()) to << "  # " << one.reason;
    to << "\n";
  }
}

std::string verdict_of(const conformance_claim& claim) {
  const auto count = [&](requirement_standing of) { return claim.count(of); };
  const auto first_broken =
      std::ranges::find(claim.requirements, requirement_standing::broken, &requirement_claim::standing);
  if (first_broken != claim.requirements.end())
    return fmt::format(
        "NOT CONFORMANT: {} of {} requirements broken; `kitfox explain {}` tells what the first demands",
        count(requirement_standing::broken), claim.requirements.size(), first_broken->about->id);
  if (!claim.stale.empty())
    return fmt::format("STALE: {} is kept now; take it out of known_failures",
                       claim.stale.front().requirement);
  if (const std::size_t unclear = count(requirement_standing::unclear); unclear > 0)
    return fmt::format("INCONCLUSIVE: {} requirements could not be judged: {}", unclear,
                       ids_of(claim, requirement_standing::unclear));
  if (const std::size_t known = count(requirement_standing::known_broken); known > 0)
    return fmt::format("NOT CONFORMANT, as known: {}", ids_of(claim, requirement_standing::known_broken));
  if (claim.out_of_time > 0)
    return fmt::format("INCOMPLETE: {} case{} not run, since the deadline had passed", claim.out_of_time,
                       claim.out_of_time == 1 ? " was" : "s were");
  const std::size_t missing =
      count(requirement_standing::skipped) + count(requirement_standing::not_exercised);
  if (missing > 0)
    return fmt::format("no claim of conformance: {} requirements were skipped, {} not exercised",
                       count(requirement_standing::skipped), count(requirement_standing::not_exercised));
  return fmt::format("CONFORMANT: {} requirements kept, none skipped; {} more cannot be judged from outside",
                     count(requirement_standing::kept), count(requirement_standing::not_testable));
}

/// Skipped cases are never silent: what they would have shown may be kept in others.
std::string verdict_line(const conformance_claim& claim) {
  std::string out = verdict_of(claim);
  if (claim.cases_skipped > 0)
    out += fmt::format("; {} case{} skipped, with reasons", claim.cases_skipped,
                       claim.cases_skipped == 1 ? " was" : "s were");
  return out;
}

}  // namespace

std::string_view to_string(requirement_standing standing) noexcept {
  switch (standing) {
    case requirement_standing::kept:
      return "kept";
    case requirement_standing::not_testable:
      return "not testable";
    case requirement_standing::not_exercised:
      return "not exercised";
    case requirement_standing::skipped:
      return "skipped";
    case requirement_standing::known_broken:
      return "known broken";
    case requirement_standing::unclear:
      return "unclear";
    case requirement_standing::broken:
      return "broken";
  }
  return "";
}

std::size_t conformance_claim::count(requirement_standing of) const {
  return static_cast<std::size_t>(std::ranges::count(requirements, of, &requirement_claim::standing));
}

bool conformance_claim::acceptable() const {
  return stale.empty() && out_of_time == 0 && count(requirement_standing::broken) == 0 &&
         count(requirement_standing::unclear) == 0;
}

bool conformance_claim::conformant() const {
  return acceptable() && !requirements.empty() && count(requirement_standing::known_broken) == 0 &&
         count(requirement_standing::skipped) == 0 && count(requirement_standing::not_exercised) == 0;
}

conformance_claim claim_of(const subject& whose, requirement_level levels, const run_result& results,
                           claim_scope scope) {
  conformance_claim out;
  out.cases_skipped = results.count(verdict::skipped);
  out.out_of_time = results.out_of_time;
  for (const requirement& one : requirements()) {
    const auto known = std::ranges::find(whose.known_failures, one.id, &known_failure::requirement);
    const bool is_known = known != whose.known_failures.end();
    if (!is_asked_of(one, whose, levels) && !is_known) continue;
    requirement_claim claim = look_at(one, results);
    if (is_known && claim.standing == requirement_standing::broken) {
      claim.standing = requirement_standing::known_broken;
      claim.reason = known->reason;
    } else if (is_known && claim.standing == requirement_standing::kept && scope == claim_scope::whole) {
      out.stale.push_back(*known);
    }
    if (is_asked_of(one, whose, levels)) out.requirements.push_back(std::move(claim));
  }
  return out;
}

run_claim summarize(const conformance_claim& claim, const subject& whose, requirement_level levels) {
  run_claim out;
  std::string profiles;
  for (const requirement_profile one : whose.profiles)
    profiles += (profiles.empty() ? "" : ", ") + std::string{to_string(one)};
  out.subject = fmt::format("{}: {} requirements of role {} in {}{}", whose.name, claim.requirements.size(),
                            whose.role == party::agent ? "agent" : "gateway", profiles,
                            levels == requirement_level::must ? ", MUSTs only" : "");
  out.verdict = verdict_line(claim);
  out.conformant = claim.conformant();
  for (const requirement_claim& one : claim.requirements) out.requirements.push_back(one.about->id);
  return out;
}

void print_claim(const conformance_claim& claim, const subject& whose, requirement_level levels,
                 std::ostream& to) {
  to << "\n" << summarize(claim, whose, levels).subject << "\n";
  for (const auto standing :
       {requirement_standing::kept, requirement_standing::broken, requirement_standing::known_broken,
        requirement_standing::unclear, requirement_standing::skipped, requirement_standing::not_exercised,
        requirement_standing::not_testable}) {
    const std::size_t count = claim.count(standing);
    if (count == 0) continue;
    to << fmt::format("  {:>4} {}", count, to_string(standing));
    const bool each = standing == requirement_standing::broken || standing == requirement_standing::unclear ||
                      standing == requirement_standing::known_broken ||
                      standing == requirement_standing::skipped;
    if (standing == requirement_standing::not_exercised || standing == requirement_standing::not_testable)
      to << ": " << ids_of(claim, standing);
    to << "\n";
    if (each) print_each(claim, standing, to);
  }
  for (const known_failure& one : claim.stale)
    to << fmt::format("  stale: {} is in known_failures (# {}), but was kept\n", one.requirement, one.reason);
  to << verdict_line(claim) << "\n";
}

}  // namespace kitfox::conformance
