#include "conformance/judge/expect/check_scope.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kitfox::conformance {

std::string describe(const count_bound& bound) {
  std::string out;
  const auto add = [&](const char* word, std::uint64_t n) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", word, n);
  };
  if (bound.exactly) add("exactly", *bound.exactly);
  if (bound.at_least) add("at least", *bound.at_least);
  if (bound.at_most) add("at most", *bound.at_most);
  return out;
}

std::optional<span_of_time> check_scope::open(const check_window& window) {
  const auto out = view_.window_of(window);
  if (!out) {
    see_nothing("the window of the check", "it never opened: a step it refers to did not happen");
  } else if (out->until <= out->from) {
    see_nothing("a window that ends after it begins",
                fmt::format("it is from {} until {}", print_span(out->from), print_span(out->until)));
  } else if (out->from > view_.end() || out->until <= view_.begin()) {
    see_nothing("a window in the run",
                fmt::format("it is from {} until {}, the run from {} until {}", print_span(out->from),
                            print_span(out->until), print_span(view_.begin()), print_span(view_.end())));
  } else {
    return out;
  }
  return std::nullopt;
}

std::optional<instant> check_scope::moment_of(const moment& at) {
  const auto out = view_.time_of(at);
  if (!out) {
    see_nothing("the moment that the check starts from", "it never came");
  } else if (*out > view_.end()) {
    see_nothing("the moment that the check starts from in the run",
                fmt::format("it is {}, and the run ended at {}", print_span(*out), print_span(view_.end())));
  } else {
    return out;
  }
  return std::nullopt;
}

std::vector<std::string> check_scope::nodes_of(const agent_set& set) {
  auto out = view_.nodes_of(set);
  if (out.empty()) see_nothing("an agent that the check is about", "none ever ran");
  return out;
}

std::vector<const process*> check_scope::processes_of(const agent_set& set) {
  node_set nodes;
  nodes.kind = node_set::what::agents;
  nodes.agents = set;
  return processes_of(nodes);
}

std::vector<const process*> check_scope::processes_of(const node_set& set) {
  std::vector<const process*> out;
  for (const process& one : about().processes) {
    if (view_.contains(set, one.node)) out.push_back(&one);
  }
  if (out.empty()) see_nothing("a process that the check is about", "none ever ran");
  return out;
}

void check_scope::see_nothing(std::string expected, std::string actual) {
  saw_nothing_ = true;
  unclear(std::move(expected), std::move(actual));
}

std::string check_scope::named(std::string subject) const {
  return fmt::format("{} ({}, line {})", subject, one_.name, one_.where.line);
}

void check_scope::fail(std::string subject, std::string expected, std::string actual,
                       const finding_place& at) {
  out_.fail(one_.requirement, named(std::move(subject)), std::move(expected), std::move(actual), at);
}

void check_scope::unclear(std::string expected, std::string actual) {
  unclear(std::move(expected), std::move(actual), view_.end());
}

void check_scope::unclear(std::string expected, std::string actual, const finding_place& at) {
  out_.unclear(one_.requirement, fmt::format("{}, line {}", one_.name, one_.where.line), std::move(expected),
               std::move(actual), at);
}

void check_scope::too_late(std::string subject, std::string expected, std::string actual,
                           const finding_place& at, instant excess) {
  out_.too_late(one_.requirement, named(std::move(subject)), std::move(expected), std::move(actual), at,
                excess);
}

void check_scope::judge_count(const count_bound& bound, std::vector<finding_place> counted, const char* what,
                              instant closes, std::string subject) {
  const std::size_t count = counted.size();
  if (bound.empty() || bound.holds(count)) return;
  std::ranges::stable_sort(counted, {}, &finding_place::t);
  const std::uint64_t most = bound.exactly ? *bound.exactly : bound.at_most.value_or(count);
  fail(std::move(subject), fmt::format("{} {}", describe(bound), what), fmt::format("{}", count),
       count > most ? counted[most] : finding_place{closes});
}

}  // namespace kitfox::conformance
