#include "conformance/bench/agent_program.hpp"

#include <signal.h>

#include <boost/system/errc.hpp>
#include <nlohmann/json.hpp>

#include "protocol/timestamps.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::conformance {
namespace {

fault::relay_options path_to(const std::string& name, runtime::endpoint gateway) {
  fault::relay_options options;
  options.through.name = name + "->gateway";
  options.upstream = std::move(gateway);
  return options;
}

/// When the line was written: on a busy machine it is read later than that.
std::optional<runtime::wall_time> time_of(const nlohmann::json& line) {
  const auto text = line.find("time");
  if (text == line.end() || !text->is_string()) return std::nullopt;
  const auto at = protocol::parse_rfc3339(text->get_ref<const std::string&>());
  if (!at) return std::nullopt;
  return std::chrono::time_point_cast<runtime::wall_time::duration>(*at);
}

}  // namespace

agent_program::agent_program(runtime::host& on, setting how, runtime::endpoint gateway)
    : host_{on},
      how_{std::move(how)},
      relay_{on, path_to(how_.name, std::move(gateway)), nullptr, nullptr},
      changed_{on.executor()},
      tasks_{on} {}

agent_program::~agent_program() = default;

runtime::task<runtime::error_code> agent_program::start(std::string& why) {
  why = "the relay";
  const runtime::error_code failure = co_await relay_.listen();
  if (failure) co_return failure;
  tasks_.spawn("relay", relay_.run());
  healthy_at_ = host_.clock().wall_now();
  runtime::child_options options;
  options.command = how_.command;
  options.environment = {
      {"INCIDENTFOX_API_KEY", how_.key},
      {"INCIDENTFOX_CLUSTER_NAME", how_.name},
      {"INCIDENTFOX_GATEWAY_URL", "https://127.0.0.1:" + std::to_string(relay_.local().port) + "/gateway"},
      {"LOG_LEVEL", "INFO"},
      {"SSL_CERT_FILE", how_.authority_file.string()},
      {"KUBECONFIG", how_.kubeconfig_file.string()}};
  why = how_.command.front() + " cannot be started";
  auto started =
      runtime::child_process::start(host_, options, [this](std::string_view line) { on_line(line); });
  if (!started) co_return started.error();
  process_ = std::move(*started);
  tasks_.spawn("end of the agent", await_end());
  why.clear();
  co_return runtime::error_code{};
}

runtime::task<void> agent_program::await_end() {
  static_cast<void>(co_await process_->ended());  // how it ended shows in its last line
  ended_ = true;
  changed_.notify_all();
}

void agent_program::on_line(std::string_view line) {
  last_line_ = line;
  const nlohmann::json fields = nlohmann::json::parse(line, nullptr, false);
  if (!fields.is_object()) return;
  const std::string event = fields.value("event", "");
  const runtime::wall_time now = time_of(fields).value_or(host_.clock().wall_now());
  if (event == "connected_to_gateway") {
    connected_ = true;
    connected_at_ = now;
    changed_.notify_all();
  } else if (event == "disconnected" || event == "connect_failed") {
    connected_ = false;
    due_at_.reset();
    if (const auto delay = fields.find("retry_in_seconds"); delay != fields.end() && delay->is_number()) {
      due_at_ = now + std::chrono::duration_cast<runtime::duration>(
                          std::chrono::duration<double>(delay->get<double>()));
    }
  }
}

runtime::task<runtime::error_code> agent_program::await_connected(runtime::duration most) {
  const runtime::mono_time until = host_.clock().now() + most;
  while (!connected_) {
    if (ended_) co_return make_error_code(boost::system::errc::owner_dead);
    auto changed = changed_.wait();
    const runtime::error_code failure =
        co_await runtime::with_deadline(host_.clock(), until, std::move(changed));
    if (failure) co_return failure;
  }
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> agent_program::cut_for(runtime::duration outage) {
  connected_ = false;
  relay_.suspend();
  const runtime::error_code failure = co_await host_.clock().sleep_for(outage);
  relay_.resume();
  healthy_at_ = host_.clock().wall_now();
  co_return failure;
}

runtime::task<void> agent_program::stop() {
  relay_.stop();
  if (process_) process_->signal_group(SIGKILL);
  co_await tasks_.join();
  process_.reset();
}

}  // namespace kitfox::conformance
