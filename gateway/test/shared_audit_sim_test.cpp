// An audit that several gateways keep, and what becomes of records that cannot be written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "gateway/audit_log.hpp"
#include "gateway/test/gateway_rig.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

/// Every event as text, "name field=value ...".
class told_events final : public runtime::event_sink {
 public:
  void emit(runtime::severity, std::string_view event,
            std::span<const runtime::event_field> fields) override {
    std::string line{event};
    for (const runtime::event_field& one : fields) {
      line += ' ' + std::string{one.name} + '=';
      if (const auto* text = std::get_if<std::string_view>(&one.value)) line += *text;
      if (const auto* number = std::get_if<std::uint64_t>(&one.value)) line += std::to_string(*number);
    }
    lines.push_back(std::move(line));
  }
  std::vector<std::string> lines;
};

/// The file of an audit, gone at the end.
class audit_file {
 public:
  audit_file()
      : path_{(std::filesystem::temp_directory_path() / ("kitfox-shared-audit-" + std::to_string(getpid())))
                  .string()} {}
  ~audit_file() {
    for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + part);
  }
  audit_file(const audit_file&) = delete;
  audit_file& operator=(const audit_file&) = delete;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

/// What one gateway has of an audit.
struct one_keeper {
  one_keeper(sim::simulation& world, const std::string& name, audit_sink& to)
      : on{world.start_host(name, {&events, {}, {}})}, log{on, to, limits}, tasks{on} {
    EXPECT_FALSE(log.open());
    tasks.spawn("audit", log.run());
  }
  told_events events;
  sim::sim_host& on;
  gateway_limits limits;
  audit_log log;
  runtime::task_group tasks;
};

task<void> record(one_keeper& by, std::string actor, std::size_t count) {
  audit_record what;
  what.actor = actor;
  std::uint64_t last = 0;
  for (std::size_t written = 0; written < count; ++written) {
    const auto number = by.log.append(what);
    EXPECT_TRUE(number.has_value());
    if (number) last = number.value();
  }
  EXPECT_FALSE(co_await by.log.durable(last)) << actor;
}

task<void> take_turns(one_keeper& first, one_keeper& second) {
  for (std::size_t round = 1; round < 4; ++round) {
    co_await record(second, "second", round);
    co_await record(first, "first", 2 * round);
  }
  first.log.stop();
  second.log.stop();
}

TEST(SharedAudit, OfTwoGatewaysThatWriteInTurnIsOneChain) {
  const audit_file file;
  auto one = audit_store::open(file.path());
  auto other = audit_store::open(file.path());
  ASSERT_TRUE(one.has_value() && other.has_value());
  sim::simulation world;
  {
    one_keeper first{world, "gateway-1", *one.value()};
    one_keeper second{world, "gateway-2", *other.value()};
    const auto outcome = world.run(first.on, "turns", take_turns(first, second), world.now() + 1h);
    ASSERT_TRUE(outcome.done()) << sim::print_outcome(outcome);
    ASSERT_TRUE(world.run_for(2s).done());
    EXPECT_FALSE(first.log.down() || second.log.down());
  }
  const auto lines = one.value()->read(0, 100);
  ASSERT_TRUE(lines.has_value());
  ASSERT_EQ(lines.value().size(), 6u + 12u) << "each record is there once";
  audit_head head = empty_audit();
  for (const audit_line& line : lines.value())
    EXPECT_FALSE(verify_audit_line(line, head)) << line.sequence << ' ' << line.text;
  EXPECT_TRUE(world.shut_down().empty());
}

task<void> break_off(one_keeper& keeper, breakable_audit& to) {
  audit_record what;
  EXPECT_TRUE(keeper.log.append(what).has_value());
  EXPECT_FALSE(co_await keeper.log.durable(1));
  to.down = true;
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(keeper.log.append(what).has_value());
    const auto cancelled = co_await keeper.on.clock().sleep_for(1s);
    EXPECT_FALSE(cancelled);
  }
  keeper.log.stop();
}

TEST(SharedAudit, RecordsThatCannotBeWrittenAtTheEndAreToldWithTheirTimes) {
  sim::simulation world;
  breakable_audit to{world.start_host("disk").clock()};
  {
    one_keeper keeper{world, "gateway", to};
    ASSERT_TRUE(world.run(keeper.on, "break off", break_off(keeper, to), world.now() + 1h).done());
    ASSERT_TRUE(world.run_for(2s).done());
    EXPECT_EQ(keeper.log.pending(), 3u);
    EXPECT_THAT(keeper.events.lines, Contains("audit_failed reason=sink refused"));
    EXPECT_THAT(keeper.events.lines,
                Contains(AllOf(HasSubstr("audit_lost count=3 first="), HasSubstr("last="))));
  }
  EXPECT_TRUE(world.shut_down().empty());
}

TEST(SharedAudit, AFailureIsToldInTheWordsOfTheDatabase) {
  const audit_file file;
  const auto made = audit_store::open(file.path());
  ASSERT_TRUE(made.has_value());
  auto reader = audit_store::open_to_read(file.path());
  ASSERT_TRUE(reader.has_value());
  sim::simulation world;
  {
    one_keeper keeper{world, "gateway", *reader.value()};
    EXPECT_TRUE(keeper.log.append({}).has_value());
    ASSERT_TRUE(world.run_for(2s).done());
    EXPECT_TRUE(keeper.log.down());
    EXPECT_THAT(keeper.events.lines, Contains(HasSubstr("audit_failed reason=attempt to write a readonly")));
    keeper.log.stop();
    ASSERT_TRUE(world.run_for(2s).done());
  }
  EXPECT_TRUE(world.shut_down().empty());
}

task<void> run_over_a_broken_audit(gateway_rig& rig, int& code) {
  code = co_await run_gateway(*rig.gateway_host, rig.options, *rig.clusters, *rig.audit, *rig.stop);
}

task<void> be_refused_and_stop(gateway_rig& rig) {
  co_await rig.sleep(1s);
  rig.audit->down = true;
  runtime::http::request connect;
  connect.target = "/agent/connect";
  EXPECT_EQ((co_await rig.send(std::move(connect), rig.options.agent_listen.port)).status, 401);
  co_await rig.sleep(1s);
  rig.stop->request();
}

TEST(SharedAudit, AGatewayThatEndsWithoutItsLastRecordsSaysSoInItsExitCode) {
  gateway_rig rig;
  int code = -1;
  runtime::task_group running{*rig.gateway_host};
  running.spawn("gateway", run_over_a_broken_audit(rig, code));
  const auto limit = rig.world.now() + 1h;
  ASSERT_TRUE(rig.world.run(*rig.script_host, "script", be_refused_and_stop(rig), limit).done());
  ASSERT_TRUE(rig.world.run_until([&] { return running.size() == 0; }, limit).done());
  EXPECT_EQ(code, static_cast<int>(exit_code::store_failed));
}

task<void> ask_for_readiness(gateway_rig& rig, int status, std::string body) {
  const auto told = co_await rig.call("GET", "/ready");
  EXPECT_EQ(told.status, status);
  EXPECT_EQ(told.body, body);
  runtime::http::request at_agents;
  at_agents.target = "/ready";
  const auto told_there = co_await rig.send(std::move(at_agents), rig.program->agent_port());
  EXPECT_EQ(told_there.status, status);
  EXPECT_EQ(told_there.body, body);
}

task<void> fail_and_recover(gateway_rig& rig) {
  const issued_cluster prod = co_await rig.create_cluster("prod");
  co_await ask_for_readiness(rig, 200, R"({"status":"ready"})");
  rig.audit->down = true;
  EXPECT_EQ((co_await rig.execute(prod.id)).status, 503);
  co_await rig.sleep(1s);
  co_await ask_for_readiness(rig, 503, R"({"status":"audit_down"})");
  rig.audit->down = false;
  co_await rig.sleep(2s);
  co_await ask_for_readiness(rig, 200, R"({"status":"ready"})");
}

TEST(SharedAudit, WhileItCannotBeWrittenTheGatewayIsNotReadyOnEitherListener) {
  gateway_rig rig;
  rig.run(fail_and_recover);
}

}  // namespace
}  // namespace kitfox::gateway::test
