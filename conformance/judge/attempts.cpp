#include "conformance/judge/attempts.hpp"

#include <algorithm>
#include <cmath>

#include "conformance/judge/findings.hpp"

namespace kitfox::conformance {
namespace {

struct declared_backoff {
  double initial = 1, factor = 2, cap = 60, session_spread = 5, healthy_after = 30;
};

declared_backoff declaration(const evidence& about) {
  const nlohmann::json declared = about.facts().value("backoff", nlohmann::json::object());
  return {declared.value("initial", 1.0), declared.value("factor", 2.0), declared.value("cap", 60.0),
          declared.value("session_spread", 5.0), declared.value("healthy_after", 30.0)};
}

/// More ends in a row than any declared backoff needs to reach its cap.
constexpr unsigned count_at_the_cap = 64;

std::optional<instant> longest(std::optional<instant> a, instant b) { return a ? std::max(*a, b) : b; }

std::optional<instant> parse_retry_after(const record* answer) {
  if (answer == nullptr || !answer->more.is_object() || !answer->more.contains("retry-after"))
    return std::nullopt;
  const std::string text = answer->more["retry-after"].get<std::string>();
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos || text.size() > 9)
    return std::nullopt;
  return std::min(seconds(300), seconds(std::stod(text)));
}

/// A response was owed: a command had been delivered to the process and not been answered successfully yet.
bool owes_response(const evidence& about, const process& agent, instant t) {
  for (const auto& [id, one] : about.commands) {
    for (std::size_t i = 0; i < one.delivered.size(); ++i) {
      const connection& on = about.connections[about.streams[one.delivered_on[i]].connection];
      if (on.from != agent.node || one.delivered[i].t > t) continue;
      const bool settled = std::any_of(one.responses.begin(), one.responses.end(), [&](std::size_t index) {
        const exchange& response = about.exchanges[index];
        return response.received && *response.received < t && response.status > 0 && response.status < 500;
      });
      if (!settled) return true;
    }
  }
  return false;
}

attempt describe(const evidence& about, std::size_t index) {
  const connection& on = about.connections[index];
  attempt one;
  one.connection = index;
  one.stream = on.stream;
  one.dialled = on.dialled_at;
  one.over = on.over_for_client();
  if (on.dial_ended && on.answer != "proceed") one.over = on.dial_ended;
  if (on.tls_ended && !on.tls_failure.empty()) one.over = on.tls_ended;
  if (!on.stream) return one;
  const stream& session = about.streams[*on.stream];
  const exchange& connect = about.exchanges[session.exchange];
  one.status = connect.status;
  if (connect.status != 0 && connect.status != 200 && connect.received) {
    one.over = std::min(one.over.value_or(*connect.received), *connect.received);
  }
  one.floor = parse_retry_after(connect.answer);
  one.established = session.connected.has_value();
  if (session.connected && !on.delivered_activity.empty()) {
    one.healthy = std::max<instant>(0, on.delivered_activity.back() - *session.connected);
  }
  for (const stream_event& event : session.delivered) {
    if (event.seen->more.is_object() && event.seen->more.contains("retry_ms")) {
      one.retry = std::min(seconds(300), event.seen->more["retry_ms"].get<instant>() * 1'000'000);
    }
    if (event.seen->name != "drain") continue;
    const nlohmann::json data = nlohmann::json::parse(event.seen->text, nullptr, false);
    if (data.is_object() && data.contains("reconnect_after_seconds") &&
        data["reconnect_after_seconds"].is_number()) {
      one.floor = longest(one.floor, seconds(data["reconnect_after_seconds"].get<double>()));
    }
  }
  if (one.floor) one.floor = std::min(*one.floor, seconds(300));
  return one;
}

}  // namespace

std::vector<attempt> attempts_of(const evidence& about, const process& agent) {
  std::vector<attempt> out;
  for (const std::size_t index : agent.connections) {
    const connection& on = about.connections[index];
    if (on.to != "gateway") continue;
    if (!on.stream && !on.exchanges.empty()) continue;  // it served responses or heartbeats
    attempt one = describe(about, index);
    if (!on.stream) {
      const bool beside_a_stream =
          !out.empty() && out.back().stream && (!out.back().over || *out.back().over > on.dialled_at);
      one.ambiguous = beside_a_stream || owes_response(about, agent, on.dialled_at);
      if (beside_a_stream) continue;
    }
    if (!one.retry && !out.empty()) one.retry = out.back().retry;
    if (one.retry) one.floor = longest(one.floor, *one.retry);
    out.push_back(one);
  }
  return out;
}

std::optional<instant> longest_wait(const wait_before_retry& wait, const attempt& ended) {
  if (ended.status == 401 || ended.status == 403) return std::nullopt;
  const instant floor = ended.floor.value_or(0);
  return wait.envelope + floor + std::max(wait.envelope, floor) / (floor > 0 ? 1 : 1'000'000);
}

instant first_envelope(const evidence& about) { return seconds(declaration(about).initial); }

instant session_spread(const evidence& about) { return seconds(declaration(about).session_spread); }

std::vector<wait_before_retry> waits_of(const evidence& about, const std::vector<attempt>& attempts) {
  const declared_backoff declared = declaration(about);
  std::vector<wait_before_retry> out;
  unsigned consecutive = 0;
  for (std::size_t i = 0; i + 1 < attempts.size(); ++i) {
    const attempt& ended = attempts[i];
    if (!ended.over) continue;
    if (ended.established && ended.healthy >= seconds(declared.healthy_after)) consecutive = 0;
    wait_before_retry one;
    one.after = i;
    one.before = i + 1;
    one.from = *ended.over;
    one.delay = attempts[i + 1].dialled - *ended.over;
    one.consecutive = consecutive;
    one.after_session = ended.established;
    double ceiling = std::min(declared.cap, declared.initial * std::pow(declared.factor, consecutive));
    if (ended.established) ceiling = std::max(ceiling, declared.session_spread);
    one.envelope = seconds(ceiling);
    ++consecutive;
    one.asked_for = ended.floor.value_or(0) > 0 || ended.status == 401 || ended.status == 403;
    const std::string& node = about.connections[ended.connection].from;
    const auto& by = about.connections[ended.connection].by;
    const bool rested = by && about.processes[*by].rested_in(*ended.over, attempts[i + 1].dialled);
    const bool unseen = rested || about.unseen_until(node, *ended.over, attempts[i + 1].dialled).has_value();
    if (unseen) consecutive = std::max(consecutive, count_at_the_cap);
    if (!ended.ambiguous && !attempts[i + 1].ambiguous && !unseen) out.push_back(one);
  }
  return out;
}

}  // namespace kitfox::conformance
