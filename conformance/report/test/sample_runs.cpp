#include "conformance/report/test/sample_runs.hpp"

namespace kitfox::conformance {

case_result a_case(const std::string& name, verdict outcome) {
  case_result one;
  one.name = "connect/" + name + "@sim#1";
  one.id = "connect/" + name;
  one.area = "connect";
  one.world = "sim";
  one.judged.outcome = outcome;
  return one;
}

finding a_finding(const std::string& requirement, finding::weight weight, instant t) {
  finding one;
  one.requirement = requirement;
  one.subject = "prod/0";
  one.expected = "expected of " + requirement;
  one.actual = "actual of " + requirement;
  one.t = t;
  one.kind = weight;
  return one;
}

run_result run_of(const std::string& text) {
  run_result all;
  for (const verdict outcome : every_verdict) {
    case_result one = a_case(std::string{to_string(outcome)} + text, outcome);
    one.area = one.title = one.file = one.timeline = one.reproduce = one.skipped_because = text;
    one.judged.harness_failure = outcome == verdict::harness_error ? text : "";
    finding each = a_finding("REC-1", finding::weight::failure, 1);
    each.subject = each.expected = each.actual = text;
    one.judged.findings = {each};
    all.cases.push_back(one);
  }
  all.planned = all.cases.size();
  return all;
}

run_result with_verdicts(const std::vector<verdict>& outcomes) {
  run_result all;
  for (const verdict outcome : outcomes) {
    case_result one = a_case("case-" + std::to_string(all.cases.size()), outcome);
    if (outcome == verdict::skipped) one.skipped_because = "it needs more";
    all.cases.push_back(one);
  }
  all.planned = all.cases.size();
  return all;
}

}  // namespace kitfox::conformance
