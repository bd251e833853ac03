#include "conformance/report/junit.hpp"

#include <fmt/format.h>

#include <map>

#include "conformance/report/plain_text.hpp"
#include "conformance/report/provenance.hpp"

namespace kitfox::conformance {
namespace {

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

std::string line_about(const finding& one) {
  return fmt::format("{}: {}: expected {}, got {}", one.requirement.empty() ? "expectation" : one.requirement,
                     one.subject, one.expected, one.actual);
}

std::string headline(const case_result& one) {
  if (!one.judged.harness_failure.empty()) return one.judged.harness_failure;
  const finding* first = first_divergence(one.judged);
  if (first != nullptr) return line_about(*first);
  if (!one.agrees_with_sim) return {};
  if (one.agrees_with_sim->is == agreement::outcome::not_the_same)
    return "sim and sockets cannot be compared: " + one.agrees_with_sim->reason;
  return one.agrees_with_sim->first ? "sim and sockets disagree on " + one.agrees_with_sim->first->about : "";
}

std::string lines_about_findings(const case_result& one) {
  std::string lines;
  for (const finding& each : one.judged.findings) lines += line_about(each) + "\n";
  return lines;
}

/// An attribute's line ends would be read as blanks: it has none.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return escape_xml(text);
}

void print_case(std::string& out, const case_result& one) {
  out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", one_line(one.area),
                     one_line(one.name), one.wall_seconds);
  const std::string_view element = element_of(one.judged.outcome);
  if (one.judged.outcome == verdict::warn) {
    out += fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n",
                       escape_xml(lines_about_findings(one)));
    return;
  }
  if (element.empty()) {
    out += "/>\n";
    return;
  }
  if (element == "skipped") {
    out +=
        fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", one_line(one.skipped_because));
    return;
  }
  std::string details = lines_about_findings(one);
  if (one.agrees_with_sim && one.agrees_with_sim->first)
    details += print_disagreement(*one.agrees_with_sim->first, "sim", "sockets");
  details += one.timeline + "\nrun it again: " + one.reproduce + "\n";
  out += fmt::format(">\n      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n    </testcase>\n", element,
                     one_line(headline(one)), to_string(one.judged.outcome), escape_xml(details));
}

std::string counts_of(const run_result& of, double seconds) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"", of.cases.size(),
                     of.count(verdict::fail),
                     of.count(verdict::inconclusive) + of.count(verdict::harness_error), seconds);
}

std::string properties_of(const run_origin& origin) {
  const auto known = provenance_of(origin);
  if (known.empty()) return {};
  std::string out = "    <properties>\n";
  for (const auto& [name, value] : known)
    out += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", one_line(name), one_line(value));
  return out + "    </properties>\n";
}

}  // namespace

std::string print_junit(const run_result& all) {
  std::map<std::string, run_result> areas;
  for (const case_result& one : all.cases) {
    run_result& area = areas[one.area];
    area.cases.push_back(one);
    area.wall_seconds += one.wall_seconds;
  }
  const std::string properties = properties_of(all.origin);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"kitfox\" {}>\n", counts_of(all, all.wall_seconds));
  for (const auto& [area, part] : areas) {
    out += fmt::format("  <testsuite name=\"{}\" {} skipped=\"{}\">\n", one_line(area),
                       counts_of(part, part.wall_seconds), part.count(verdict::skipped));
    out += properties;
    for (const case_result& one : part.cases) print_case(out, one);
    out += "  </testsuite>\n";
  }
  out += "</testsuites>\n";
  return out;
}

}  // namespace kitfox::conformance
