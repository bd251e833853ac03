#include "conformance/report/abstract_trace.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "conformance/judge/evidence.hpp"
#include "conformance/judge/expectations.hpp"

namespace kitfox::conformance {
namespace {

using states = std::vector<std::string>;

/// Folds whatever repeats itself at once, of any length: "a b a b c" becomes "a b c".
states fold_repeats(states all) {
  for (std::size_t length = 1; length * 2 <= all.size(); ++length) {
    for (std::size_t at = 0; at + 2 * length <= all.size();) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(at);
      const auto second = first + static_cast<std::ptrdiff_t>(length);
      if (std::equal(first, second, second))
        all.erase(second, second + static_cast<std::ptrdiff_t>(length));
      else
        ++at;
    }
  }
  return all;
}

std::string_view exit_class(const process& one) {
  if (one.killed) return "killed";
  return one.exit_code == 0 ? "exited in order" : "exited with an error";
}

struct dated_state {
  instant t = 0;
  std::string state;
};

/// The states of every process but the API servers, by node.
std::map<std::string, states> states_of(const evidence& about) {
  std::map<std::string, std::vector<dated_state>> dated;
  for (const process& one : about.processes) {
    if (one.kind == "kubernetes") continue;
    auto& of_node = dated[(one.kind == "agent" ? "agent " : "") + one.node];
    of_node.push_back({one.started, "started"});
    for (const std::size_t index : one.streams) {
      const stream& each = about.streams[index];
      // What reaches an agent that has turned away already does not connect it.
      if (!each.connected || (each.over_at_agent && *each.over_at_agent < *each.connected)) continue;
      of_node.push_back({*each.connected, "connected"});
      if (each.over_at_agent && (!one.exited || *each.over_at_agent < *one.exited))
        of_node.push_back({*each.over_at_agent, "disconnected"});
    }
    if (one.exited) of_node.push_back({*one.exited, std::string{exit_class(one)}});
  }
  std::map<std::string, states> out;
  for (auto& [node, all] : dated) {
    std::stable_sort(all.begin(), all.end(),
                     [](const dated_state& a, const dated_state& b) { return a.t < b.t; });
    for (dated_state& one : all) {
      states& so_far = out[node];
      const bool ends = one.state.starts_with("exited") || one.state == "killed";
      // Whether a process that ends is seen to lose its stream before is a matter of instants.
      if (ends && !so_far.empty() && so_far.back() == "disconnected") so_far.pop_back();
      so_far.push_back(std::move(one.state));
    }
  }
  return out;
}

void add_processes(const evidence& about, const world_differences& ignored, abstract_trace& out) {
  std::map<std::string, states> all = states_of(about);
  std::set<std::string> of_agents;
  for (auto& [node, seen] : all) {
    const std::string text = fmt::format("{}", fmt::join(ignored.repeats ? fold_repeats(seen) : seen, ", "));
    if (ignored.counts && node.starts_with("agent "))
      of_agents.insert(text);
    else
      out.push_back({node, text});
  }
  if (!of_agents.empty()) out.push_back({"the agents", fmt::format("{}", fmt::join(of_agents, "; "))});
}

void add_calls(const evidence& about, const world_differences& ignored, abstract_trace& out) {
  struct outcomes {
    std::string verb;
    std::map<std::string, std::size_t> counts;
  };
  std::map<std::size_t, outcomes> steps;
  for (const caller_call& call : about.calls) {
    outcomes& one = steps[call.begun->facts().value("step", std::size_t{0})];
    one.verb = call.command == "send" ? "send" : "execute";
    ++one.counts[outcome_of(about, call)];
  }
  states folded;
  for (const auto& [index, one] : steps) {
    std::string text;
    for (const auto& [outcome, count] : one.counts) {
      text += text.empty() ? "" : ", ";
      text += ignored.counts ? outcome : fmt::format("{} {}", count, outcome);
    }
    // Where the numbers of steps differ, their places do, too.
    if (ignored.counts)
      folded.push_back(one.verb + ": " + text);
    else
      out.push_back({fmt::format("step {} ({})", index, one.verb), text});
  }
  if (!folded.empty())
    out.push_back({"the calls", fmt::format("{}", fmt::join(fold_repeats(std::move(folded)), "; "))});
}

}  // namespace

abstract_trace make_abstract_trace(const transcript& of, const world_differences& ignored) {
  const evidence about{of};
  abstract_trace out;
  add_processes(about, ignored, out);
  add_calls(about, ignored, out);
  return out;
}

std::string print_disagreement(const trace_disagreement& one, std::string_view left_name,
                               std::string_view right_name) {
  const auto side = [](const std::string& text) { return text.empty() ? std::string{"nothing"} : text; };
  const std::size_t width = std::max(left_name.size(), right_name.size());
  return fmt::format("{}\n  {:<{}}  {}\n  {:<{}}  {}\n", one.about, left_name, width, side(one.left),
                     right_name, width, side(one.right));
}

}  // namespace kitfox::conformance
