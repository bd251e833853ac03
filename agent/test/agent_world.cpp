#include "agent/test/agent_world.hpp"

#include "fakes/sim/certificate.hpp"

namespace kitfox::agent::test {

using namespace std::chrono_literals;
using runtime::duration;
using runtime::task;

const std::string agent_world::key_text = "ixfx_k8s_test.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const std::string agent_world::token_text = "sa-token";

namespace {

sim::simulation_options options_of(std::uint64_t seed) {
  sim::simulation_options options;
  options.seed = seed;
  options.straight.latency = 10ms;
  return options;
}

sim::host_options with_events(runtime::event_sink& events) {
  sim::host_options options;
  options.events = &events;
  return options;
}

std::shared_ptr<runtime::tls_server> tls_of(sim::sim_host& on) {
  sim::certificate certificate;
  certificate.hosts = {on.name()};
  certificate.not_before = runtime::wall_time{} + 24h;
  certificate.not_after = runtime::wall_time{} + 24h * 365 * 100;
  certificate.issuer = "ca";
  certificate.serial = 1;
  runtime::tls_server_options options;
  options.certificate_pem = sim::print_certificate(certificate);
  options.private_key_pem = sim::print_private_key(certificate);
  return on.network().make_tls_server(options).value();
}

}  // namespace

agent_world::agent_world(std::uint64_t seed)
    : world{options_of(seed)},
      gateway_host{world.start_host("gateway")},
      kube_host{world.start_host("kube")},
      agent_host{world.start_host("agent", with_events(events))},
      gateway_tasks{gateway_host},
      kube_tasks{kube_host},
      agent_tasks{agent_host},
      gateway{gateway_host, gateway_tasks},
      kube{kube_host},
      stop{agent_host.executor()} {
  gateway_tasks.spawn("gateway", gateway.run({"", 443}, tls_of(gateway_host)));
  kube_tasks.spawn("kube", kube.run({"", 6443}, tls_of(kube_host)));
  disk.put("/token", token_text);
}

agent_world::~agent_world() {
  // What tasks refer to are members of the test: they end first.
  EXPECT_TRUE(world.shut_down().empty());
}

void agent_world::expect_no_secret(std::string_view text, std::string_view where) const {
  const std::string secret = key_text.substr(key_text.find('.') + 1);
  EXPECT_EQ(text.find(secret), std::string_view::npos) << "the key is in " << where << ": " << text;
  EXPECT_EQ(text.find(token_text), std::string_view::npos) << "the token is in " << where << ": " << text;
}

void agent_world::TearDown() {
  for (const std::string& line : events.lines) expect_no_secret(line, "an event");
  const bool serves = !exit && agent_host.current_state() == sim::sim_host::state::running &&
                      events.count("metrics_listening") > 0;
  if (serves) expect_no_secret(get("/metrics").body, "the metrics");
}

task<void> agent_world::exchange(std::string method, std::string path, runtime::http::response& into) {
  const runtime::endpoint at{"127.0.0.1", metrics_port};
  auto stream = co_await agent_host.network().dial(at, nullptr);
  if (!stream) co_return;
  runtime::http::client_connection connection{std::move(*stream), {}};
  runtime::http::request message;
  message.method = std::move(method);
  message.target = std::move(path);
  message.headers.add("Host", "127.0.0.1");
  auto answer = co_await connection.roundtrip(std::move(message));
  if (answer) into = std::move(*answer);
}

runtime::http::response agent_world::get(const std::string& path, const std::string& method) {
  runtime::http::response answer;
  answer.status = 0;
  const auto outcome = world.run(agent_host, "get", exchange(method, path, answer));
  EXPECT_TRUE(outcome.done()) << sim::print_outcome(outcome);
  return answer;
}

std::string agent_world::metric(const std::string& name) {
  const std::string text = "\n" + get("/metrics").body;
  const auto line = text.find("\n" + name + " ");
  if (line == std::string::npos) return {};
  const auto from = line + name.size() + 2;
  return text.substr(from, text.find('\n', from) - from);
}

void agent_world::bring_gateway_back() {
  gateway_tasks.spawn("gateway again", gateway.run({"", 443}, tls_of(gateway_host)));
}

void agent_world::start(const std::function<void(agent_options&)>& adjust) {
  agent_options options{protocol::api_key::parse(key_text).value()};
  options.gateway_url = "https://gateway/gateway";
  options.gateway_authorities_pem = sim::print_authority("ca");
  options.cluster_name = "prod";
  options.kubernetes.server_url = "https://kube:6443";
  options.kubernetes.authorities_pem = sim::print_authority("ca");
  options.kubernetes.token_path = "/token";
  options.metrics_port = metrics_port;
  if (adjust) adjust(options);
  agent_tasks.spawn("agent", run_one(std::move(options)));
}

task<void> agent_world::run_one(agent_options options) {
  exit = co_await run_agent(agent_host, std::move(options), stop, disk, *parts);
  exited_at = since_start();
}

void agent_world::run_for(duration span) {
  const auto outcome = world.run_for(span);
  ASSERT_TRUE(outcome.done()) << sim::print_outcome(outcome);
}

void agent_world::run_until(const std::function<bool()>& condition, duration limit) {
  const auto outcome = world.run_until(condition, world.now() + limit);
  ASSERT_TRUE(outcome.done()) << sim::print_outcome(outcome);
}

void agent_world::run_until_connected(std::size_t times) {
  run_until([&] { return events.count("connected_to_gateway") >= times; });
}

void agent_world::connect(const std::function<void(agent_options&)>& adjust) {
  start(adjust);
  run_until_connected();
  kube.requests.clear();
}

void agent_world::send(const std::string& id, const std::string& name, const std::string& params,
                       double timeout_seconds) {
  gateway.send(scripted_gateway::command(id, name, params, timeout_seconds));
}

void agent_world::make_slow() {
  kube.answer = [](const runtime::http::request& asked) {
    return asked.target.find("/slow/") != std::string::npos ? scripted_kube::json(0, "")
                                                            : scripted_kube::cluster_of_one(asked);
  };
}

nlohmann::json agent_world::answer_of(const std::string& id) const {
  for (const seen_request& one : gateway.answers)
    if (one.target == "/gateway/agent/response/" + id) return nlohmann::json::parse(one.body);
  return {};
}

nlohmann::json agent_world::run_until_answered(std::size_t count) {
  run_until([&] { return gateway.answers.size() >= count; });
  if (gateway.answers.size() < count) return {};
  return nlohmann::json::parse(gateway.answers.back().body);
}

void agent_world::beat_for(duration span) {
  for (duration passed{}; passed < span; passed += 15s) {
    run_for(15s);
    gateway.send(scripted_gateway::heartbeat());
  }
}

}  // namespace kitfox::agent::test
