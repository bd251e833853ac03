// How a world of real processes comes by its gateway and by keys.
#include <boost/system/errc.hpp>
#include <fstream>
#include <sstream>

#include "conformance/world/accelerated_clock.hpp"
#include "conformance/world/names.hpp"
#include "conformance/world/program_command.hpp"
#include "conformance/world/program_flags.hpp"
#include "conformance/world/sockets_world.hpp"
#include "conformance/world/subject_variables.hpp"
#include "runtime/deadline.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::conformance {
namespace {

/// A gateway that does not listen by then does not come up.
/// Between two looks at a gateway that is no reference and so may not say when it listens.
constexpr runtime::duration look_again = std::chrono::milliseconds{50};
/// A command that makes a key and has not ended by then failed.
constexpr runtime::duration key_command_timeout = std::chrono::seconds{30};
constexpr std::size_t printed_bytes_max = 64 * 1024;

}  // namespace

runtime::error_code sockets_world::write_credentials() const {
  nlohmann::json credentials = nlohmann::json::array();
  for (const std::string& team : what_.topology.teams()) {
    const std::size_t slash = team.find('/');
    for (const bool administrator : {false, true}) {
      credentials.push_back({{"name", (administrator ? "admin of " : "caller of ") + team},
                             {"secret", credential(team, administrator)},
                             {"role", administrator ? "admin" : "caller"},
                             {"org_id", team.substr(0, slash)},
                             {"team_node_id", team.substr(slash + 1)}});
    }
  }
  return write("credentials.json", nlohmann::json{{"credentials", std::move(credentials)}}.dump(1));
}

/// A program that cannot say which ports the system gave it is told free ones.
runtime::task<runtime::error_code> sockets_world::choose_gateway_ports() {
  runtime::endpoint any{loopback, 0}, other{loopback, 0};
  const auto agents = co_await harness_.network().listen(std::move(any), nullptr);
  if (!agents) co_return agents.error();
  const auto callers = co_await harness_.network().listen(std::move(other), nullptr);
  if (!callers) co_return callers.error();
  agent_port_ = (*agents)->local().port;
  caller_port_ = (*callers)->local().port;
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> sockets_world::dial_gateway() {
  for (const upstream* one : {&gateway_of_agents_, &gateway_of_callers_}) {
    runtime::endpoint at = one->at;
    const auto stream = co_await harness_.network().dial(std::move(at), nullptr);
    if (!stream) co_return stream.error();
  }
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> sockets_world::await_gateway(child& one) {
  const subject_program::readiness& ready = programs_.gateway.ready;
  const runtime::mono_time until = harness_.clock().now() + ready.within;
  const bool says_so = programs_.gateway.is_reference();
  if (!says_so) use_gateway_ports();
  for (;;) {
    if (one.exited) co_return boost::system::errc::make_error_code(boost::system::errc::owner_dead);
    if (says_so && agent_port_ != 0) break;
    runtime::error_code failure;
    if (says_so) {
      auto changed = changed_.wait();
      failure = co_await runtime::with_deadline(harness_.clock(), until, std::move(changed));
    } else {
      const runtime::error_code unreachable = co_await dial_gateway();
      if (!unreachable && (one.said_ready || ready.log.empty())) break;
      failure = co_await harness_.clock().sleep_for(look_again);
      if (!failure && harness_.clock().now() > until)
        failure = boost::system::errc::make_error_code(boost::system::errc::timed_out);
    }
    if (failure) co_return failure;
  }
  use_gateway_ports();
  co_return runtime::error_code{};
}

void sockets_world::use_gateway_ports() {
  gateway_of_agents_ = {{loopback, agent_port_}, trust_, "/gateway"};
  gateway_of_callers_ = {{loopback, caller_port_}, trust_, {}};
}

/// Nothing is started: the wire leads to where it runs already.
runtime::task<runtime::error_code> sockets_world::find_gateway(const reached_gateway& where) {
  std::string authority;
  if (!where.authority_file.empty()) {
    std::ifstream in{where.authority_file, std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    if (!in || text.str().empty())
      co_return boost::system::errc::make_error_code(boost::system::errc::io_error);
    authority = text.str();
  }
  runtime::tls_client_options trusted{std::move(authority), {}, {}};
  auto tls = harness_.network().make_tls_client(trusted);
  if (!tls) co_return tls.error();
  gateway_trust_ = std::move(*tls);
  const auto lead = [this](const std::string& text, upstream& to) {
    const auto url = runtime::http::parse_url(text);
    if (!url) return url.error();
    const bool secure = url->scheme == runtime::http::url::scheme_kind::https;
    to = {url->authority, secure ? gateway_trust_ : nullptr, url->path, url->host_header()};
    return runtime::error_code{};
  };
  if (const runtime::error_code failure = lead(where.agents_url, gateway_of_agents_)) co_return failure;
  if (const runtime::error_code failure = lead(where.callers_url, gateway_of_callers_)) co_return failure;
  record begun;
  begun.kind = record_kind::node_started;
  begun.node = std::string{gateway_node};
  begun.more = {{"kind", "gateway"}};
  tape_.add(std::move(begun), harness_.clock().now());
  auto dialling = dial_gateway();
  co_return co_await runtime::with_timeout(harness_.clock(), programs_.gateway.ready.within,
                                           std::move(dialling));
}

runtime::task<runtime::error_code> sockets_world::start_gateway() {
  if (programs_.gateway.reached) co_return co_await find_gateway(*programs_.gateway.reached);
  agent_port_ = caller_port_ = 0;
  const runtime::error_code written = write_credentials();
  if (written) co_return written;
  runtime::child_options options;
  const std::string address = std::string{loopback} + ":";
  if (!programs_.gateway.is_reference()) {
    const runtime::error_code chosen = co_await choose_gateway_ports();
    if (chosen) co_return chosen;
  }
  gateway_environment_ = {{"KITFOX_GATEWAY_AGENT_LISTEN", address + std::to_string(agent_port_)},
                          {"KITFOX_GATEWAY_CALLER_LISTEN", address + std::to_string(caller_port_)},
                          {"KITFOX_GATEWAY_TLS_CERT_FILE", (directory_ / "server.pem").string()},
                          {"KITFOX_GATEWAY_TLS_KEY_FILE", (directory_ / "server.key").string()},
                          {"KITFOX_GATEWAY_DATABASE", (directory_ / "gateway.db").string()},
                          {"KITFOX_GATEWAY_PEPPER", "pepper of the world of sockets"},
                          {"KITFOX_GATEWAY_CREDENTIALS_FILE", (directory_ / "credentials.json").string()}};
  options.environment = gateway_environment_;
  if (programs_.gateway.is_reference()) {
    options.command = {beside_this_program("kitfox-gateway")};
    add_flags(what_.gateway_settings, party::gateway, options.command);
  } else {
    add_subject(programs_.gateway, options);
    add_variables(what_.gateway_settings, party::gateway, options.environment);
  }
  add_clock(programs_.gateway, programs_.faster, pace_, harness_.clock().wall_now(), options);
  const auto launched = launch(std::string{gateway_node}, "gateway", {}, std::move(options));
  if (!launched) co_return launched.error();
  const runtime::error_code failure = co_await await_gateway(**launched);
  if (failure) co_return failure;
  // A gateway that starts again has other ports; the relays keep theirs.
  for (auto& [key, one] : relays_) {
    if (one->through().name().ends_with("->gateway"))
      one->set_upstream(key == "caller->gateway" ? gateway_of_callers_.at : gateway_of_agents_.at);
  }
  co_return runtime::error_code{};
}

/// What it writes to standard error goes beside the logs.
runtime::task<runtime::result<std::string>> sockets_world::run_command(std::vector<std::string> words,
                                                                       std::string& why) {
  runtime::child_options options;
  options.environment = gateway_environment_;
  for (const std::string& word : words) options.command.push_back(placed(word, gateway_environment_));
  options.errors_path = (directory_ / "keys.log").string();
  std::string printed;
  why = options.command.front();
  auto process = runtime::child_process::start(harness_, options, [&printed](std::string_view line) {
    if (printed.size() < printed_bytes_max) printed.append(line).append("\n");
  });
  if (!process) {
    why += ": " + process.error().message();
    co_return process.error();
  }
  const runtime::mono_time until = harness_.clock().now() + key_command_timeout;
  auto ending = (*process)->ended();
  const auto code = co_await runtime::with_deadline(harness_.clock(), until, std::move(ending));
  if (code && *code == 0) co_return printed;
  why += code ? " exited with " + std::to_string(*code) : ": " + code.error().message();
  std::ifstream errors{options.errors_path};
  for (std::string line; std::getline(errors, line);)
    if (!line.empty()) why = why.substr(0, why.find("; ")) + "; " + line;
  co_return boost::system::errc::make_error_code(boost::system::errc::protocol_error);
}

std::string sockets_world::credential(const std::string& team, bool administrator) const {
  if (const auto& reached = programs_.gateway.reached) {
    const std::size_t slash = team.find('/');
    return placed(administrator ? reached->administrator_credential : reached->caller_credential,
                  {{"ORG", team.substr(0, slash)}, {"TEAM", team.substr(slash + 1)}});
  }
  return (administrator ? "administrator-credential-of-" : "caller-credential-of-the-team-") + team;
}

std::string sockets_world::callers_url() {
  if (programs_.gateway.reached) return programs_.gateway.reached->callers_url;
  return "https://" + std::string{loopback} + ":" + std::to_string(caller_port_);
}

}  // namespace kitfox::conformance
