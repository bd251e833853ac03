#include <cstdio>
#include <cstdlib>
#include <exception>

#include "agent/command_line.hpp"
#include "agent/probe_file_sink.hpp"
#include "runtime/json_lines_sink.hpp"
#include "runtime/real_host.hpp"

namespace {

using namespace kitfox;

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
}

int run(agent::program_options program, runtime::clock_pace pace) {
  runtime::json_lines_options log_options;
  log_options.least = program.log_level;
  const auto log = runtime::make_json_lines_sink(log_options);
  agent::probe_file_sink events{program.health_file, *log};
  const auto host = runtime::real_host::make(events, pace);
  runtime::stop_source stop{host->executor()};
  host->stop_on_signals(stop);
  agent::disk_files disk;
  const agent::agent_parts parts;
  return host->run(agent::run_agent(*host, std::move(program.agent), stop, disk, parts));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    agent::disk_files disk;
    auto read = agent::read_command_line({argv + 1, argv + argc}, &variable, disk);
    if (const auto* end = std::get_if<agent::early_end>(&read)) {
      const bool complaint = end->code != agent::exit_code::stopped;
      std::fprintf(complaint ? stderr : stdout, "%s\n", end->text.c_str());
      return static_cast<int>(end->code);
    }
    auto& program = std::get<agent::program_options>(read);
    const std::string wrong = agent::wrong_with_certificates(program.agent.kubernetes);
    if (!wrong.empty()) {
      std::fprintf(stderr, "kitfox-agent: %s\n", wrong.c_str());
      return static_cast<int>(agent::exit_code::bad_configuration);
    }
    const std::string pace_text = variable(runtime::clock_pace_variable).value_or("1@0");
    const auto pace = runtime::parse_clock_pace(pace_text);
    if (!pace) {
      std::fprintf(stderr, "kitfox-agent: %s is for kitfox alone\n", runtime::clock_pace_variable);
      return static_cast<int>(agent::exit_code::bad_configuration);
    }
    return run(std::move(program), *pace);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kitfox-agent: %s\n", error.what());
    return static_cast<int>(agent::exit_code::failed);
  }
}
