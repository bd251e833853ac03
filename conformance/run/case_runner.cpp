#include "conformance/run/case_runner.hpp"

#include <chrono>
#include <filesystem>

#include "conformance/report/timeline.hpp"
#include "conformance/world/run_sockets.hpp"

namespace kitfox::conformance {
namespace {

std::string file_name(std::string name) {
  for (char& c : name) {
    if (c == '/' || c == '[' || c == ']' || c == '=' || c == ',') c = '_';
  }
  return name + ".jsonl";
}

/// Plays the case once more and tells where the two runs part; empty when they do not.
std::string compare_with_rerun(const planned_case& what, const case_settings& settings, std::uint64_t hash) {
  sim_run_options options;
  options.seed = what.seed;
  options.subjects = settings.subjects;
  if (run_in_sim(*what.what, *what.source, options).trace_hash == hash) return {};
  // Only now are records worth keeping: two more runs show the first that differs.
  options.trace_records_max = 2'000'000;
  const sim_run left = run_in_sim(*what.what, *what.source, options),
                right = run_in_sim(*what.what, *what.source, options);
  for (std::size_t i = 0; i < std::max(left.trace.size(), right.trace.size()); ++i) {
    if (i < left.trace.size() && i < right.trace.size() && left.trace[i] == right.trace[i]) continue;
    std::string out = "two runs with one seed differ at trace record " + std::to_string(i) + ":\n";
    if (i < left.trace.size()) out += "  " + sim::print_trace_record(left.trace[i], left.host_labels) + "\n";
    if (i < right.trace.size())
      out += "  " + sim::print_trace_record(right.trace[i], right.host_labels) + "\n";
    return out;
  }
  return "two runs with one seed had different trace hashes";
}

void keep_transcript(const transcript& tape, const case_settings& settings, case_result& out) {
  const bool fine = out.judged.outcome == verdict::pass;
  if (settings.out.empty() || (fine && settings.transcripts == case_settings::keep::failures)) return;
  const std::string relative = "transcripts/" + file_name(out.name);
  if (tape.save(std::filesystem::path{settings.out} / relative)) {
    out.judged.outcome = worse(out.judged.outcome, verdict::harness_error);
    out.judged.harness_failure = "cannot write " + relative;
    return;
  }
  out.transcript_file = relative;
}

}  // namespace

case_result run_case(const planned_case& what, const case_settings& settings) {
  case_result out;
  out.name = what.name();
  out.id = what.what->id;
  out.area = what.what->what.area;
  out.title = what.what->what.title;
  out.file = what.source->file;
  out.world = std::string{to_string(what.what->world)};
  out.seed = what.seed;
  out.reproduce = settings.reproduce_prefix + " " + out.file + " --world " + out.world + " --seed " +
                  std::to_string(what.seed) + " --filter '" + out.name + "'";
  const auto begun = std::chrono::steady_clock::now();
  transcript tape;
  std::string nondeterminism;
  if (what.what->world == world_kind::sim) {
    sim_run_options options;
    options.seed = what.seed;
    options.subjects = settings.subjects;
    sim_run ran = run_in_sim(*what.what, *what.source, options);
    out.trace_hash = ran.trace_hash;
    out.world_seconds = std::chrono::duration<double>(ran.world_time).count();
    if (settings.twice) nondeterminism = compare_with_rerun(what, settings, ran.trace_hash);
    tape = std::move(ran.tape);
  } else {
    sockets_run_options options;
    options.seed = what.seed;
    options.agent_command = settings.agent_command;
    options.gateway_command = settings.gateway_command;
    tape = run_in_sockets(*what.what, *what.source, options);
  }
  out.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (what.what->world != world_kind::sim) out.world_seconds = out.wall_seconds;
  out.records = tape.records().size();
  out.judged = judge(tape);
  if (!nondeterminism.empty()) {
    out.judged.outcome = verdict::harness_error;
    out.judged.harness_failure = nondeterminism;
  }
  if (!out.judged.findings.empty())
    out.timeline = print_timeline(tape, out.judged.findings.front().record);
  else if (out.judged.outcome == verdict::harness_error)
    out.timeline = print_timeline(tape, tape.records().size());
  keep_transcript(tape, settings, out);
  return out;
}

}  // namespace kitfox::conformance
