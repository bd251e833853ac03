// The registry of clusters and keys, when others use it too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <array>

#include <filesystem>

#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;
namespace fs = std::filesystem;

class folder_of_test {
 public:
  folder_of_test() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    path_ = fs::temp_directory_path() / ("kitfox-registry-" + std::to_string(getpid()) + "-" + name);
    fs::create_directory(path_);
  }
  ~folder_of_test() { fs::remove_all(path_); }
  [[nodiscard]] std::unique_ptr<store> open() const {
    auto opened = store::open((path_ / "gateway.db").string());
    EXPECT_TRUE(opened.has_value());
    return std::move(opened.value());
  }

 private:
  fs::path path_;
};

/// Two gateways on hosts of their own over one database file.
class SharedRegistry : public testing::Test {
 protected:
  void run(task<void> (*script)(SharedRegistry&)) {
    rig_.clusters = folder_.open();
    rig_.keys = std::make_unique<breakable_keys>(*rig_.clusters);
    gateway_options options = rig_.options;
    options.agent_listen.host = options.caller_listen.host = "other";
    other_.emplace(gateway_parts{other_host_, *other_clusters_, other_keys_, other_audit_, {}, {}}, options);
    tasks_.spawn("other gateway", serve_other());
    rig_.run([this, script](gateway_rig&) { return script(*this); });
    other_stop_.request();
    ASSERT_TRUE(rig_.world.run_until([this] { return tasks_.size() == 0; }, rig_.world.now() + 1h).done());
    other_.reset();
    rig_.program.reset();
  }
  /// A DELETE below /api/v1/team/k8s-clusters/, at the other gateway.
  task<int> revoke_elsewhere(std::string target) {
    const runtime::endpoint to{"other", other_->caller_port()};
    auto dialled = co_await rig_.script_host->network().dial(to, nullptr);
    if (!dialled) co_return 0;
    runtime::http::client_connection connection{std::move(dialled.value()), runtime::http::limits{}};
    runtime::http::request message;
    message.method = "DELETE";
    message.target = "/api/v1/team/k8s-clusters/" + target;
    message.headers.add("Host", "other");
    message.headers.add("X-Internal-Service", std::string{acme_secret});
    const auto answer = co_await connection.roundtrip(std::move(message));
    connection.close();
    co_return answer ? answer->status : 0;
  }

  folder_of_test folder_;
  gateway_rig rig_;

 private:
  task<void> serve_other() {
    EXPECT_FALSE(co_await other_->start());
    co_await other_->run(other_stop_);
  }

  sim::sim_host& other_host_ = rig_.world.start_host("other");
  std::unique_ptr<store> other_clusters_ = folder_.open();
  store_keys other_keys_{*other_clusters_};
  breakable_audit other_audit_{other_host_.clock()};
  runtime::stop_source other_stop_{other_host_.executor()};
  runtime::task_group tasks_{other_host_};
  std::optional<gateway> other_;

 public:
  static task<void> revoke_one_of_many(SharedRegistry& in);
  static task<void> revoke_during_an_outage(SharedRegistry& in);
};

std::string id_of_key(const issued_cluster& cluster) { return cluster.key.substr(0, cluster.key.find('.')); }

task<void> SharedRegistry::revoke_one_of_many(SharedRegistry& in) {
  gateway_rig& rig = in.rig_;
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const issued_cluster staging = co_await rig.create_cluster("staging");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  std::vector<std::unique_ptr<test_agent>> others;
  for (int number = 0; number < 150; ++number) {
    const issued_cluster more = co_await rig.create_cluster("more-" + std::to_string(number));
    others.push_back(std::make_unique<test_agent>(rig, more.key, "one"));
    EXPECT_EQ(co_await others.back()->connect(), 200);
  }
  co_await rig.sleep(20s);
  running_call call;
  rig.beside(execute_into(rig, prod.id, ",\"timeout\":100", call));
  EXPECT_TRUE((co_await agent.next("command")).has_value());
  const runtime::mono_time began = rig.now();
  EXPECT_EQ(co_await in.revoke_elsewhere(prod.id + "/keys/" + id_of_key(prod)), 204);
  EXPECT_EQ(co_await agent.post("/agent/heartbeat", ""), 401);
  co_await agent.wait_for_end(30s);
  EXPECT_FALSE(agent.open());
  EXPECT_LE(agent.ended_at - began, rig.options.key_check_interval + 1s);
  co_await rig.join();
  EXPECT_EQ(member(call.answer.body, "error_code"), "unavailable");
  EXPECT_LE(call.ended - began, rig.options.key_check_interval + 1s);
  co_await rig.sleep(20s);
  for (const auto& one : others) {
    EXPECT_TRUE(one->open());
    co_await one->leave();
  }
  EXPECT_TRUE(rig.audit->contains(R"("outcome":"revoked")"));
}
TEST_F(SharedRegistry, ARevocationByAnotherGatewayCutsTheStreamsOfThatKeyAndNoOthers) {
  run(revoke_one_of_many);
}

task<void> SharedRegistry::revoke_during_an_outage(SharedRegistry& in) {
  gateway_rig& rig = in.rig_;
  const issued_cluster prod = co_await rig.create_cluster("prod");
  test_agent agent{rig, prod.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  rig.keys->down = true;
  EXPECT_EQ(co_await in.revoke_elsewhere(prod.id), 204);
  co_await rig.sleep(60s);
  EXPECT_TRUE(agent.open()) << "nobody knows that the key was revoked";
  rig.keys->down = false;
  co_await agent.wait_for_end(rig.options.key_check_interval + 1s);
  EXPECT_FALSE(agent.open());
}
TEST_F(SharedRegistry, KeysThatCouldNotBeCheckedAreCheckedOnceTheyCanBe) { run(revoke_during_an_outage); }

/// Changes that wait for a lock, as for another process.
class patient_writer final : public key_writer {
 public:
  patient_writer(store& to, runtime::clock& time) : inner_{to}, time_{time} {}
  task<runtime::error_code> create_cluster(cluster_record cluster, key_record key, std::size_t max) override {
    if (const runtime::error_code gone = co_await time_.sleep_for(lock)) co_return gone;
    co_return co_await inner_.create_cluster(std::move(cluster), std::move(key), max);
  }
  task<runtime::error_code> add_key(key_record key, std::size_t max) override {
    if (const runtime::error_code gone = co_await time_.sleep_for(lock)) co_return gone;
    co_return co_await inner_.add_key(std::move(key), max);
  }
  task<runtime::error_code> revoke_key(std::string key_id, runtime::wall_time at) override {
    if (const runtime::error_code gone = co_await time_.sleep_for(lock)) co_return gone;
    co_return co_await inner_.revoke_key(std::move(key_id), at);
  }
  task<runtime::result<std::vector<std::string>>> revoke_cluster(std::string cluster_id,
                                                                 runtime::wall_time at) override {
    if (const runtime::error_code gone = co_await time_.sleep_for(lock)) co_return gone;
    co_return co_await inner_.revoke_cluster(std::move(cluster_id), at);
  }
  duration lock{0};

 private:
  store_writer inner_;
  runtime::clock& time_;
};

struct slow_change {
  runtime::http::response answer;
  runtime::mono_time ended{};
};
task<void> change_into(gateway_rig& rig, std::string method, std::string target, std::string body,
                       slow_change& out) {
  auto calling = rig.call(std::move(method), std::move(target), std::move(body));
  runtime::http::response answer = co_await std::move(calling);
  out.answer = std::move(answer);
  out.ended = rig.now();
}

task<void> work_beside_changes(gateway_rig& rig) {
  auto& writer = static_cast<patient_writer&>(*rig.changes);
  const issued_cluster prod = co_await rig.create_cluster("prod");
  const issued_cluster other = co_await rig.create_cluster("other");
  test_agent agent{rig, prod.key, "one"}, doomed{rig, other.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);
  EXPECT_EQ(co_await doomed.connect(), 200);
  writer.lock = 2s;
  const runtime::mono_time began = rig.now();
  slow_change created, revoked, added;
  const std::string clusters = "/api/v1/team/k8s-clusters";
  rig.beside(change_into(rig, "POST", clusters, "{\"cluster_name\":\"third\"}", created));
  rig.beside(change_into(rig, "DELETE", clusters + "/" + other.id, "", revoked));
  rig.beside(change_into(rig, "POST", clusters + "/" + prod.id + "/keys", "{}", added));
  co_await rig.sleep(1ms);
  std::array<running_call, 5> calls;  // as long as what fills them
  for (running_call& call : calls) {
    EXPECT_EQ(co_await agent.post("/agent/heartbeat", ""), 200);
    rig.beside(execute_into(rig, prod.id, "", call));
    const auto command = co_await agent.next("command");
    EXPECT_TRUE(command.has_value());
    if (!command) co_return;
    EXPECT_EQ(co_await agent.respond(command->id), 200);
  }
  EXPECT_LE(rig.now() - began, 100ms) << "the hub goes on with its work";
  EXPECT_TRUE(doomed.open());
  co_await rig.join();
  EXPECT_EQ(created.answer.status, 201);
  EXPECT_EQ(revoked.answer.status, 204);
  EXPECT_EQ(added.answer.status, 201);
  EXPECT_GE(created.ended - began, 2s);
  EXPECT_LE(revoked.ended - began, 2100ms);
  EXPECT_FALSE(doomed.open());
  co_await doomed.leave();
  co_await agent.leave();
}
TEST(SlowRegistry, AChangeThatWaitsForTheLockHoldsNobodyElseUp) {
  gateway_rig rig;
  patient_writer writer{*rig.clusters, rig.gateway_host->clock()};
  rig.changes = &writer;
  rig.run(work_beside_changes);
  rig.program.reset();
}

}  // namespace
}  // namespace kitfox::gateway::test
