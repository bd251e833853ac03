#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/audit_record.hpp"
#include "gateway/command_line.hpp"
#include "gateway/threaded_audit.hpp"
#include "gateway/threaded_writer.hpp"
#include "runtime/descriptor_limit.hpp"
#include "runtime/host_thread.hpp"
#include "runtime/json_lines_sink.hpp"
#include "runtime/real_host.hpp"

namespace {

using namespace kitfox;
using gateway::exit_code;
using gateway::program_plan;

int refuse_store(const std::string& path, const runtime::error_code& failure) {
  std::cerr << "kitfox-gateway: " << path << ": " << failure.message() << '\n';
  return static_cast<int>(exit_code::store_failed);
}

int serve(program_plan plan, runtime::clock_pace pace) {
  runtime::json_lines_options log;
  log.least = plan.least_severity;
  const std::unique_ptr<runtime::event_sink> events = runtime::make_json_lines_sink(log);
  const runtime::descriptor_bounds descriptors = runtime::raise_descriptor_limit();
  events->info("descriptor_limit", {{"before", descriptors.before}, {"now", descriptors.now}});
  const std::unique_ptr<runtime::real_host> host = runtime::real_host::make(*events, pace);
  runtime::stop_source stop{host->executor()};
  host->stop_on_signals(stop);
  const auto clusters = gateway::store::open(plan.database_path);
  if (clusters.has_error()) return refuse_store(plan.database_path, clusters.error());
  auto audit = gateway::audit_store::open(plan.audit_path, {plan.options.limits.audit_records_max});
  if (audit.has_error()) return refuse_store(plan.audit_path, audit.error());
  gateway::threaded_audit writer{*host, *events, std::move(audit.value())};
  gateway::store_keys keys{*clusters.value()};
  // A database in memory has one connection.
  std::unique_ptr<gateway::threaded_writer> changes;
  if (plan.database_path != ":memory:") {
    auto second = gateway::store::open(plan.database_path);
    if (second.has_error()) return refuse_store(plan.database_path, second.error());
    changes = std::make_unique<gateway::threaded_writer>(*host, *events, std::move(second.value()));
  }
  std::vector<std::unique_ptr<runtime::host_thread>> threads;
  std::vector<runtime::host*> more;
  while (threads.size() + 1 < plan.threads) {
    threads.push_back(std::make_unique<runtime::host_thread>(*events, pace));
    more.push_back(&threads.back()->on());
  }
  gateway::gateway served{{*host, *clusters.value(), keys, writer, {}, more, changes.get()},
                          std::move(plan.options)};
  const int code = host->run(gateway::run_gateway(*host, served, stop));
  // Before the gateway is destroyed, so that nothing of it runs any more.
  for (const auto& one : threads) one->join();
  return code;
}

/// `head` is none before the oldest line, which may follow lines that are kept no more.
runtime::error_code verify(const gateway::audit_line& line, std::optional<gateway::audit_head>& head) {
  if (!head) {
    if (line.sequence == 1) {
      head = gateway::empty_audit();
    } else {
      auto before = gateway::head_before(line);
      if (before.has_error()) return before.error();
      head = std::move(before.value());
    }
  }
  return gateway::verify_audit_line(line, *head);
}

int read_audit(const program_plan& plan) {
  const auto opened = gateway::audit_store::open_to_read(plan.audit_path);
  if (opened.has_error()) return refuse_store(plan.audit_path, opened.error());
  std::optional<gateway::audit_head> head;
  std::uint64_t count = 0;
  constexpr std::size_t page = 1000;
  for (std::uint64_t after = 0;;) {
    const auto lines = opened.value()->read(after, page);
    if (lines.has_error()) return refuse_store(plan.audit_path, lines.error());
    if (lines.value().empty()) break;
    for (const gateway::audit_line& line : lines.value()) {
      after = line.sequence;
      if (plan.what == program_plan::task::print_audit) {
        std::cout << line.text << '\n';
      } else if (const auto failure = verify(line, head)) {
        std::cerr << "kitfox-gateway: record " << line.sequence << ": " << failure.message() << '\n';
        return static_cast<int>(exit_code::store_failed);
      }
      ++count;
    }
  }
  if (plan.what == program_plan::task::verify_audit) {
    std::cout << count << " records, chain holds\n";
    if (head && head->sequence != count)
      std::cout << "older records were deleted; the oldest that is kept has number "
                << head->sequence - count + 1 << '\n';
  }
  return static_cast<int>(exit_code::ok);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    gateway::parsed_command_line parsed = gateway::parse_command_line(argc, argv);
    if (!parsed.plan) return parsed.exit_code;
    if (parsed.plan->what == program_plan::task::serve) {
      const char* const told = std::getenv(runtime::clock_pace_variable);
      const auto pace = runtime::parse_clock_pace(told == nullptr ? "1@0" : told);
      if (pace) return serve(std::move(*parsed.plan), *pace);
      std::cerr << "kitfox-gateway: " << runtime::clock_pace_variable << " is for kitfox alone\n";
      return static_cast<int>(exit_code::usage);
    }
    return read_audit(*parsed.plan);
  } catch (const std::exception& failure) {
    std::cerr << "kitfox-gateway: " << failure.what() << '\n';
    return static_cast<int>(exit_code::usage);
  }
}
