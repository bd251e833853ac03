#include "conformance/live/fidelity/compare_twins.hpp"

#include <fmt/format.h>

#include <ostream>

#include "conformance/live/fidelity/random_program.hpp"
#include "conformance/live/fidelity/rbac_triples.hpp"

namespace kitfox::conformance {

using nlohmann::json;

namespace {

constexpr std::size_t shown_bytes_max = 1200;
constexpr std::size_t shown_paths_max = 6;
/// Which of several bindings a real server names is left to the order of a hash map, by which one binding may
/// come before another in one of eight cases only: 0.9^200 is less than 10^-9.
constexpr std::size_t asked_again_max = 200;

std::string describe_difference(const twin_request& asked, const api_twin& left, const json& of_left,
                                const api_twin& right, const json& of_right) {
  std::string who = asked.user.empty() ? "" : " as " + asked.user;
  std::string out = fmt::format("  {} {}{} [{}]\n  {}\n", asked.method, asked.target, who, asked.content_type,
                                asked.body.substr(0, shown_bytes_max));
  std::vector<std::string> paths{"/status", "/body/message"};
  for (const json& one : json::diff(of_left, of_right)) paths.push_back(one["path"].get<std::string>());
  std::size_t shown = 0;
  for (const std::string& path : paths) {
    if (++shown > shown_paths_max) break;
    const json::json_pointer at{path};
    const auto value = [&](const json& in) {
      return in.contains(at) ? in.at(at).dump().substr(0, shown_bytes_max) : std::string{"(absent)"};
    };
    out += fmt::format("  {}:\n    {}: {}\n    {}: {}\n", path, left.name(), value(of_left), right.name(),
                       value(of_right));
  }
  return out;
}

/// Both answers to one request.
struct answer_pair {
  json left, right;
  [[nodiscard]] bool same() const { return left == right; }
};

runtime::task<runtime::result<answer_pair>> ask_both(api_twin& left, api_twin& right, twin_request what) {
  twin_request again = what;
  auto of_left = co_await left.ask(std::move(what));
  if (!of_left) co_return of_left.error();
  auto of_right = co_await right.ask(std::move(again));
  if (!of_right) co_return of_right.error();
  answer_pair out{std::move(*of_left), std::move(*of_right)};
  co_return runtime::result<answer_pair>{std::move(out)};
}

runtime::task<runtime::result<twin_score>> compare_one(api_twin& left, api_twin& right, std::uint64_t seed,
                                                       std::size_t steps, std::ostream& out) {
  random_program program{runtime::make_seeded_entropy(seed), "program-" + std::to_string(seed)};
  std::vector<twin_request> all = program.beginning();
  for (std::size_t i = 0; i < steps; ++i) all.push_back(program.next());
  for (twin_request& one : program.ending()) all.push_back(std::move(one));
  left.forget();
  right.forget();
  twin_score score;
  score.runs = 1;
  for (const twin_request& one : all) {
    twin_request asked = one;
    const auto both = co_await ask_both(left, right, std::move(asked));
    if (!both) co_return both.error();
    ++score.asked;
    if (both->same()) {
      ++score.same;
      continue;
    }
    out << fmt::format("seed {}, request {}:\n{}", seed, score.asked,
                       describe_difference(one, left, both->left, right, both->right));
    co_return runtime::result<twin_score>{score};
  }
  score.same_runs = 1;
  co_return runtime::result<twin_score>{score};
}

void add(twin_score& to, const twin_score& one) {
  to.asked += one.asked;
  to.same += one.same;
  to.runs += one.runs;
  to.same_runs += one.same_runs;
}

/// Whether it is allowed, and why, or what was wrong with the question.
json verdict_of(const json& answer) {
  const json& body = answer["body"];
  return body.is_object() && body.value("kind", "") == "SubjectAccessReview" ? body["status"] : body;
}

/// Verdict and reason agree, if need be after some more questions.
runtime::task<runtime::result<answer_pair>> ask_about_rights(api_twin& left, api_twin& right,
                                                             twin_request what) {
  auto both = co_await ask_both(left, right, what);
  if (!both) co_return std::move(both);
  both->left = verdict_of(both->left);
  both->right = verdict_of(both->right);
  for (std::size_t i = 0; i < asked_again_max && !both->same(); ++i) {
    if (both->left.value("allowed", false) != both->right.value("allowed", false)) break;
    twin_request again = what;
    auto next = co_await right.ask(std::move(again));
    if (!next) co_return next.error();
    both->right = verdict_of(*next);
  }
  co_return std::move(both);
}

}  // namespace

runtime::task<runtime::result<twin_score>> compare_programs(api_twin& left, api_twin& right, twin_plan plan,
                                                            std::ostream& out) {
  twin_score all;
  for (std::size_t i = 0; i < plan.runs; ++i) {
    const auto one = co_await compare_one(left, right, plan.seed + i, plan.steps, out);
    if (!one) co_return one.error();
    add(all, *one);
  }
  co_return runtime::result<twin_score>{all};
}

runtime::task<runtime::result<twin_score>> compare_rights(api_twin& left, api_twin& right, twin_plan plan,
                                                          std::ostream& out) {
  twin_score all;
  for (twin_request& one : trial_namespaces()) {
    const auto both = co_await ask_both(left, right, std::move(one));
    if (!both) co_return both.error();
  }
  for (std::size_t i = 0; i < plan.runs; ++i) {
    const std::uint64_t seed = plan.seed + i;
    const auto random = runtime::make_seeded_entropy(seed)->child("rights");
    rbac_trial trial = make_rbac_trial(*random, plan.steps);
    for (twin_request& one : trial.policy) {
      const auto both = co_await ask_both(left, right, std::move(one));
      if (!both) co_return both.error();
      if (!both->same()) out << "seed " << seed << ": the policy itself is taken differently\n";
    }
    const runtime::error_code unsettled = co_await right.settle();
    if (unsettled) co_return unsettled;
    twin_score score;
    score.runs = 1;
    for (const twin_request& one : trial.questions) {
      twin_request asked = one;
      const auto both = co_await ask_about_rights(left, right, std::move(asked));
      if (!both) co_return both.error();
      ++score.asked;
      score.same += both->same() ? 1 : 0;
      if (!both->same() && score.asked - score.same == 1)
        out << fmt::format("seed {}:\n{}", seed,
                           describe_difference(one, left, both->left, right, both->right));
    }
    score.same_runs = score.same == score.asked ? 1 : 0;
    add(all, score);
    for (twin_request& one : trial.removal) {
      const auto both = co_await ask_both(left, right, std::move(one));
      if (!both) co_return both.error();
    }
  }
  co_return runtime::result<twin_score>{all};
}

}  // namespace kitfox::conformance
