#include "conformance/bench/gateway_program.hpp"

#include <signal.h>

#include <boost/system/errc.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "runtime/deadline.hpp"

namespace kitfox::conformance {

gateway_program::gateway_program(runtime::host& on, std::filesystem::path directory)
    : host_{on},
      directory_{std::move(directory)},
      authority_{"kitfox bench authority", {}, pki::key_kind::p256},
      changed_{on.executor()} {}

runtime::error_code gateway_program::write(const std::string& name, const std::string& text) const {
  std::ofstream out{directory_ / name, std::ios::binary | std::ios::trunc};
  out << text;
  out.flush();
  return out ? runtime::error_code{} : make_error_code(boost::system::errc::io_error);
}

void gateway_program::on_line(std::string_view line) {
  last_line_ = line;
  if (agent_port_ != 0) return;
  const nlohmann::json fields = nlohmann::json::parse(line, nullptr, false);
  if (!fields.is_object() || fields.value("event", "") != "listening") return;
  agent_port_ = fields.value("agent_port", std::uint16_t{0});
  caller_port_ = fields.value("caller_port", std::uint16_t{0});
  changed_.notify_all();
}

runtime::task<runtime::error_code> gateway_program::start(std::vector<std::string> command,
                                                          runtime::duration most, std::string& why) {
  const pki::identity server =
      authority_.issue(pki::certificate_request{.hosts = {"127.0.0.1"}, .key = pki::key_kind::p256});
  why = "files in " + directory_.string();
  if (const auto failure = write("server.pem", server.certificate_pem)) co_return failure;
  if (const auto failure = write("server.key", server.private_key_pem)) co_return failure;
  if (const auto failure = write("ca.pem", authority_.certificate_pem())) co_return failure;
  runtime::child_options options;
  options.command = std::move(command);
  options.environment = {{"KITFOX_GATEWAY_AGENT_LISTEN", "127.0.0.1:0"},
                         {"KITFOX_GATEWAY_CALLER_LISTEN", "127.0.0.1:0"},
                         {"KITFOX_GATEWAY_TLS_CERT_FILE", (directory_ / "server.pem").string()},
                         {"KITFOX_GATEWAY_TLS_KEY_FILE", (directory_ / "server.key").string()},
                         {"KITFOX_GATEWAY_DATABASE", (directory_ / "gateway.db").string()},
                         {"KITFOX_GATEWAY_PEPPER", "pepper of the load generator"},
                         {"KITFOX_GATEWAY_INTERNAL_SECRET", credential}};
  options.environment.insert(options.environment.end(), more_.begin(), more_.end());
  why = options.command.front() + " cannot be started";
  auto started =
      runtime::child_process::start(host_, options, [this](std::string_view line) { on_line(line); });
  if (!started) co_return started.error();
  process_ = std::move(*started);
  const runtime::mono_time until = host_.clock().now() + most;
  while (agent_port_ == 0) {
    auto changed = changed_.wait();
    const runtime::error_code failure =
        co_await runtime::with_deadline(host_.clock(), until, std::move(changed));
    why = options.command.front() + " reports no {\"event\":\"listening\"}; its last line: " + last_line_;
    if (failure) co_return failure;
  }
  why.clear();
  co_return runtime::error_code{};
}

runtime::task<void> gateway_program::stop() {
  if (!process_) co_return;
  process_->signal_group(SIGKILL);
  static_cast<void>(co_await process_->ended());  // its status says that it was killed
  process_.reset();
}

}  // namespace kitfox::conformance
