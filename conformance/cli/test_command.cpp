#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <thread>

#include "conformance/cli/cli_command.hpp"
#include "conformance/run/quick_time.hpp"
#include "conformance/run/run.hpp"
#include "conformance/scenario/scalar_text.hpp"
#include "conformance/spec/nearest_word.hpp"
#include "conformance/subject/case_choice.hpp"
#include "conformance/subject/clock_probe.hpp"
#include "conformance/subject/conformance_claim.hpp"
#include "conformance/subject/load_subject.hpp"
#include "conformance/subject/play_subject_check.hpp"
#include "conformance/subject/subject_digest.hpp"
#include "conformance/world/accelerated_clock.hpp"
#include "conformance/world/program_command.hpp"
#include "conformance/world/program_flags.hpp"
#include "conformance/world/subject_variables.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* test_examples = R"(
The subject is started as a process of its own for each case, with the documented environment, over real TLS, with a fault
relay on every link. What is on the wire decides; what the program says of itself does not. The environment, and what a
subject file may hold, is told in conformance/subject/README.md.

Examples:
  kitfox test agent --check-subject -- ./my-agent   does it start, dial, trust, answer and end? Do this first
  kitfox test agent --quick -- ./my-agent           the commonest mistakes, in less than a minute
  kitfox test agent --subject agent.yaml --out reports
                                                    everything; report.html, junit.xml and transcripts/ in reports/
  kitfox test agent --attach --quick                start it yourself, for each case as it is told
  kitfox test gateway --subject gateway.yaml --level must
                                                    the gateway may run already: `reach` of the subject file
)";

/// `kitfox test agent` and `kitfox test gateway`.
class subject_flags {
 public:
  subject_flags(CLI::App& to, party role) : role_{role}, word_{role == party::agent ? "agent" : "gateway"} {
    app_ = to.add_subcommand(word_, fmt::format("Test anybody's {}", word_));
    app_->add_option("COMMAND", words_,
                     "The program and its arguments, after --, where there is no subject file");
    app_->add_option("--subject", file_, "What the program is, takes, claims and is known to break")
        ->type_name("FILE");
    app_->add_option("--takes", takes_,
                     "With a COMMAND: what it honours of its environment: settings, probe_file, or all")
        ->type_name("NAME,...");
    app_->add_option("--profile", profiles_,
                     "Judge these profiles in place of the subject's: core, fleet, secure")
        ->check(CLI::IsMember({"core", "fleet", "secure"}))
        ->delimiter(',')
        ->allow_extra_args(false);
    app_->add_option("--level", level_, "must: only MUSTs count. should: SHOULDs as well")
        ->check(CLI::IsMember({"must", "should"}))
        ->capture_default_str();
    app_->add_option("--requirement", only_, "Only cases that put one of these requirements to the test")
        ->type_name("ID,...")
        ->delimiter(',')
        ->allow_extra_args(false);
    app_->add_option("--known-failure", known_failures_,
                     "As in a subject file: \"REC-4 # why\"; may be repeated")
        ->type_name("ENTRY");
    app_->add_flag("--list", list_, "Print the names of the cases, and run none");
    app_->add_flag("--quick", quick_, "Only the commonest mistakes; no claim of conformance comes of it");
    app_->add_option("--deadline", deadline_,
                     "Seconds after which the run is over: what was not run by then is skipped, and said so. "
                     "Default: 55 with --quick, none otherwise")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 86'400));
    app_->add_flag("--check-subject", check_,
                   "Only see whether the subject can be tested at all, step by step");
    app_->add_option(
            "--accelerate", accelerate_,
            "Make the subject's clock so many times as quick, by libfaketime, where that can be seen to "
            "work; "
            "what would be judged less strictly then, and what did not pass, is played at its own pace")
        ->type_name("N")
        ->check(CLI::Range(acceleration_min, acceleration_max));
    if (role == party::agent) {
      app_->add_option("--offers", offers_,
                       "With a COMMAND or --attach: which of the optional commands it offers: names, or all")
          ->type_name("NAME,...")
          ->delimiter(',')
          ->allow_extra_args(false);
      app_->add_flag("--attach", attach_,
                     "Start nothing: print what to set for each case, and wait for the agent to dial");
      app_->add_option("--patience", patience_, "With --attach: seconds to wait for it")
          ->type_name("SECONDS")
          ->check(CLI::Range(1, 3600))
          ->capture_default_str();
    }
    if (role == party::agent)
      app_->add_option("--agents", agents_,
                       "With --attach: cases of more agents than you will start are skipped")
          ->type_name("N")
          ->check(CLI::Range(1, 100))
          ->capture_default_str();
    app_->add_flag("--list-settings", list_settings_, "Print the cases and the settings that each needs");
    app_->add_option("--filter", filter_, "Only cases whose name fits; * stands for anything")
        ->type_name("GLOB");
    app_->add_option("--jobs", jobs_, "Cases at work side by side; default: one for each core")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    app_->add_option("--out", out_, "Folder for the reports, transcripts/, and logs/ of what went wrong")
        ->type_name("DIR");
    app_->add_flag("--quiet", quiet_, "Show only cases that did not pass");
    app_->footer(test_examples + exit_status_text());
  }
  [[nodiscard]] bool parsed() const { return app_->parsed(); }

  exit_status run(std::ostream& out, std::ostream& err) {
    // A person who starts agents by hand is hurried by no default.
    if (deadline_ != 0 || (quick_ && !attach_))
      until_ = deadline_in(std::chrono::seconds{deadline_ == 0 ? quick_seconds : deadline_});
    list_ = list_ || list_settings_;
    if (list_ && file_.empty() && words_.empty())
      words_ = {word_};  // Which cases there are depends on no program.
    if (!read_subject(err)) return exit_status::usage;
    if (attach_) attach_to(out);
    run_selection selection;
    selection.sim = false;
    run_plan plan = plan_run(selection);
    for (const load_error& error : plan.errors) err << to_string(error) << "\n";
    if (!plan.errors.empty()) return exit_status::usage;
    const auto levels = level_ == "must" ? requirement_level::must : requirement_level::should;
    keep_cases_for(what_, levels, thoroughness::full, {}, plan);
    const std::vector<planned_case> whole = plan.cases;
    std::erase_if(plan.cases, [&](const planned_case& one) {
      return !filter_.empty() && !fits_glob(filter_, one.name());
    });
    keep_cases_for(what_, levels, quick_ ? thoroughness::quick : thoroughness::full, only_, plan);
    const std::map<std::string, share_played> shares = shares_played(whole, plan.cases);
    if (list_) return list_cases(plan, out);
    if (plan.cases.empty() && !check_) {
      out << "nothing to run: no case fits the selection\n0 passed, 0 failed\n";
      return exit_status::nothing_executed;
    }
    // By hand it would be one more start, for what the first case shows as well.
    if (!attach_ || check_)
      if (const auto checked = check_first(out, err, plan)) return *checked;
    if (accelerate_ > 1) quicken(plan, out);
    const auto claimed = [&](const run_result& of) {
      return claim_of(what_, levels, of, [&](const std::string& id) {
        const auto found = shares.find(id);
        return found == shares.end() ? share_played::nothing_to_play : found->second;
      });
    };
    run_settings how = settings(out);
    how.digests = digests_of(what_, file_);
    how.claim = [&](const run_result& of) { return summarize(claimed(of), what_, levels); };
    run_result results;
    const exit_status ran = conformance::run(plan, how, out, results);
    if (ran == exit_status::interrupted || (ran == exit_status::nothing_executed && !answers_nothing_) ||
        ran == exit_status::harness_error)
      return ran;
    const conformance_claim claim = claimed(results);
    print_claim(claim, what_, levels, out);
    if (!answers_nothing_) return status_of_claim(claim);
    out << "NOT CONFORMANT: the subject answered no command; a quick run waits for no more of its answers\n";
    return exit_status::failed;
  }

 private:
  bool complain(std::ostream& err, const std::string& what) const {
    err << "kitfox test " << word_ << ": " << what << "\n";
    return false;
  }

  bool read_subject(std::ostream& err) {
    if (attach_ && !words_.empty())
      return complain(err,
                      "--attach starts nothing, so there is no COMMAND; --subject may say what it claims");
    if (file_.empty() == words_.empty() && !attach_)
      return complain(err, "expected either --subject FILE or -- COMMAND ARGS");
    if (!file_.empty()) {
      if (!takes_.empty()) return complain(err, "--takes is said by `takes:` of the subject file");
      if (!offers_.empty()) return complain(err, "--offers is said by `commands:` of the subject file");
      loaded_subject loaded = load_subject(file_);
      for (const load_error& error : loaded.errors) err << to_string(error) << "\n";
      if (!loaded.errors.empty()) return false;
      if (loaded.what.role != role_)
        return complain(
            err, fmt::format("{} describes {}", file_, role_ == party::agent ? "a gateway" : "an agent"));
      what_ = std::move(loaded.what);
    } else {
      what_.role = role_;
      what_.program.command = words_;
      const std::string missing = attach_ || list_ ? "" : wrong_with_program(words_.front());
      if (!missing.empty()) return complain(err, missing);
      what_.name = attach_ ? "attached agent" : std::filesystem::path{words_.front()}.filename().string();
      const std::string wrong = add_takeables(takes_, role_, what_.program.takes);
      if (!wrong.empty()) return complain(err, "--takes: " + wrong);
      if (role_ == party::agent) what_.program.commands.emplace();
      for (const std::string& one : offers_)
        if (const std::string unknown = add_command(one, *what_.program.commands); !unknown.empty())
          return complain(err, "--offers: " + unknown);
    }
    for (const std::string& id : only_)
      if (find_requirement(id) == nullptr)
        return complain(err, fmt::format("--requirement: unknown requirement \"{}\"{}", id,
                                         suggestion(id, requirement_ids())));
    for (const std::string& entry : known_failures_) {
      const auto known = parse_known_failure(entry);
      if (!known) return complain(err, "--known-failure: " + known.error);
      what_.known_failures.push_back(known.entry);
    }
    what_.program.taken_by = file_.empty() ? "--takes" : "`takes` of the subject file";
    if (!profiles_.empty()) {
      what_.profiles = {requirement_profile::core};
      for (const std::string& one : profiles_)
        if (one != "core") what_.profiles.push_back(*parse_requirement_profile(one));
    }
    return true;
  }

  /// Of requirements that some case puts to programs: whether the selection leaves one of these out.
  [[nodiscard]] static std::map<std::string, share_played> shares_played(
      const std::vector<planned_case>& whole, const std::vector<planned_case>& selected) {
    std::map<std::string, share_played> out;
    for (const planned_case& one : whole) {
      const bool chosen = std::ranges::find(selected, one.name(), &planned_case::name) != selected.end();
      for (const requirement_reference& each : one.what->what.verifies) {
        share_played& share = out.try_emplace(each.id, share_played::whole).first->second;
        if (!chosen) share = share_played::part;
      }
    }
    return out;
  }

  void attach_to(std::ostream& out) {
    what_.program.command.clear();
    what_.program.attached =
        attachment{std::chrono::seconds{patience_},
                   [&out](const std::string& lines) { out << lines << std::flush; }, agents_};
  }

  [[nodiscard]] exit_status list_cases(const run_plan& plan, std::ostream& out) const {
    for (const planned_case& one : plan.cases) {
      out << one.name();
      const scenario& what = one.what->what;
      if (list_settings_)
        out << "  " << print_settings(role_ == party::agent ? what.agent_settings : what.gateway_settings);
      out << "\n";
    }
    return plan.cases.empty() ? exit_status::nothing_executed : exit_status::passed;
  }

  [[nodiscard]] run_settings settings(std::ostream& out) const {
    run_settings of;
    (role_ == party::agent ? of.cases.programs.agent : of.cases.programs.gateway) = what_.program;
    of.cases.programs.faster = faster_;
    of.cases.out = out_;
    of.cases.reproduce_by = case_settings::reproduction::case_alone;
    of.cases.reproduce_prefix = "kitfox test " + word_;
    if (!file_.empty()) of.cases.reproduce_prefix += " --subject " + quote_word(file_);
    for (const std::string& one : profiles_) of.cases.reproduce_prefix += " --profile " + one;
    if (level_ != "should") of.cases.reproduce_prefix += " --level " + level_;
    for (const std::string& entry : known_failures_)
      of.cases.reproduce_prefix += " --known-failure " + quote_word(entry);
    if (!takes_.empty()) of.cases.reproduce_prefix += " --takes " + quote_word(takes_);
    for (const std::string& one : offers_) of.cases.reproduce_prefix += " --offers " + quote_word(one);
    if (attach_) of.cases.reproduce_prefix += " --attach";
    if (file_.empty() && !attach_) {
      of.cases.reproduce_suffix = " --";
      for (const std::string& word : words_) of.cases.reproduce_suffix += " " + quote_word(word);
    }
    // Nobody starts two by hand at once. What runs already is one, and what a case leaves in it would be seen
    // by another.
    of.jobs = what_.program.reached || attach_ ? 1
              : jobs_ != 0                     ? jobs_
                                               : std::max(1u, std::thread::hardware_concurrency());
    of.cases.deadline = until_;
    of.show = quiet_ ? run_settings::progress::only_bad : run_settings::progress::every_case;
    of.style = &out == &std::cout && isatty(STDOUT_FILENO) != 0 && !attach_ ? console_report::style::terminal
                                                                            : console_report::style::plain;
    return of;
  }

  /// Says at which pace the cases will be played, and why.
  void quicken(const run_plan& plan, std::ostream& out) {
    const acceleration wanted{accelerate_, find_libfaketime()};
    const clock_probe probe = play_clock_probe(what_, wanted);
    if (!probe) {
      out << "clock: --accelerate does not work here: " << probe.why
          << ". Every case is played at the subject's own pace.\n";
      return;
    }
    faster_ = wanted;
    const auto at_own_pace = std::ranges::count_if(
        plan.cases, [](const planned_case& one) { return !reason_for_own_pace(one.what->what).empty(); });
    out << "clock: the subject's is " << accelerate_ << " times as quick, by " << wanted.library << "; "
        << at_own_pace << " of " << plan.cases.size()
        << " cases set a floor or have little to wait for, and are played at its own pace\n";
  }

  static void print_check(const played_subject_check& played, std::ostream& out) {
    bool holds = true;
    for (const subject_check_step& one : played.steps) {
      const bool fails = one.is == subject_check_step::outcome::fails;
      holds = holds && !fails;
      const char* const mark = fails ? "FAILS" : one.is == subject_check_step::outcome::holds ? "ok" : "-";
      out << fmt::format("{:<6} {}{}{}\n", mark, one.needs, one.hint.empty() ? "" : ": ", one.hint);
    }
    if (!holds && !played.last_words.empty()) out << "\nThe last that it wrote:\n" << played.last_words;
  }

  /// Alone, or before a run: then only what makes every case pointless is told.
  std::optional<exit_status> check_first(std::ostream& out, std::ostream& err, run_plan& plan) {
    const played_subject_check played = play_subject_check(what_);
    if (!played.failure.empty()) {
      err << "kitfox test " << word_ << ": " << played.failure << "\n";
      return exit_status::harness_error;
    }
    const auto failed =
        std::ranges::find(played.steps, subject_check_step::outcome::fails, &subject_check_step::is);
    if (failed == played.steps.end()) {
      if (!check_) return std::nullopt;
      print_check(played, out);
      out << "\nThe subject can be tested.\n";
      return exit_status::passed;
    }
    if (!check_ && !failed->vital) {
      if (quick_ && !played.answered) {
        print_check(played, out);
        skip_commands(plan);
        answers_nothing_ = true;
      }
      return std::nullopt;
    }
    print_check(played, out);
    out << (failed->vital ? "\nNothing can be said about the program before this is mended.\n"
                          : "\nThe subject can be tested, and will fail.\n");
    return exit_status::failed;
  }

  [[nodiscard]] static exit_status status_of_claim(const conformance_claim& claim) {
    if (claim.count(requirement_standing::broken) > 0 || !claim.unclaimed.empty() || !claim.stale.empty())
      return exit_status::failed;
    return claim.acceptable() ? exit_status::passed : exit_status::inconclusive;
  }

  /// So that with what begins and ends a run it stays under a minute.
  static constexpr std::uint32_t quick_seconds = 55;

  party role_;
  std::string word_;
  CLI::App* app_ = nullptr;
  std::vector<std::string> words_, offers_, profiles_, only_, known_failures_;
  std::string file_, takes_, level_ = "should", filter_, out_;
  std::uint32_t jobs_ = 0, deadline_ = 0, accelerate_ = 1;
  acceleration faster_;  ///< That was seen to work.
  std::optional<run_deadline> until_;
  bool quick_ = false, check_ = false, list_ = false, quiet_ = false, attach_ = false, list_settings_ = false;
  bool answers_nothing_ = false;  ///< Seen in the check before a quick run.
  std::uint32_t patience_ = 120;
  std::size_t agents_ = attached_agents_usual;
  subject what_;
};

class test_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags =
        program.add_subcommand("test", "Test anybody's agent or gateway against the specification");
    flags->require_subcommand(1);
    agent_.emplace(*flags, party::agent);
    gateway_.emplace(*flags, party::gateway);
    return flags;
  }
  exit_status run(std::ostream& out, std::ostream& err) override {
    return agent_->parsed() ? agent_->run(out, err) : gateway_->run(out, err);
  }

 private:
  std::optional<subject_flags> agent_, gateway_;
};

}  // namespace

std::unique_ptr<cli_command> make_test_command() { return std::make_unique<test_command>(); }

}  // namespace kitfox::conformance
