// RES-4, IDM-5: what an agent asks for at a time, and how it spaces what it repeats.
#include <algorithm>
#include <charconv>
#include <map>

#include "conformance/judge/agent_routes.hpp"
#include "conformance/judge/checks/areas.hpp"
#include "conformance/judge/kube_request.hpp"

namespace kitfox::conformance {
namespace {

// What one request may ask for: the documentation's own bounds of a log, and a list's usual page twice over.
constexpr std::int64_t page_items_max = 1000, log_lines_max = 10'000, log_bytes_max = 1 << 20;

/// Fewer pauses than this tell nothing of their spread: with eight drawn over half of an envelope, a spread
/// of under a twentieth has a chance of 1 in 10^6.
constexpr std::size_t pauses_min = 8;
constexpr instant spread_parts = 20;
/// Fewer answers than this make no usual time; and no service across a network usually takes less than this.
constexpr std::size_t services_min = 3;
constexpr instant service_min = 20'000'000;
/// With less time left than this an agent may hurry.
constexpr instant unhurried = 10'000'000'000;

bool within(const std::string& number, std::int64_t max) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  return error == std::errc{} && end == number.data() + number.size() && value > 0 && value <= max;
}

/// RES-4: lists come page by page, of logs a part.
void judge_pages(const evidence& about, findings& out) {
  for (const exchange& one : about.exchanges) {
    const connection& on = about.connections[one.connection];
    if (on.to != "kubernetes" || !one.sent) continue;
    const kube_request asked = parse_kube_request(one.method, one.target);
    if (asked.resource == "pods/log") {
      out.evaluated("RES-4");
      if (!within(query_value(one.target, "tailLines"), log_lines_max) &&
          !within(query_value(one.target, "limitBytes"), log_bytes_max))
        out.fail("RES-4", on.from, "tailLines of at most 10000, or limitBytes of at most 1 MiB", one.target,
                 {*one.sent, one.request});
    } else if (asked.verb == "list" && !asked.resource.empty()) {
      out.evaluated("RES-4");
      if (!within(query_value(one.target, "limit"), page_items_max))
        out.fail("RES-4", on.from, "a list by pages of at most 1000 (limit=...)", one.target,
                 {*one.sent, one.request});
    }
  }
}

/// An answer that was posted again.
struct repetition {
  instant at = 0, pause = 0;
  bool first = false;  ///< The first of its answer.
};

/// How an agent's answers went.
struct posting {
  std::vector<instant> services;  ///< From an answer's arrival at the gateway to its 2xx.
  std::vector<repetition> repetitions;
};

bool asks_for_a_pause(const exchange& one) {
  return one.answer != nullptr && one.answer->facts().contains("retry-after");
}

void add_pauses(const evidence& about, const command& of, posting& to) {
  const double timeout = of.message.is_object() ? of.message.value("timeout", 30.0) : 30.0;
  const instant deadline = of.delivered.front().t + seconds(timeout);
  for (std::size_t i = 0; i + 1 < of.responses.size(); ++i) {
    const exchange& tried = about.exchanges[of.responses[i]];
    const exchange& again = about.exchanges[of.responses[i + 1]];
    const bool failed = tried.status == 429 || tried.status >= 500;
    if (!failed || !tried.received || !again.sent || asks_for_a_pause(tried)) continue;
    if (*again.sent < *tried.received || deadline - *tried.received < unhurried) continue;
    to.repetitions.push_back({*again.sent, *again.sent - *tried.received, i == 0});
  }
}

std::map<std::string, posting> postings_of(const evidence& about) {
  std::map<std::string, posting> out;
  for (const auto& [id, one] : about.commands) {
    if (one.delivered.empty() || one.responses.empty()) continue;
    const std::string& agent = about.connections[about.exchanges[one.responses.front()].connection].from;
    if (agent == "caller") continue;
    posting& mine = out[agent];
    add_pauses(about, one, mine);
    for (const std::size_t index : one.responses) {
      const exchange& tried = about.exchanges[index];
      if (tried.arrived && tried.answered && tried.status_sent / 100 == 2)
        mine.services.push_back(*tried.answered - *tried.arrived);
    }
  }
  return out;
}

/// What an answer of this agent usually takes at the gateway.
instant usual_service(posting& mine) {
  if (mine.services.size() < services_min) return service_min;
  const auto middle = mine.services.begin() + static_cast<std::ptrdiff_t>(mine.services.size() / 2);
  std::nth_element(mine.services.begin(), middle, mine.services.end());
  return std::max(service_min, *middle);
}

/// IDM-5: what is repeated waits longer than an answer usually takes, and not always as long.
void judge_repetitions(const evidence& about, findings& out) {
  for (auto& [agent, mine] : postings_of(about)) {
    if (mine.repetitions.empty()) continue;
    out.evaluated("IDM-5");
    const instant usual = usual_service(mine);
    std::vector<instant> first_pauses;
    for (const repetition& one : mine.repetitions) {
      if (one.first) first_pauses.push_back(one.pause);
      if (one.pause < usual)
        out.fail("IDM-5", agent, "a pause of at least " + print_span(usual) + ", which answers usually take",
                 print_span(one.pause), one.at);
    }
    if (first_pauses.size() < pauses_min) continue;
    const auto [shortest, longest] = std::ranges::minmax(first_pauses);
    if (longest - shortest < longest / spread_parts)
      out.fail("IDM-5", agent, "pauses that differ",
               std::to_string(first_pauses.size()) + " pauses of " + print_span(shortest) + " to " +
                   print_span(longest),
               mine.repetitions.front().at);
  }
}

constexpr std::string_view page_ids[] = {"RES-4"};
constexpr std::string_view repetition_ids[] = {"IDM-5"};
constexpr requirement_check restraint_table[] = {{"paged-reads", page_ids, judge_pages},
                                                 {"spaced-answers", repetition_ids, judge_repetitions}};

}  // namespace

std::span<const requirement_check> restraint_checks() { return restraint_table; }

}  // namespace kitfox::conformance
