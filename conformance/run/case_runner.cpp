#include "conformance/run/case_runner.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "conformance/report/case_picture.hpp"
#include "conformance/report/timeline.hpp"
#include "conformance/run/determinism.hpp"
#include "conformance/run/fresh_start.hpp"
#include "conformance/run/quick_time.hpp"
#include "conformance/world/fake_cluster.hpp"
#include "conformance/world/program_command.hpp"
#include "conformance/world/run_sockets.hpp"
#include "runtime/temporary_directory.hpp"

namespace kitfox::conformance {
namespace {

namespace fs = std::filesystem;

std::string file_name(std::string name) {
  for (char& c : name) {
    if (c == '/' || c == '[' || c == ']' || c == '=' || c == ',') c = '_';
  }
  return name;
}

void blame_harness(case_result& on, std::string why) {
  on.judged.outcome = verdict::harness_error;
  on.judged.harness_failure = std::move(why);
}

case_result describe(const planned_case& what, const case_settings& settings) {
  case_result out;
  out.name = what.name();
  out.id = what.what->id;
  out.area = what.what->what.area;
  out.title = what.what->what.title;
  out.file = what.source->file;
  for (const requirement_reference& one : what.what->what.verifies) out.verifies.push_back(one.id);
  out.world = std::string{to_string(what.what->world)};
  out.seed = what.seed;
  out.reproduce = settings.reproduce_prefix;
  if (settings.reproduce_by == case_settings::reproduction::file_and_case)
    out.reproduce +=
        " " + quote_word(out.file) + " --world " + out.world + " --seed " + std::to_string(what.seed);
  out.reproduce += " --filter " + quote_word(out.name) + settings.reproduce_suffix;
  return out;
}

transcript play_in_sim(const planned_case& what, const case_settings& settings, case_result& out,
                       std::string& nondeterminism) {
  sim_run_options options;
  options.seed = what.seed;
  options.order = settings.order;
  options.subjects = settings.subjects;
  if (settings.twice) options.trace_records_max = compared_records_max;
  sim_run ran = run_in_sim(*what.what, *what.source, options);
  out.trace_hash = ran.trace_hash;
  out.world_seconds = std::chrono::duration<double>(ran.world_time).count();
  if (settings.twice)
    nondeterminism = describe_nondeterminism(ran, run_in_sim(*what.what, *what.source, options));
  return std::move(ran.tape);
}

void compare_with_sim(const planned_case& what, const case_settings& settings, const transcript& tape,
                      case_result& out) {
  sim_run_options options;
  options.seed = what.seed;
  options.order = settings.order;
  options.subjects = settings.subjects;
  out.agrees_with_sim = compare_runs(run_in_sim(*what.in_sim, *what.source, options).tape, tape);
  const bool apart = out.agrees_with_sim->is == agreement::outcome::differ ||
                     out.agrees_with_sim->is == agreement::outcome::not_the_same;
  if (apart) out.judged.outcome = worse(out.judged.outcome, verdict::fail);
}

void keep_transcript(const transcript& tape, const case_settings& settings, case_result& out) {
  if (settings.out.empty()) return;
  if (is_quiet(out) && settings.transcripts == case_settings::keep::failures) return;
  const std::string relative = "transcripts/" + file_name(out.name) + ".jsonl";
  if (tape.save(fs::path{settings.out} / relative))
    blame_harness(out, "cannot write " + relative);
  else
    out.transcript_file = relative;
}

/// What the programs wrote would be gone with the folder they ran in.
void keep_logs(const fs::path& from, const case_settings& settings, case_result& out) {
  if (settings.out.empty() || is_quiet(out)) return;
  const std::string relative = "logs/" + file_name(out.name);
  const fs::path to = fs::path{settings.out} / relative;
  std::error_code failure;
  fs::remove_all(to, failure);  // of an earlier run into the same folder
  fs::create_directories(to, failure);
  for (const auto& one : fs::directory_iterator{from, failure}) {
    if (failure || one.path().extension() != ".log") continue;
    fs::copy_file(one.path(), to / one.path().filename(), failure);
    if (failure) break;
  }
  if (failure)
    blame_harness(out, "cannot write " + relative + ": " + failure.message());
  else
    out.logs_folder = relative;
}

void judge_case(const transcript& tape, case_result& out) {
  out.records = tape.records().size();
  out.judged = judge(tape);
}

/// The page's pictures are drawn while the transcript is at hand, and only where they will be written.
void draw(const transcript& tape, const case_settings& settings, case_result& out) {
  if (!settings.out.empty()) return draw_timelines(tape, out);
  if (!is_quiet(out)) out.timeline = print_first_divergence(tape, out.judged);
}

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

void run_sim_case(const planned_case& what, const case_settings& settings, case_result& out) {
  const auto begun = std::chrono::steady_clock::now();
  std::string nondeterminism;
  const transcript tape = play_in_sim(what, settings, out, nondeterminism);
  out.wall_seconds = seconds_since(begun);
  judge_case(tape, out);
  if (!nondeterminism.empty()) blame_harness(out, nondeterminism);
  draw(tape, settings, out);
  keep_transcript(tape, settings, out);
}

enum class pace { own, quick };

/// Between real processes, with fake API servers or real ones.
void play_sockets_case(const planned_case& what, const case_settings& settings, pace at,
                       cluster_source& clusters, case_result& out) {
  const auto begun = std::chrono::steady_clock::now();
  const runtime::temporary_directory own;
  if (own.path().empty()) {
    blame_harness(out, "cannot make a temporary folder");
    return;
  }
  sockets_run_options options{what.seed, settings.programs, own.path()};
  options.reproduce = out.reproduce;
  if (at == pace::own) options.programs.faster = {};
  if (settings.deadline) options.time_left = settings.deadline->left();
  const sockets_run ran = run_in_sockets(*what.what, *what.source, options, clusters);
  out.interrupted = ran.interrupted;
  out.wall_seconds = out.world_seconds = seconds_since(begun);
  out.accelerated = options.programs.faster.times;
  out.world_seconds *= out.accelerated;
  if (ran.out_of_time) {
    // What was seen by then ends where the harness ended it: nothing is to be made of that.
    out.judged.outcome = verdict::skipped;
    out.skipped_because = out_of_time(*settings.deadline, "broken off");
    return;
  }
  judge_case(ran.tape, out);
  if (settings.programs.agent.attached)
    if (const std::string stale = stale_agent(ran.tape, *settings.programs.agent.attached->instances);
        !stale.empty())
      blame_harness(out, "agent " + stale +
                             " was there in an earlier case: every case needs agents that are started anew");
  if (settings.agree && what.in_sim != nullptr && out.judged.outcome != verdict::harness_error)
    compare_with_sim(what, settings, ran.tape, out);
  draw(ran.tape, settings, out);
  keep_transcript(ran.tape, settings, out);
  keep_logs(own.path(), settings, out);
}

/// In quick time where that is honest; whatever did not simply pass there is played again at the programs'
/// own pace, and only that counts.
void run_sockets_case(const planned_case& what, const case_settings& settings, case_result& out) {
  fake_clusters fakes;
  if (!settings.programs.faster.is_any() || !reason_for_own_pace(what.what->what).empty())
    return play_sockets_case(what, settings, pace::own, fakes, out);
  case_result quick = out;
  play_sockets_case(what, settings, pace::quick, fakes, quick);
  if (quick.judged.outcome != verdict::pass && !quick.interrupted && quick.skipped_because.empty()) {
    play_sockets_case(what, settings, pace::own, fakes, out);
    out.wall_seconds += quick.wall_seconds;
    return;
  }
  forget_floors(quick.judged);
  out = std::move(quick);
}

/// At the programs' own pace: nobody makes a real API server's clock quicker.
void run_live_case(const planned_case& what, const case_settings& settings, case_result& out) {
  std::string why;
  const auto clusters = settings.live->take(what.what->what.topology.clusters.size(), why);
  if (!clusters) return blame_harness(out, "no API server: " + why);
  play_sockets_case(what, settings, pace::own, *clusters, out);
}

}  // namespace

runtime::duration run_deadline::left() const {
  return std::max<runtime::duration>(runtime::duration{0}, at - std::chrono::steady_clock::now());
}

run_deadline deadline_in(std::chrono::seconds allowed) {
  return {std::chrono::steady_clock::now() + allowed, allowed};
}

std::string out_of_time(const run_deadline& of, std::string_view what) {
  return std::string{what} + ": the deadline of the run, " + std::to_string(of.allowed.count()) +
         " s, passed";
}

case_result run_case(const planned_case& what, const case_settings& settings) {
  case_result out = describe(what, settings);
  out.skipped_because = what.skip_because;
  if (out.skipped_because.empty()) out.skipped_because = reason_to_skip(*what.what, settings.programs);
  const bool live = what.what->world == world_kind::live;
  if (out.skipped_because.empty() && live)
    out.skipped_because = settings.live == nullptr ? "no real API server was given"
                                                   : settings.live->reason_to_skip(what.what->what);
  if (!out.skipped_because.empty()) {
    out.judged.outcome = verdict::skipped;
  } else if (what.what->world == world_kind::sim) {
    run_sim_case(what, settings, out);
  } else if (live) {
    run_live_case(what, settings, out);
  } else {
    run_sockets_case(what, settings, out);
  }
  return out;
}

}  // namespace kitfox::conformance
