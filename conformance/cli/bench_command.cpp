#include <CLI/CLI.hpp>
#include <fstream>
#include <ostream>

#include "conformance/bench/gateway_bench.hpp"
#include "conformance/bench/reconnect_bench.hpp"
#include "conformance/bench/reconnect_comparison.hpp"
#include "conformance/cli/cli_command.hpp"

namespace kitfox::conformance {
namespace {

runtime::duration span_of(double seconds) {
  return std::chrono::duration_cast<runtime::duration>(std::chrono::duration<double>(seconds));
}

/// `kitfox bench WHAT`: measures a program as it runs, on loopback, and says which targets it reaches.
class bench_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags = program.add_subcommand("bench", "Measure a gateway or an agent on loopback");
    flags->require_subcommand(1);
    flags->footer(
        "\nExit status: 0 every target is reached, 1 one is missed, 2 a wrong argument, 5 nothing could be\n"
        "measured. Times depend on the machine: judge ratios, and CPU for each operation.\n");
    add_gateway(*flags);
    add_reconnect(*flags);
    return flags;
  }

  exit_status run(std::ostream& out, std::ostream& err) override {
    std::string failure;
    if (!compared_.empty()) {
      const std::string text = compare_reconnects(compared_.at(0), compared_.at(1), failure);
      (text.empty() ? err << "kitfox bench: " << failure << "\n" : out << text);
      return text.empty() ? exit_status::usage : exit_status::passed;
    }
    bench_report report;
    const bool measured =
        gateway_->parsed() ? measure_gateway(report, failure) : measure_reconnect(report, failure);
    if (!measured) {
      err << "kitfox bench: " << failure << "\n";
      return exit_status::harness_error;
    }
    return show(report, out, err);
  }

 private:
  void add_gateway(CLI::App& bench) {
    gateway_ = bench.add_subcommand("gateway",
                                    "Idle TLS agents (memory, connects a CPU second), execute -> result with "
                                    "echo agents over TLS, and what\n"
                                    "streams that come and go leave behind");
    gateway_->add_option("--gateway-command", options_.gateway_command,
                         "Your gateway in place of kitfox-gateway, split at blanks; it gets the environment\n"
                         "that README.md describes. CPU and memory are of that process alone");
    gateway_->add_option("--part", part_, "idle, execute, churn or all")
        ->check(CLI::IsMember({"idle", "execute", "churn", "all"}))
        ->capture_default_str();
    gateway_->add_option("--agents", options_.idle.agents, "Idle agents")
        ->check(CLI::Range(std::size_t{1}, bench_agents_max))
        ->capture_default_str();
    gateway_->add_option("--concurrency", options_.execute.callers, "Calls under way at every time")
        ->check(CLI::Range(std::size_t{1}, bench_callers_max))
        ->capture_default_str();
    gateway_->add_option("--seconds", seconds_, "How long calls are counted")
        ->check(CLI::Range(0.1, 600.0))
        ->capture_default_str();
    gateway_->add_option("--idle-seconds", idle_seconds_, "How long idle agents are watched")
        ->check(CLI::Range(0.0, 600.0))
        ->capture_default_str();
    gateway_->add_option("--connects", options_.churn.connects, "Streams that come and go")
        ->check(CLI::Range(std::size_t{1}, bench_connects_max))
        ->capture_default_str();
    gateway_->add_option("--limit-seconds", limit_seconds_, "Of each part; over it the run fails")
        ->check(CLI::Range(1.0, 3600.0))
        ->capture_default_str();
    gateway_->add_option(
        "--directory", options_.directory,
        "Existing folder for the gateway's databases, kept afterwards; default: a temporary one");
    add_output(*gateway_);
  }

  void add_reconnect(CLI::App& bench) {
    reconnect_ = bench.add_subcommand(
        "reconnect",
        "From a healthy path to `connected`, less the agent's announced delay, beside a bare handshake");
    reconnect_
        ->add_option(
            "--agent-command", reconnects_.agent_commands,
            "Your agent in place of kitfox-agent, split at blanks; given up to four times, builds are\n"
            "measured in turn. Give it a short backoff: announced delays are subtracted")
        ->expected(1)
        ->take_all();
    reconnect_->add_option("--gateway-command", reconnects_.gateway_command,
                           "Your gateway in place of kitfox-gateway, split at blanks");
    reconnect_->add_option("--count", reconnects_.count, "Reconnects of each agent")
        ->check(CLI::Range(std::size_t{1}, reconnect_bench_options::count_max))
        ->capture_default_str();
    reconnect_->add_option("--outage-seconds", outage_seconds_, "How long nothing gets through each time")
        ->check(CLI::Range(0.0, 60.0))
        ->capture_default_str();
    reconnect_->add_option("--limit-seconds", limit_seconds_, "No round begins after it")
        ->check(CLI::Range(1.0, 3600.0))
        ->capture_default_str();
    reconnect_->add_option("--compare", compared_, "Two results of --out, side by side; nothing is run")
        ->expected(2);
    add_output(*reconnect_);
  }

  bool measure_gateway(bench_report& report, std::string& failure) {
    options_.measures_idle = part_ == "all" || part_ == "idle";
    options_.measures_execute = part_ == "all" || part_ == "execute";
    options_.measures_churn = part_ == "all" || part_ == "churn";
    options_.idle.settle = span_of(idle_seconds_);
    options_.execute.span = span_of(seconds_);
    options_.limit = span_of(limit_seconds_);
    return run_gateway_bench(options_, report, failure);
  }

  bool measure_reconnect(bench_report& report, std::string& failure) {
    if (reconnects_.agent_commands.size() > reconnect_bench_options::agents_max) {
      failure = "at most four agents can be compared";
      return false;
    }
    reconnects_.outage = span_of(outage_seconds_);
    reconnects_.limit = span_of(limit_seconds_);
    return run_reconnect_bench(reconnects_, report, failure);
  }

  void add_output(CLI::App& flags) {
    flags.add_option("--out", file_, "File for the numbers as JSON");
    flags.add_flag("--json", json_, "Print the JSON in place of the text");
  }

  exit_status show(const bench_report& report, std::ostream& out, std::ostream& err) const {
    const std::string json = report.to_json().dump(1) + "\n";
    if (json_)
      out << json;
    else
      report.print(out);
    if (!file_.empty()) {
      std::ofstream file{file_, std::ios::binary | std::ios::trunc};
      file << json << std::flush;
      if (!file) {
        err << "kitfox bench: cannot write " << file_ << "\n";
        return exit_status::harness_error;
      }
    }
    return report.met() ? exit_status::passed : exit_status::failed;
  }

  gateway_bench_options options_;
  reconnect_bench_options reconnects_;
  std::vector<std::string> compared_;
  std::string part_ = "all", file_;
  double seconds_ = 10, idle_seconds_ = 5, limit_seconds_ = 300, outage_seconds_ = 0.02;
  bool json_ = false;
  CLI::App* gateway_ = nullptr;
  CLI::App* reconnect_ = nullptr;
};

}  // namespace

std::unique_ptr<cli_command> make_bench_command() { return std::make_unique<bench_command>(); }

}  // namespace kitfox::conformance
