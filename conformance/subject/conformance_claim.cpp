#include "conformance/subject/conformance_claim.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <span>
#include <utility>

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

/// Of what both promise, the part of the subject's side alone.
side_verdict part_of(const requirement_verdict& seen, requirement_role side) {
  return seen.of(side).value_or(side_verdict{seen.outcome, seen.observations, seen.named});
}

requirement_role side_of(const subject& whose) {
  return whose.role == party::agent ? requirement_role::agent : requirement_role::gateway;
}

constexpr std::string_view virtual_time_alone =
    "its cases need virtual time, in which no program of its own runs";

requirement_claim look_at(const requirement& about, requirement_role side, const run_result& results,
                          share_played played) {
  requirement_claim out;
  out.about = &about;
  bool skipped = false, named = false;
  for (const case_result& one : results.cases) {
    if (one.judged.outcome == verdict::skipped) {
      if (std::ranges::find(one.verifies, about.id) == one.verifies.end() || skipped) continue;
      skipped = true;
      out.reason = one.skipped_because;
      continue;
    }
    const requirement_verdict* const both = verdict_on(one, about.id);
    if (both == nullptr) continue;
    const side_verdict seen = part_of(*both, side);
    if (seen.outcome == verdict::fail || seen.outcome == verdict::warn)
      become(out, requirement_standing::broken, one.name);
    else if (seen.outcome == verdict::inconclusive && seen.named)
      become(out, requirement_standing::unclear, one.name);
    if (seen.observations > 0) ++out.cases;
    named = named || (seen.observations > 0 && seen.named);
  }
  if (!out.decisive_case.empty()) {
    out.reason.clear();  // why another case was skipped explains nothing of this one
    return out;
  }
  // What shows in passing, in cases about something else, may be too little to break it.
  if (named) {
    out.standing = requirement_standing::kept;
    out.reason.clear();
  } else if (skipped) {
    out.standing = requirement_standing::skipped;
  } else if (const std::string& unseen = about.side(side).not_testable; !unseen.empty()) {
    out.standing = requirement_standing::not_testable;
    out.reason = unseen;
  } else if (!about.checked()) {
    out.standing =
        about.not_testable.empty() ? requirement_standing::unchecked : requirement_standing::not_testable;
    out.reason = about.reason_unchecked();
  } else if (played == share_played::nothing_to_play) {
    out.standing = requirement_standing::unchecked;
    out.reason = virtual_time_alone;
  }
  return out;
}

using levels_shown = std::span<const requirement_level>;
constexpr requirement_level only_musts[] = {requirement_level::must},
                            only_shoulds[] = {requirement_level::should},
                            every_level[] = {requirement_level::must, requirement_level::should};

std::string ids_of(const conformance_claim& claim, requirement_standing standing,
                   levels_shown levels = every_level) {
  constexpr std::size_t shown_max = 12;
  std::string out;
  std::size_t shown = 0;
  for (const requirement_claim& one : claim.requirements) {
    if (one.standing != standing || std::ranges::find(levels, one.about->level) == levels.end()) continue;
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

/// Of MUSTs alone; what else there is to say stands behind it.
std::string verdict_of(const conformance_claim& claim) {
  const auto count = [&](requirement_standing of) { return claim.count(of, requirement_level::must); };
  const auto ids = [&](requirement_standing of) { return ids_of(claim, of, only_musts); };
  const auto first_broken = std::ranges::find_if(claim.requirements, [](const requirement_claim& one) {
    return one.standing == requirement_standing::broken && one.about->level == requirement_level::must;
  });
  if (first_broken != claim.requirements.end())
    return fmt::format(
        "NOT CONFORMANT: {} of {} requirements broken; `kitfox explain {}` tells what the first demands",
        count(requirement_standing::broken), claim.requirements.size(), first_broken->about->id);
  if (!claim.unclaimed.empty()) {
    const unclaimed_failure& first = claim.unclaimed.front();
    return fmt::format("FAILED: {} failed for {}", first.in_case,
                       first.requirement.empty() ? "no requirement alone"
                                                 : first.requirement + ", which is not asked of the subject");
  }
  if (!claim.stale.empty())
    return fmt::format("STALE: {} is kept now; take it out of known_failures",
                       claim.stale.front().requirement);
  if (const std::size_t unclear = count(requirement_standing::unclear); unclear > 0)
    return fmt::format("INCONCLUSIVE: {} requirements could not be judged: {}", unclear,
                       ids(requirement_standing::unclear));
  if (count(requirement_standing::known_broken) > 0)
    return fmt::format("NOT CONFORMANT, as known: {}", ids(requirement_standing::known_broken));
  if (claim.out_of_time > 0)
    return fmt::format("INCOMPLETE: {} case{} not run, since the deadline had passed", claim.out_of_time,
                       claim.out_of_time == 1 ? " was" : "s were");
  const std::size_t skipped = count(requirement_standing::skipped),
                    missed = count(requirement_standing::not_exercised);
  if (skipped + missed > 0)
    return fmt::format("no claim of conformance: {} requirements were skipped, {} not exercised", skipped,
                       missed);
  if (!claim.conformant_as_far_as_checked())
    return "no claim of conformance: nothing was asked of the subject";
  const std::string rest =
      fmt::format("{} more cannot be judged from outside", claim.count(requirement_standing::not_testable));
  if (const std::size_t unchecked = count(requirement_standing::unchecked); unchecked > 0)
    return fmt::format(
        "CONFORMANT AS FAR AS CHECKED: {} requirements kept, none skipped; {} MUST{} not checked by this "
        "suite "
        "yet: {}; {}",
        claim.count(requirement_standing::kept), unchecked, unchecked == 1 ? " is" : "s are",
        ids(requirement_standing::unchecked), rest);
  return fmt::format("CONFORMANT: {} requirements kept, none skipped; {}",
                     claim.count(requirement_standing::kept), rest);
}

/// Skipped cases are never silent: what they would have shown may be kept in others.
std::string verdict_line(const conformance_claim& claim) {
  std::string out = verdict_of(claim);
  for (const auto& [standing, word] : {std::pair{requirement_standing::broken, "broken"},
                                       {requirement_standing::known_broken, "known to be broken"},
                                       {requirement_standing::unclear, "unclear"}})
    if (const std::string ids = ids_of(claim, standing, only_shoulds); !ids.empty())
      out += fmt::format("; of what is recommended {}: {}", word, ids);
  if (claim.cases_skipped > 0)
    out += fmt::format("; {} case{} skipped, with reasons", claim.cases_skipped,
                       claim.cases_skipped == 1 ? " was" : "s were");
  return out;
}

/// Every failed case is told, whatever it failed for: a run with one does not end well in silence.
std::vector<unclaimed_failure> unclaimed_failures(const subject& whose, const conformance_claim& claim,
                                                  const run_result& results) {
  const auto accounted_for = [&](const std::string& id) {
    return std::ranges::any_of(claim.requirements,
                               [&](const requirement_claim& one) { return one.about->id == id; }) ||
           std::ranges::find(whose.known_failures, id, &known_failure::requirement) !=
               whose.known_failures.end();
  };
  std::vector<unclaimed_failure> out;
  for (const case_result& one : results.cases) {
    if (one.judged.outcome != verdict::fail) continue;
    bool blamed = false;
    for (const requirement_verdict& each : one.judged.requirements) {
      if (each.outcome != verdict::fail) continue;
      blamed = true;
      const bool of_the_peer = part_of(each, side_of(whose)).outcome != verdict::fail;
      if (of_the_peer || !accounted_for(each.id)) out.push_back({one.name, each.id});
    }
    if (!blamed) out.push_back({one.name, {}});
  }
  return out;
}

}  // namespace

std::string_view to_string(requirement_standing standing) noexcept {
  switch (standing) {
    case requirement_standing::kept:
      return "kept";
    case requirement_standing::not_testable:
      return "not testable";
    case requirement_standing::unchecked:
      return "not checked yet";
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

std::size_t conformance_claim::count(requirement_standing of, requirement_level level) const {
  return static_cast<std::size_t>(std::ranges::count_if(requirements, [&](const requirement_claim& one) {
    return one.standing == of && one.about->level == level;
  }));
}

bool conformance_claim::acceptable() const {
  return stale.empty() && unclaimed.empty() && out_of_time == 0 && count(requirement_standing::broken) == 0 &&
         count(requirement_standing::unclear) == 0;
}

bool conformance_claim::conformant_as_far_as_checked() const {
  const bool spoiled = std::ranges::any_of(requirements, [](const requirement_claim& one) {
    return one.about->level == requirement_level::must && one.standing >= requirement_standing::not_exercised;
  });
  return stale.empty() && unclaimed.empty() && out_of_time == 0 && !spoiled &&
         count(requirement_standing::kept, requirement_level::must) > 0;
}

bool conformance_claim::conformant() const {
  return conformant_as_far_as_checked() &&
         count(requirement_standing::unchecked, requirement_level::must) == 0;
}

conformance_claim claim_of(const subject& whose, requirement_level levels, const run_result& results,
                           const played_of& played) {
  conformance_claim out;
  out.cases_skipped = results.count(verdict::skipped);
  out.out_of_time = results.out_of_time;
  for (const requirement& one : requirements()) {
    const auto known = std::ranges::find(whose.known_failures, one.id, &known_failure::requirement);
    const bool is_known = known != whose.known_failures.end();
    if (!is_asked_of(one, whose, levels) && !is_known) continue;
    const share_played share = played ? played(one.id) : share_played::whole;
    requirement_claim claim = look_at(one, side_of(whose), results, share);
    if (is_known && claim.standing == requirement_standing::broken) {
      claim.standing = requirement_standing::known_broken;
      claim.reason = known->reason;
    } else if (is_known && claim.standing == requirement_standing::kept && results.out_of_time == 0 &&
               share != share_played::part) {
      out.stale.push_back(*known);
    }
    if (is_asked_of(one, whose, levels)) out.requirements.push_back(std::move(claim));
  }
  out.unclaimed = unclaimed_failures(whose, out, results);
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
        requirement_standing::unchecked, requirement_standing::not_testable}) {
    const std::size_t count = claim.count(standing);
    if (count == 0) continue;
    to << fmt::format("  {:>4} {}", count, to_string(standing));
    const bool each = standing == requirement_standing::broken || standing == requirement_standing::unclear ||
                      standing == requirement_standing::known_broken ||
                      standing == requirement_standing::skipped;
    if (standing == requirement_standing::not_exercised || standing == requirement_standing::unchecked ||
        standing == requirement_standing::not_testable)
      to << ": " << ids_of(claim, standing);
    to << "\n";
    if (each) print_each(claim, standing, to);
  }
  for (const known_failure& one : claim.stale)
    to << fmt::format("  stale: {} is in known_failures (# {}), but was kept\n", one.requirement, one.reason);
  for (const unclaimed_failure& one : claim.unclaimed)
    to << fmt::format("  failed: {}{}\n", one.in_case,
                      one.requirement.empty() ? "" : ", for " + one.requirement + ", which is not asked");
  to << verdict_line(claim) << "\n";
}

}  // namespace kitfox::conformance
