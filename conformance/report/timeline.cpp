#include "conformance/report/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "conformance/report/plain_text.hpp"

namespace kitfox::conformance {
namespace {

std::string shortened(std::string_view text, std::size_t size) {
  std::string out = cut_text(text, size);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

std::string printed(const nlohmann::json& one) {
  return one.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string describe(const record& one) {
  const std::string_view end = one.at == wire_end::client ? "client" : "server";
  switch (one.kind) {
    case record_kind::header:
      return "run begins";
    case record_kind::footer:
      return "run ends";
    case record_kind::node_started:
      return one.node + " starts";
    case record_kind::node_exited:
      return fmt::format("{} exits with {}", one.node, one.status);
    case record_kind::node_signalled:
      return fmt::format("harness: {} {}", one.name, one.node);
    case record_kind::log:
      return fmt::format("{} logs {} {}", one.node, one.name, shortened(printed(one.more), 100));
    case record_kind::dial:
      return fmt::format("#{} {} dials", one.conn, one.link);
    case record_kind::dialled:
      return fmt::format("#{} dial: {}", one.conn, one.name);
    case record_kind::tls:
      return fmt::format("#{} TLS {}", one.conn, one.name.empty() ? "established" : one.name);
    case record_kind::end_sent:
      return fmt::format("#{} {} ends with {}", one.conn, end, one.name);
    case record_kind::end_delivered:
      return fmt::format("#{} {} sees {}", one.conn, end, one.name);
    case record_kind::http_request:
      return fmt::format("#{} at {}: {} {} {}", one.conn, end, one.name, shortened(one.target, 60),
                         shortened(one.text, 60));
    case record_kind::http_response:
      return fmt::format("#{} at {}: HTTP {} {}", one.conn, end, one.status, shortened(one.text, 80));
    case record_kind::http_end:
      return fmt::format("#{} at {}: response ends", one.conn, end);
    case record_kind::http_malformed:
      return fmt::format("#{} at {}: not HTTP: {}", one.conn, end, one.name);
    case record_kind::sse_event:
      return fmt::format("#{} at {}: event {} {}", one.conn, end, one.name, shortened(one.text, 80));
    case record_kind::sse_quiet:
      return fmt::format("#{} at {}: {} x {} since {:.3f} s", one.conn, end, one.count, one.name,
                         static_cast<double>(one.first) / 1e9);
    case record_kind::fault_planned:
      return fmt::format("fault {} on {}", one.name, one.link);
    case record_kind::fault_fired:
      return fmt::format("{}fault {}: {}", one.conn == 0 ? std::string{} : fmt::format("#{} ", one.conn),
                         one.name, one.facts().value("what", ""));
    case record_kind::fault_healed:
      return "healed: " + one.name;
    case record_kind::step_begun:
      return fmt::format("step {} {}", one.id, one.name);
    case record_kind::step_ended:
      return fmt::format("step {} {} done {}", one.id, one.name,
                         one.more.is_object() ? one.facts().value("why", "") : "");
    case record_kind::call_begun:
      return fmt::format("call {} {} {}", one.id, one.name, shortened(printed(one.more), 80));
    case record_kind::call_ended:
      return fmt::format("call {} answered: {} {}", one.id, one.status, shortened(one.text, 80));
    case record_kind::lateness:
      return fmt::format("harness late by {:.1f} ms", static_cast<double>(one.count) / 1e6);
  }
  return {};
}

std::string print_timeline(const transcript& of, std::size_t around, std::size_t before, std::size_t after) {
  const auto records = of.records();
  if (records.empty()) return {};
  around = std::min(around, records.size() - 1);
  // A run of heartbeats is written when something else happens, and stands where its last one came.
  std::vector<std::size_t> order(records.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t index) { return records[index].t; });
  const auto middle = static_cast<std::size_t>(std::ranges::find(order, around) - order.begin());
  const std::size_t from = middle > before ? middle - before : 0;
  const std::size_t until = std::min(records.size(), middle + after + 1);
  std::string out;
  for (std::size_t i = from; i < until; ++i) {
    const record& one = records[order[i]];
    out += fmt::format("{} {:>12.6f} s  {}\n", i == middle ? ">" : " ", static_cast<double>(one.t) / 1e9,
                       describe(one));
  }
  return out;
}

std::string print_first_divergence(const transcript& of, const judgement& judged) {
  const finding* first = first_divergence(judged);
  return print_timeline(of, first != nullptr ? first->record : of.records().size());
}

}  // namespace kitfox::conformance
