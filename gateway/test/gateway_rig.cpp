#include "gateway/test/gateway_rig.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "gateway/audit_record.hpp"
#include "runtime/deadline.hpp"
#include "runtime/errc.hpp"

namespace kitfox::gateway::test {

using runtime::error_code;
using runtime::task;
using runtime::http::request;
using runtime::http::response;

runtime::result<audit_head> breakable_audit::head() {
  if (lines.empty()) return empty_audit();
  return audit_head{lines.size(), std::string{*hash_of_audit_line(lines.back())}};
}

task<error_code> breakable_audit::append(std::span<const audit_line> group) {
  const bool refused = down;
  const std::vector<audit_line> kept{group.begin(), group.end()};
  const error_code cancelled = co_await time_.sleep_for(delay);
  if (cancelled || refused) co_return gateway_errc::audit_failed;
  ++groups;
  for (const audit_line& line : kept) lines.push_back(line.text);
  co_return error_code{};
}

bool breakable_audit::contains(std::string_view text) const {
  for (const std::string& line : lines)
    if (line.find(text) != std::string::npos) return true;
  return false;
}

std::string member(const std::string& json, const std::string& name) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object() || !parsed.contains(name)) return {};
  const auto& value = parsed[name];
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// --- test_agent

test_agent::test_agent(gateway_rig& in, std::string key, std::string instance, std::string at)
    : rig_{in},
      key_{std::move(key)},
      instance_{std::move(instance)},
      at_{std::move(at)},
      tasks_{*in.script_host},
      changed_{in.script_host->executor()} {}
test_agent::~test_agent() = default;

task<int> test_agent::connect(std::string more_query) {
  const runtime::endpoint to{at_, rig_.program->agent_port()};
  auto dialled = co_await rig_.script_host->network().dial(to, nullptr);
  if (!dialled) co_return 0;
  stream_.emplace(std::move(dialled.value()), runtime::http::limits{});
  request message;
  message.target = "/gateway/agent/connect?agent_version=1.0";
  if (!instance_.empty()) message.target += "&instance_id=" + instance_;
  message.target += more_query;
  message.headers.add("Host", "gateway");
  message.headers.add("Authorization", "Bearer " + key_);
  auto head = co_await stream_->start(std::move(message));
  if (!head) co_return 0;
  if (const auto hint = head->headers.get("Retry-After")) retry_after = *hint;
  if (head->status == 200) {
    open_ = true;
    tasks_.spawn("test agent", read());
  }
  co_return head->status;
}

task<void> test_agent::read() {
  protocol::sse_decoder decoder;
  for (bool more = true; more;) {
    const auto bytes = co_await stream_->read_body();
    if (!bytes || bytes->empty()) break;
    const auto keep = [this](const protocol::sse_event& event) {
      events_.push_back(
          {std::string{event.type}, std::string{event.id}, std::string{event.data}, rig_.now()});
      taken_.push_back(false);
    };
    more = !decoder.feed(*bytes, keep);
    changed_.notify_all();
  }
  open_ = false;
  ended_at = rig_.now();
  changed_.notify_all();
}

task<std::optional<received_event>> test_agent::next(std::string type, duration patience) {
  const runtime::mono_time until = rig_.now() + patience;
  for (bool in_time = true; in_time;) {
    for (std::size_t index = 0; index < events_.size(); ++index) {
      if (taken_[index] || events_[index].type != type) continue;
      taken_[index] = true;
      co_return events_[index];
    }
    const error_code late =
        co_await runtime::with_deadline(rig_.script_host->clock(), until, changed_.wait());
    in_time = !late;
  }
  co_return std::nullopt;
}

task<int> test_agent::post(std::string target, std::string body) {
  request message;
  message.method = "POST";
  message.target = std::move(target);
  message.headers.add("Authorization", "Bearer " + key_);
  message.body = std::move(body);
  const response answer = co_await rig_.send(std::move(message), rig_.program->agent_port());
  co_return answer.status;
}

task<int> test_agent::respond(std::string request_id, std::string body) {
  if (body.empty()) body = "{\"request_id\":\"" + request_id + "\",\"ok\":true,\"result\":{\"n\":1}}";
  std::string target = "/agent/response/" + request_id;
  co_return co_await post(std::move(target), std::move(body));
}

task<void> test_agent::wait_for_end(duration patience) {
  const runtime::mono_time until = rig_.now() + patience;
  while (open_) {
    const error_code late =
        co_await runtime::with_deadline(rig_.script_host->clock(), until, changed_.wait());
    if (late) break;
  }
  if (!open_) co_await tasks_.join();
}

task<void> test_agent::leave() {
  if (stream_) stream_->close();
  co_await tasks_.join();
}

std::size_t test_agent::count(std::string_view type) const {
  std::size_t number = 0;
  for (const received_event& event : events_) number += event.type == type ? 1U : 0U;
  return number;
}

// --- gateway_rig

gateway_rig::gateway_rig(sim::simulation_options of) : world{of} {
  gateway_host = &world.start_host("gateway");
  script_host = &world.start_host("script");
  auto opened = store::open(":memory:");
  EXPECT_TRUE(opened.has_value());
  clusters = std::move(opened.value());
  keys = std::make_unique<breakable_keys>(*clusters);
  audit = std::make_unique<breakable_audit>(gateway_host->clock());
  stop = std::make_unique<runtime::stop_source>(gateway_host->executor());
  side = std::make_unique<runtime::task_group>(*script_host);
  gateway_tasks_ = std::make_unique<runtime::task_group>(*gateway_host);
  options.agent_listen = {"gateway", 8443};
  options.caller_listen = {"gateway", 8444};
  options.pepper = "pepper";
  const tenant acme{"acme", "payments"};
  options.callers = {
      {"acme", std::string{acme_secret}, caller_role::admin, acme},
      {"acme caller", std::string{caller_only_secret}, caller_role::caller, acme},
      {"umbrella", std::string{umbrella_secret}, caller_role::admin, tenant{"umbrella", "lab"}},
      {"orchestrator", std::string{trusted_secret}, caller_role::admin, std::nullopt}};
}

gateway_rig::~gateway_rig() { EXPECT_TRUE(world.shut_down().empty()); }

task<void> gateway_rig::live() {
  started = co_await program->start();
  if (*started) co_return;
  co_await program->run(*stop);
  stopped_at = gateway_host->clock().now();
}

task<void> gateway_rig::play(std::function<task<void>(gateway_rig&)> script) {
  co_await script(*this);
  co_await side->join();
}

void gateway_rig::add_shards(std::size_t count) {
  options.agent_listen.host = "0.0.0.0";
  for (std::size_t number = 1; number <= count; ++number)
    more_hosts.push_back(&world.start_host("gateway-" + std::to_string(number)));
}

void gateway_rig::start() {
  program = std::make_unique<gateway>(
      gateway_parts{*gateway_host, *clusters, *keys, *audit, policy, more_hosts, changes}, options);
  gateway_tasks_->spawn("gateway", live());
  const auto limit = world.now() + std::chrono::hours{1};
  const auto outcome = world.run_until([this] { return started.has_value(); }, limit);
  ASSERT_TRUE(outcome.done()) << sim::print_outcome(outcome);
  ASSERT_FALSE(*started) << started->message();
  ASSERT_TRUE(world.run_for(std::chrono::milliseconds{1}).done());
}

void gateway_rig::run(std::function<task<void>(gateway_rig&)> script) {
  start();
  const auto limit = world.now() + std::chrono::hours{48};
  auto outcome = world.run(*script_host, "script", play(std::move(script)), limit);
  ASSERT_TRUE(outcome.done()) << sim::print_outcome(outcome);
  stop->request();
  outcome = world.run_until([this] { return gateway_tasks_->size() == 0; }, limit);
  ASSERT_TRUE(outcome.done()) << sim::print_outcome(outcome);
  EXPECT_EQ(gateway_host->open_streams(), 0u);
}

void gateway_rig::prepare_again() {
  program.reset();
  started.reset();
  stop = std::make_unique<runtime::stop_source>(gateway_host->executor());
}

task<response> gateway_rig::send(request message, std::uint16_t port) {
  const runtime::endpoint to{"gateway", port};
  auto dialled = co_await script_host->network().dial(to, nullptr);
  response none;
  none.status = 0;
  if (!dialled) co_return none;
  runtime::http::client_connection connection{std::move(dialled.value()), runtime::http::limits{}};
  message.headers.add("Host", "gateway");
  auto answer = co_await connection.roundtrip(std::move(message));
  connection.close();
  if (!answer) co_return none;
  co_return std::move(answer.value());
}

task<response> gateway_rig::call(std::string method, std::string target, std::string body,
                                 std::string_view secret) {
  request message;
  message.method = std::move(method);
  message.target = std::move(target);
  message.body = std::move(body);
  if (!secret.empty()) message.headers.add("X-Internal-Service", std::string{secret});
  co_return co_await send(std::move(message), program->caller_port());
}

task<issued_cluster> gateway_rig::create_cluster(std::string name, std::string_view secret) {
  std::string body = "{\"cluster_name\":\"" + name + "\"}";
  const response answer = co_await call("POST", "/api/v1/team/k8s-clusters", std::move(body), secret);
  EXPECT_EQ(answer.status, 201) << answer.body;
  co_return issued_cluster{member(answer.body, "cluster_id"), member(answer.body, "token")};
}

task<response> gateway_rig::execute(std::string cluster_id, std::string more, std::string_view secret) {
  std::string body =
      "{\"cluster_id\":\"" + cluster_id + "\",\"command\":\"list_pods\",\"params\":{}" + more + "}";
  co_return co_await call("POST", "/internal/execute", std::move(body), secret);
}

task<void> gateway_rig::sleep(duration span) { EXPECT_FALSE(co_await script_host->clock().sleep_for(span)); }

task<std::string> gateway_rig::metric(std::string line_start) {
  const response answer = co_await call("GET", "/metrics", {}, {});
  const std::size_t at = answer.body.find('\n' + line_start + ' ');
  if (at == std::string::npos) co_return std::string{"no such line"};
  const std::size_t from = at + line_start.size() + 2;
  co_return answer.body.substr(from, answer.body.find('\n', from) - from);
}

runtime::task<void> execute_into(gateway_rig& rig, std::string cluster, std::string more, running_call& out) {
  out.answer = co_await rig.execute(std::move(cluster), std::move(more));
  out.ended = rig.now();
  out.done = true;
}

}  // namespace kitfox::gateway::test
