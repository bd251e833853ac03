#include "conformance/report/results_json.hpp"

#include <fmt/format.h>

#include <map>

namespace kitfox::conformance {
namespace {

nlohmann::ordered_json describe(const finding& one) {
  return {{"requirement", one.requirement},
          {"kind", one.kind == finding::weight::failure ? "failure" : "inconclusive"},
          {"subject", one.subject},
          {"expected", one.expected},
          {"actual", one.actual},
          {"t", one.t},
          {"record", one.record}};
}

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        // XML 1.0 has no way to write other control characters.
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return out;
}

std::string_view element_of(verdict one) {
  switch (one) {
    case verdict::pass:
    case verdict::warn:
      return {};
    case verdict::skipped:
      return "skipped";
    case verdict::fail:
      return "failure";
    case verdict::inconclusive:
    case verdict::harness_error:
      return "error";
  }
  return {};
}

void print_case(std::string& out, const case_result& one) {
  out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", escape(one.area),
                     escape(one.name), one.wall_seconds);
  const std::string_view element = element_of(one.judged.outcome);
  if (element.empty()) {
    out += "/>\n";
    return;
  }
  std::string message = one.judged.harness_failure, details;
  for (const finding& each : one.judged.findings) {
    const std::string line = fmt::format("{}: {}: expected {}, got {}",
                                         each.requirement.empty() ? "expectation" : each.requirement,
                                         each.subject, each.expected, each.actual);
    if (message.empty()) message = line;
    details += line + "\n";
  }
  details += one.timeline + "\nrun it again: " + one.reproduce + "\n";
  if (element == "skipped") {
    out += fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", escape(message));
    return;
  }
  out += fmt::format(">\n      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n    </testcase>\n", element,
                     escape(message), to_string(one.judged.outcome), escape(details));
}

}  // namespace

std::string print_results_json(const run_result& all) {
  nlohmann::ordered_json out;
  out["kitfox"] = "results/v1";
  out["planned"] = all.planned;
  out["executed"] = all.cases.size();
  out["verdict"] = to_string(all.worst());
  out["seconds"] = all.wall_seconds;
  for (const verdict one : {verdict::pass, verdict::warn, verdict::skipped, verdict::inconclusive,
                            verdict::fail, verdict::harness_error}) {
    out["counts"][std::string{to_string(one)}] = all.count(one);
  }
  out["cases"] = nlohmann::ordered_json::array();
  for (const case_result& one : all.cases) {
    nlohmann::ordered_json entry{{"name", one.name},
                                 {"id", one.id},
                                 {"area", one.area},
                                 {"title", one.title},
                                 {"file", one.file},
                                 {"world", one.world},
                                 {"seed", one.seed},
                                 {"verdict", to_string(one.judged.outcome)},
                                 {"seconds", one.wall_seconds},
                                 {"world_seconds", one.world_seconds},
                                 {"records", one.records},
                                 {"reproduce", one.reproduce}};
    if (one.world == "sim") entry["trace_hash"] = fmt::format("{:016x}", one.trace_hash);
    if (!one.transcript_file.empty()) entry["transcript"] = one.transcript_file;
    if (!one.judged.harness_failure.empty()) entry["harness_failure"] = one.judged.harness_failure;
    entry["requirements"] = nlohmann::ordered_json::array();
    for (const requirement_verdict& each : one.judged.requirements) {
      entry["requirements"].push_back({{"id", each.id},
                                       {"verdict", to_string(each.outcome)},
                                       {"observations", each.observations},
                                       {"named", each.named}});
    }
    entry["findings"] = nlohmann::ordered_json::array();
    for (const finding& each : one.judged.findings) entry["findings"].push_back(describe(each));
    out["cases"].push_back(std::move(entry));
  }
  return out.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string print_junit(const run_result& all) {
  std::map<std::string, std::vector<const case_result*>> areas;
  for (const case_result& one : all.cases) areas[one.area].push_back(&one);
  const std::size_t errors = all.count(verdict::inconclusive) + all.count(verdict::harness_error);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out +=
      fmt::format("<testsuites name=\"kitfox\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\">\n",
                  all.cases.size(), all.count(verdict::fail), errors, all.wall_seconds);
  for (const auto& [area, cases] : areas) {
    run_result part;
    for (const case_result* one : cases) part.cases.push_back(*one);
    double seconds = 0;
    for (const case_result* one : cases) seconds += one->wall_seconds;
    out += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
        "time=\"{:.3f}\">\n",
        escape(area), cases.size(), part.count(verdict::fail),
        part.count(verdict::inconclusive) + part.count(verdict::harness_error), part.count(verdict::skipped),
        seconds);
    for (const case_result* one : cases) print_case(out, *one);
    out += "  </testsuite>\n";
  }
  out += "</testsuites>\n";
  return out;
}

}  // namespace kitfox::conformance
