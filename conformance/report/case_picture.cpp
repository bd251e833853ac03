#include "conformance/report/case_picture.hpp"

#include "conformance/report/picture_painter.hpp"
#include "conformance/report/plain_text.hpp"
#include "conformance/report/timeline.hpp"

namespace kitfox::conformance {

picture_painter::picture_painter(const transcript& of, const judgement& judged, const picture_limits& limits)
    : about_{of}, marks_{of}, judged_{judged}, limits_{limits}, records_{of} {
  if (const finding* first = first_divergence(judged); first != nullptr) focus_ = first->record;
}

std::string picture_painter::paint() {
  choose_lanes();
  json out;
  out["end"] = about_.end / 1000;
  out["lanes"] = json::array();
  for (const lane& one : lanes_) out["lanes"].push_back({{"name", as_utf8(one.name)}, {"kind", one.kind}});
  out["lives"] = lives();
  out["connections"] = connections();
  out["waits"] = waits();
  out["commands"] = commands();
  out["exchanges"] = exchanges();
  out["calls"] = calls();
  out["faults"] = faults();
  out["steps"] = steps();
  out["signals"] = signals();
  out["findings"] = findings();
  quote_context();
  out["late"] = about_.lateness_max / 1000;
  out["records"] = records_.table(focus_, limits_.records_max, limits_.record_bytes_max);
  if (records_.count() > limits_.records_max)
    leave_out("quotes of records", records_.count() - limits_.records_max, records_.count());
  out["left_out"] = std::move(left_out_);
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<const span_marks*> picture_painter::nearest_spans(const char* what,
                                                              const std::vector<span_marks>& from,
                                                              std::size_t max) {
  std::vector<const span_marks*> all;
  for (const span_marks& one : from) all.push_back(&one);
  return nearest(what, std::move(all), max,
                 [&](const span_marks& one) { return distance(one.from, one.until, focus_); });
}

std::optional<std::size_t> picture_painter::lane_of(std::string_view name) const {
  const auto found = std::ranges::find(lanes_, name, &lane::name);
  if (found == lanes_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - lanes_.begin());
}

bool picture_painter::is_agent(std::string_view name) const {
  return std::ranges::any_of(about_.processes,
                             [&](const process& one) { return one.kind == "agent" && one.node == name; });
}

/// Agents of which something was found come first; of a herd only some are drawn.
std::vector<std::string> picture_painter::chosen_agents() {
  std::vector<std::string> all;
  const auto add = [&](const std::string& node) {
    if (std::ranges::find(all, node) == all.end()) all.push_back(node);
  };
  for (const finding& one : judged_.findings) {
    if (is_agent(one.subject)) add(one.subject);
  }
  for (const process& one : about_.processes) {
    if (one.kind == "agent") add(one.node);
  }
  leave_out("agents", all.size() - std::min(limits_.agents_max, all.size()), all.size());
  if (all.size() > limits_.agents_max) all.resize(limits_.agents_max);
  std::ranges::sort(all);
  return all;
}

void picture_painter::choose_lanes() {
  const std::vector<std::string> agents = chosen_agents();
  const bool calls = !marks_.calls.empty();
  if (calls) lanes_.push_back({"callers", "callers"});
  std::vector<std::string> clusters, servers;
  for (const process& one : about_.processes) {
    if (one.kind == "gateway" && !lane_of(one.node)) lanes_.push_back({one.node, "gateway"});
    if (one.kind == "agent" && std::ranges::find(agents, one.node) != agents.end())
      clusters.push_back(one.cluster);
  }
  lanes_.push_back({"network", "network"});
  for (const std::string& one : agents) lanes_.push_back({one, "agent"});
  for (const process& one : about_.processes) {
    const bool wanted = one.kind == "kubernetes" && std::ranges::find(servers, one.node) == servers.end() &&
                        std::ranges::find(clusters, one.cluster) != clusters.end();
    if (wanted) servers.push_back(one.node);
  }
  leave_out("API servers", servers.size() - std::min(limits_.clusters_max, servers.size()), servers.size());
  if (servers.size() > limits_.clusters_max) servers.resize(limits_.clusters_max);
  for (const std::string& one : servers) lanes_.push_back({one, "kubernetes"});
}

/// The lane that a connection ends in: the link says only "kubernetes".
std::optional<std::size_t> picture_painter::lane_at_far_end(const std::string& from,
                                                            const std::string& to) const {
  if (to != "kubernetes") return lane_of(to);
  return lane_of(from.substr(0, from.find('/')) + "/kubernetes");
}

picture_painter::json picture_painter::lives() {
  std::vector<span_marks> drawn;
  for (const span_marks& one : marks_.lives) {
    if (lane_of(one.name)) drawn.push_back(one);
  }
  json out = json::array();
  for (const span_marks* one : nearest_spans("lives of processes", drawn, limits_.lives_max))
    out.push_back({{"lane", *lane_of(one->name)},
                   {"from", records_.use(one->from)},
                   {"until", records_.use(one->until)},
                   {"how", as_utf8(one->detail)},
                   {"good", one->is_good}});
  return out;
}

picture_painter::json picture_painter::calls() {
  json out = json::array();
  for (const span_marks* one : nearest_spans("calls", marks_.calls, limits_.calls_max))
    out.push_back({{"name", as_utf8(one->name)},
                   {"from", records_.use(one->from)},
                   {"until", records_.use(one->until)},
                   {"outcome", as_utf8(one->detail)},
                   {"good", one->is_good}});
  return out;
}

namespace {

/// A cut is over with what it did; any other fault is in force until it is healed, or to the end.
record_index end_of_fault(const span_marks& one) {
  if (one.until != nowhere || !one.name.starts_with("cut_established")) return one.until;
  return one.firings.empty() ? one.from : one.firings.back();
}

}  // namespace

picture_painter::json picture_painter::faults() {
  json out = json::array();
  std::size_t fired = 0, shown = 0;
  for (const span_marks& one : marks_.faults) fired += one.firings.size();
  for (const span_marks* one : nearest_spans("faults", marks_.faults, limits_.faults_max)) {
    json bar{{"name", as_utf8(one->name)},      {"link", as_utf8(one->detail)},
             {"from", records_.use(one->from)}, {"until", records_.use(end_of_fault(*one))},
             {"count", one->firings.size()},    {"fired", json::array()}};
    std::vector<const record_index*> firings;
    for (const record_index& each : one->firings) firings.push_back(&each);
    std::ranges::stable_sort(firings, {},
                             [&](const record_index* each) { return distance(*each, *each, focus_); });
    firings.resize(std::min(firings.size(), limits_.firings_max - std::min(limits_.firings_max, shown)));
    std::ranges::sort(firings, {}, [](const record_index* each) { return *each; });
    for (const record_index* each : firings) bar["fired"].push_back(records_.use(*each));
    shown += firings.size();
    out.push_back(std::move(bar));
  }
  leave_out("firings of faults", fired - shown, fired);
  return out;
}

picture_painter::json picture_painter::steps() {
  json out = json::array();
  for (const span_marks* one : nearest_spans("steps", marks_.steps, limits_.steps_max))
    out.push_back({{"name", as_utf8(one->name)},
                   {"from", records_.use(one->from)},
                   {"until", records_.use(one->until)},
                   {"why", as_utf8(one->detail)},
                   {"good", one->is_good}});
  return out;
}

picture_painter::json picture_painter::signals() {
  json out = json::array();
  for (const record_index at : marks_.signals) {
    const record& one = about_.source->records()[at];
    if (const auto on = lane_of(one.node); on && out.size() < limits_.lives_max)
      out.push_back({{"lane", *on}, {"at", records_.use(at)}, {"name", as_utf8(one.name)}});
  }
  return out;
}

picture_painter::json picture_painter::findings() {
  std::vector<const finding*> all;
  for (const finding& one : judged_.findings) all.push_back(&one);
  const finding* first = first_divergence(judged_);
  json out = json::array();
  const auto apart = [&](const finding& one) { return distance(one.record, one.record, focus_); };
  for (const finding* one : nearest("findings", all, limits_.findings_max, apart)) {
    json mark{{"at", records_.use(one->record)},
              {"index", one - judged_.findings.data()},
              {"t", one->t / 1000},
              {"first", one == first}};
    if (const auto on = lane_of(one->subject)) mark["lane"] = *on;
    out.push_back(std::move(mark));
  }
  return out;
}

void picture_painter::quote_context() {
  if (judged_.findings.empty()) return;
  const record_index from = focus_ - std::min(focus_, limits_.context_before);
  for (record_index at = from; at <= focus_ + limits_.context_after; ++at) (void)records_.use(at);
}

picture_limits limits_for(verdict outcome) {
  picture_limits out;
  if (outcome == verdict::pass || outcome == verdict::skipped) return out;
  out.agents_max = 8;
  out.connections_max = 160;
  out.waits_max = 200;
  out.commands_max = 80;
  out.exchanges_max = 80;
  out.calls_max = 60;
  out.faults_max = 40;
  out.firings_max = 100;
  out.findings_max = 40;
  out.record_bytes_max = 1200;
  out.records_max = 400;
  out.context_before = 20;
  out.context_after = 8;
  return out;
}

std::string print_picture(const transcript& of, const judgement& judged, const picture_limits& limits) {
  if (of.records().empty()) return {};
  return picture_painter{of, judged, limits}.paint();
}

void draw_timelines(const transcript& of, case_result& to) {
  if (!is_quiet(to)) to.timeline = print_first_divergence(of, to.judged);
  to.picture = print_picture(of, to.judged, limits_for(to.judged.outcome));
}

}  // namespace kitfox::conformance
