#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "fakes/pki/authority.hpp"
#include "gateway/audit_record.hpp"
#include "gateway/audit_store.hpp"
#include "gateway/gateway.hpp"
#include "gateway/sqlite.hpp"
#include "gateway/threaded_audit.hpp"
#include "gateway/threaded_writer.hpp"
#include "protocol/sse_decoder.hpp"
#include "runtime/deadline.hpp"
#include "runtime/host_thread.hpp"
#include "runtime/http/client.hpp"
#include "runtime/json_lines_sink.hpp"
#include "runtime/notifier.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::gateway {
namespace {

using namespace std::chrono_literals;
using runtime::error_code;
using runtime::task;
using runtime::http::request;
using runtime::http::response;

constexpr std::size_t agents_count = 24, calls_count = 90;

/// A gateway on this thread and two more, with its audit on another, over TLS, with its agents and callers on
/// this thread.
class threads_bench {
 public:
  threads_bench() {
    options_.agent_listen = options_.caller_listen = {"127.0.0.1", 0};
    const pki::identity identity = authority_.issue("127.0.0.1");
    options_.agent_tls = runtime::tls_server_options{identity.certificate_pem, identity.private_key_pem, {}};
    options_.pepper = "pepper";
    options_.callers = {{"acme", secret, caller_role::admin, tenant{"acme", "payments"}}};
    options_.drain_window = 500ms;
    runtime::tls_client_options trust;
    trust.authorities_pem = authority_.certificate_pem();
    tls_ = host_->network().make_tls_client(trust).value();
    for (auto& one : threads_) one = std::make_unique<runtime::host_thread>(*events_);
  }
  void run() {
    served_.emplace(
        gateway_parts{*host_, *clusters_, keys_, audit_, {}, {&threads_[0]->on(), &threads_[1]->on()}},
        options_);
    EXPECT_EQ(host_->run(play()), 0);
    for (const auto& one : threads_) one->join();
    served_.reset();
  }
  std::size_t delivered = 0, answered = 0, ended = 0, connected = 0;

 private:
  static constexpr const char* secret = "a secret of the callers of acme";

  task<std::optional<runtime::http::client_connection>> dial(bool agents) {
    const runtime::endpoint to{"127.0.0.1", agents ? served_->agent_port() : served_->caller_port()};
    std::shared_ptr<runtime::tls_client> tls;
    if (agents) tls = tls_;
    auto made = co_await host_->network().dial(to, tls);
    if (made.has_error()) co_return std::nullopt;
    co_return runtime::http::client_connection{std::move(made.value()), runtime::http::limits{}};
  }
  task<response> send(request message, bool agents) {
    response answer;
    answer.status = 0;
    auto on = co_await dial(agents);
    if (!on) co_return answer;
    message.headers.add("Host", "gateway");
    auto got = co_await on->roundtrip(std::move(message));
    on->close();
    if (got) answer = std::move(got.value());
    co_return answer;
  }
  task<response> call(std::string method, std::string target, std::string body) {
    request message;
    message.method = std::move(method);
    message.target = std::move(target);
    message.body = std::move(body);
    message.headers.add("X-Internal-Service", secret);
    co_return co_await send(std::move(message), false);
  }
  static std::string member(const response& from, const char* name) {
    const auto parsed = nlohmann::json::parse(from.body, nullptr, false);
    return parsed.is_object() && parsed.contains(name) && parsed[name].is_string()
               ? parsed[name].get<std::string>()
               : std::string{};
  }
  task<void> answer(std::string key, std::string request_id) {
    request message;
    message.method = "POST";
    message.target = "/agent/response/" + request_id;
    message.headers.add("Authorization", "Bearer " + key);
    message.body = "{\"request_id\":\"" + request_id + "\",\"ok\":true,\"result\":{}}";
    const response got = co_await send(std::move(message), true);
    answered += got.status == 200 ? 1U : 0U;
  }
  task<void> live_as_agent(std::string key, std::string instance, runtime::task_group& answers) {
    auto on = co_await dial(true);
    if (!on) co_return;
    request message;
    message.target = "/agent/connect?instance_id=" + instance;
    message.headers.add("Host", "gateway");
    message.headers.add("Authorization", "Bearer " + key);
    const auto head = co_await on->start(std::move(message));
    if (!head || head->status != 200) co_return;
    ++connected;
    moved_.notify_all();
    protocol::sse_decoder decoder;
    for (bool more = true; more;) {
      const auto bytes = co_await on->read_body();
      if (!bytes || bytes->empty()) break;
      const auto take = [&](const protocol::sse_event& event) {
        if (event.type != "command") return;
        ++delivered;
        answers.spawn("answer", answer(key, std::string{event.id}));
      };
      more = !decoder.feed(*bytes, take);
    }
    on->close();
    ++ended;
    moved_.notify_all();
  }
  task<void> execute(std::string cluster) {
    const response got = co_await call("POST", "/internal/execute",
                                       "{\"cluster_id\":\"" + cluster + "\",\"command\":\"list_pods\"}");
    EXPECT_EQ(got.status, 200) << got.body;
  }
  task<error_code> script() {
    std::vector<std::string> ids, keys;
    for (std::size_t number = 0; number < 3; ++number) {
      const response made = co_await call("POST", "/api/v1/team/k8s-clusters",
                                          "{\"cluster_name\":\"c" + std::to_string(number) + "\"}");
      ids.push_back(member(made, "cluster_id"));
      keys.push_back(member(made, "token"));
    }
    runtime::task_group agents{*host_}, answers{*host_}, calls{*host_};
    for (std::size_t number = 0; number < agents_count; ++number)
      agents.spawn("agent", live_as_agent(keys[number % 3], "i" + std::to_string(number), answers));
    while (connected < agents_count) {
      if (const error_code late = co_await moved_.wait()) break;
    }
    for (std::size_t number = 0; number < calls_count; ++number)
      calls.spawn("call", execute(ids[number % 3]));
    co_await calls.join();
    EXPECT_EQ(delivered, calls_count);
    const response gone = co_await call("DELETE", "/api/v1/team/k8s-clusters/" + ids[0], {});
    EXPECT_EQ(gone.status, 204);
    while (ended < agents_count / 3) {
      if (const error_code late = co_await moved_.wait()) break;
    }
    stop_.request();
    co_await agents.join();
    co_await answers.join();
    co_return error_code{};
  }
  task<int> play() {
    if (co_await served_->start()) co_return 1;
    runtime::task_group serving{*host_};
    serving.spawn("gateway", served_->run(stop_));
    const error_code late = co_await runtime::with_timeout(host_->clock(), 60s, script());
    stop_.request();
    co_await serving.join();
    co_return late ? 2 : 0;
  }

  std::unique_ptr<runtime::event_sink> events_ =
      runtime::make_json_lines_sink({runtime::severity::error, 4096, "stderr"});
  std::unique_ptr<runtime::real_host> host_ = runtime::real_host::make(*events_);
  runtime::notifier moved_{host_->executor()};  ///< An agent has connected, or ended.
  std::array<std::unique_ptr<runtime::host_thread>, 2> threads_;
  pki::authority authority_;
  std::shared_ptr<runtime::tls_client> tls_;  // owners: this, every dial
  std::unique_ptr<store> clusters_ = store::open(":memory:").value();
  threaded_audit audit_{*host_, *events_, audit_store::open(":memory:").value()};
  store_keys keys_{*clusters_};
  gateway_options options_;
  runtime::stop_source stop_{host_->executor()};
  std::optional<gateway> served_;
};

task<int> append_lines(threaded_audit& audit, audit_store& kept) {
  audit_head head = empty_audit();
  for (int group_number = 0; group_number < 100; ++group_number) {
    std::vector<audit_line> group;
    for (int line = 0; line < 2; ++line) group.push_back(print_audit_line({}, {}, 256, head));
    if (const error_code failure = co_await audit.append(group)) co_return 1;
  }
  // Nothing is under way, so the store may be read from here.
  const auto lines = kept.read(0, 1000);
  co_return lines && lines->size() == 200 ? 0 : 2;
}

task<void> revoke_into(key_writer& writer, std::string key_id, std::optional<error_code>& out) {
  out = co_await writer.revoke_key(std::move(key_id), runtime::wall_time{3s});
}

/// Revokes a key while another connection holds the file's write lock, on the thread that asks for it.
task<int> change_behind_a_lock(runtime::host& front, threaded_writer& writer, store& reads,
                               sqlite::database& rival) {
  const cluster_record cluster{"c1", "prod", "prod", {"acme", "payments"}, runtime::wall_time{1s}, {}};
  key_record key;
  key.key_id = "k1";
  key.cluster_id = "c1";
  if (co_await writer.create_cluster(cluster, key, 9)) co_return 1;
  key.key_id = "k2";
  if (co_await writer.add_key(key, 9)) co_return 2;
  if (co_await writer.add_key(key, 2) != gateway_errc::quota_exceeded) co_return 3;
  if (rival.run("BEGIN IMMEDIATE")) co_return 4;
  std::optional<error_code> ended;
  runtime::task_group side{front};
  side.spawn("revoke", revoke_into(writer, "k1", ended));
  const auto found = reads.find_key("k1");
  if (!found || !found.value() || ended) co_return 5;
  // Were the lock waited for here, nobody would ever give it back.
  if (rival.run("COMMIT")) co_return 6;
  co_await side.join();
  if (!ended || *ended || !reads.find_key("k1").value()->revoked_at) co_return 7;
  const auto revoked = co_await writer.revoke_cluster("c1", runtime::wall_time{4s});
  co_return revoked&& revoked.value() == std::vector<std::string>{"k2"} ? 0 : 8;
}

TEST(Threads, AChangeThatWaitsForAnotherProcessLeavesTheAskingThreadFree) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("kitfox-writer-" + std::to_string(getpid()) + ".db"))
          .string();
  runtime::no_events events;
  const auto front = runtime::real_host::make(events);
  {
    threaded_writer writer{*front, events, store::open(path).value()};
    const auto reads = store::open(path).value();
    auto rival = sqlite::database::open(path).value();
    EXPECT_EQ(front->run(change_behind_a_lock(*front, writer, *reads, rival)), 0);
  }
  std::filesystem::remove(path);
}

TEST(Threads, AgentsOfAllThreadsAreServedRevokedAndDrained) {
  threads_bench bench;
  bench.run();
  EXPECT_EQ(bench.connected, agents_count);
  EXPECT_EQ(bench.delivered, calls_count);
  EXPECT_EQ(bench.answered, calls_count);
}

TEST(Threads, AuditLinesAreDurableWhenTheyAreReportedSoThoughTheirWriterIsAnotherThread) {
  runtime::no_events events;
  const auto front = runtime::real_host::make(events);
  auto store = audit_store::open(":memory:").value();
  audit_store& kept = *store;
  threaded_audit audit{*front, events, std::move(store)};
  EXPECT_EQ(front->run(append_lines(audit, kept)), 0);
}

}  // namespace
}  // namespace kitfox::gateway
