#include "conformance/report/results_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

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

std::string_view to_string(agreement::outcome one) {
  switch (one) {
    case agreement::outcome::agree:
      return "agree";
    case agreement::outcome::differ:
      return "differ";
    case agreement::outcome::excused:
      return "excused";
    case agreement::outcome::not_the_same:
      return "not-the-same";
  }
  return "";
}

nlohmann::ordered_json describe(const agreement& one) {
  nlohmann::ordered_json out{{"outcome", to_string(one.is)}};
  if (!one.reason.empty()) out["reason"] = one.reason;
  if (one.first)
    out["first_difference"] = {
        {"about", one.first->about}, {"sim", one.first->left}, {"sockets", one.first->right}};
  return out;
}

nlohmann::ordered_json describe(const case_result& one) {
  nlohmann::ordered_json entry{{"name", one.name},
                               {"id", one.id},
                               {"area", one.area},
                               {"title", one.title},
                               {"file", one.file},
                               {"world", one.world},
                               {"seed", one.seed},
                               {"verifies", one.verifies},
                               {"verdict", to_string(one.judged.outcome)},
                               {"seconds", one.wall_seconds},
                               {"world_seconds", one.world_seconds},
                               {"records", one.records},
                               {"runs", one.runs},
                               {"reproduce", one.reproduce}};
  if (one.world == "sim") entry["trace_hash"] = fmt::format("{:016x}", one.trace_hash);
  if (one.accelerated > 1) entry["accelerated"] = one.accelerated;
  if (!one.transcript_file.empty()) entry["transcript"] = one.transcript_file;
  if (!one.logs_folder.empty()) entry["logs"] = one.logs_folder;
  if (!one.skipped_because.empty()) entry["skipped_because"] = one.skipped_because;
  if (!one.judged.harness_failure.empty()) entry["harness_failure"] = one.judged.harness_failure;
  if (one.agrees_with_sim) entry["agreement"] = describe(*one.agrees_with_sim);
  entry["requirements"] = nlohmann::ordered_json::array();
  for (const requirement_verdict& each : one.judged.requirements) {
    entry["requirements"].push_back({{"id", each.id},
                                     {"verdict", to_string(each.outcome)},
                                     {"observations", each.observations},
                                     {"named", each.named}});
  }
  entry["findings"] = nlohmann::ordered_json::array();
  for (const finding& each : one.judged.findings) entry["findings"].push_back(describe(each));
  if (const finding* first = first_divergence(one.judged); first != nullptr)
    entry["first_divergence"] = first - one.judged.findings.data();
  return entry;
}

}  // namespace

std::string print_results_json(const run_result& all) {
  nlohmann::ordered_json out;
  out["kitfox"] = "results/v1";
  if (!all.origin.kitfox.empty())
    out["origin"] = {{"kitfox", all.origin.kitfox},
                     {"started", all.origin.started},
                     {"agent", all.origin.agent},
                     {"gateway", all.origin.gateway}};
  if (!all.origin.commit.empty()) out["origin"]["commit"] = all.origin.commit;
  if (!all.origin.corpus.empty()) out["origin"]["corpus"] = all.origin.corpus;
  for (const file_digest& one : all.origin.digests)
    out["origin"]["digests"].push_back({{"file", one.file}, {"sha256", one.sha256}});
  if (all.claim)
    out["claim"] = {{"subject", all.claim->subject},
                    {"verdict", all.claim->verdict},
                    {"conformant", all.claim->conformant},
                    {"requirements", all.claim->requirements}};
  out["planned"] = all.planned;
  out["executed"] = all.cases.size() - all.count(verdict::skipped);
  out["interrupted"] = all.interrupted;
  if (all.out_of_time > 0) out["out_of_time"] = all.out_of_time;
  out["verdict"] = to_string(all.worst());
  out["seconds"] = all.wall_seconds;
  for (const verdict one : {verdict::pass, verdict::warn, verdict::skipped, verdict::inconclusive,
                            verdict::fail, verdict::harness_error}) {
    out["counts"][std::string{to_string(one)}] = all.count(one);
  }
  out["cases"] = nlohmann::ordered_json::array();
  for (const case_result& one : all.cases) out["cases"].push_back(describe(one));
  return out.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace kitfox::conformance
