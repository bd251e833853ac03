// Every fault of the table shows the same at both ends, over a simulated link and over real sockets, plain
// and with TLS.
#include <gtest/gtest.h>

#include <set>

#include "fakes/fault/test/socket_bench.hpp"
#include "fakes/sim/certificate.hpp"
#include "fakes/sim/simulation.hpp"
#include "fakes/test/fault_bench.hpp"

namespace kitfox::test {
namespace {

using namespace std::chrono_literals;
using runtime::task;

/// What is drawn on the link does not depend on the world it is in.
constexpr std::uint64_t link_seed = 1;

class one_link final : public sim::path_source {
 public:
  explicit one_link(sim::simulation& in, fault::firing_observer& firings)
      : link{
            {"client->server", {1ms, {}, 0, 64 * 1024}}, *random_, &firings, [&in](std::uint64_t connection) {
              in.on_link_changed(connection);
            }} {}
  sim::opened_path open(const sim::path_request& request) override {
    return {link.open(request.connection), link.name()};
  }

 private:
  std::unique_ptr<runtime::entropy> random_ = runtime::make_seeded_entropy(link_seed);

 public:
  fault::link link;
};

enum class speaking { plain, tls };

struct sim_places {
  fault::firing_log firings{1000};
  sim::simulation world{{}};
  sim::sim_host& client = world.start_host("client");
  sim::sim_host& server = world.start_host("server");
  one_link wire{world, firings};
  std::unique_ptr<runtime::listener> listening;
};

class sim_bench final : private sim_places, public fault_bench {
 public:
  explicit sim_bench(speaking how) : fault_bench{client, server} {
    world.use_paths(wire);
    if (how == speaking::plain) return;
    const sim::certificate good{{"server"}, world.wall_now() - 24h, world.wall_now() + 24h, "test-ca", 7};
    identity_ =
        server.network().make_tls_server({print_certificate(good), print_private_key(good), {}}).value();
    trust_ = client.network().make_tls_client({sim::print_authority("test-ca"), {}, {}}).value();
  }
  ~sim_bench() override { EXPECT_TRUE(world.shut_down().empty()); }

  void run(const fault_case& what) {
    EXPECT_TRUE(world.run(server, "listen", listen()).done());
    const sim::run_outcome outcome = world.run(client, "script", play(*this, what), world.now() + 1h);
    EXPECT_TRUE(outcome.done()) << sim::print_outcome(outcome);
  }
  fault::link& through() override { return wire.link; }
  fault::firing_log& firings() override { return sim_places::firings; }
  runtime::endpoint front() override { return {"server", 8443}; }
  runtime::listener& upstream() override { return *listening; }
  std::shared_ptr<runtime::tls_client> trusting() override { return trust_; }

 private:
  task<void> listen() {
    const runtime::endpoint at{"", 8443};
    auto made = co_await server.network().listen(at, identity_);
    EXPECT_TRUE(made.has_value());
    listening = std::move(*made);
  }
  std::shared_ptr<runtime::tls_server> identity_;  // owners: the bench, its listener
  std::shared_ptr<runtime::tls_client> trust_;     // owners: the bench, its dials
};

class relay_bench final : public fault_bench {
 public:
  explicit relay_bench(fault::test::socket_bench& in, std::shared_ptr<runtime::tls_client> trust)
      : fault_bench{*in.host, *in.host}, in_{in}, trust_{std::move(trust)} {}
  fault::link& through() override { return in_.subject->through(); }
  fault::firing_log& firings() override { return in_.firings; }
  runtime::endpoint front() override { return in_.subject->local(); }
  runtime::listener& upstream() override { return *in_.upstream; }
  std::shared_ptr<runtime::tls_client> trusting() override { return trust_; }

 private:
  fault::test::socket_bench& in_;
  std::shared_ptr<runtime::tls_client> trust_;  // owners: the bench, its dials
};

task<void> play_over_relay(fault::test::socket_bench& in, fault_case what,
                           std::shared_ptr<runtime::tls_client> trust) {
  relay_bench ends{in, std::move(trust)};
  co_await play(ends, what);
  ends.at_client.cancel();
  ends.at_server.cancel();
  co_await ends.at_client.join();
  co_await ends.at_server.join();
}

void play_over_sockets(const fault_case& what, speaking how) {
  const auto random = runtime::make_seeded_entropy(link_seed);
  fault::relay_options settings;
  settings.random = random.get();
  using fault::test::socket_bench;
  if (how == speaking::plain) {
    socket_bench bench{std::move(settings)};
    bench.run([&what](socket_bench& in) { return play_over_relay(in, what, nullptr); });
  } else {
    socket_bench bench{socket_bench::with_tls{}, std::move(settings)};
    bench.run([&what](socket_bench& in) { return play_over_relay(in, what, in.trusting()); });
  }
}

std::vector<fault_case> cases_without_tls() {
  std::vector<fault_case> some = fault_table();
  std::erase_if(some, [](const fault_case& one) { return one.needs_tls(); });
  return some;
}

std::string name_of(const testing::TestParamInfo<fault_case>& one) { return one.param.name; }

}  // namespace

void PrintTo(const fault_case& one, std::ostream* to) { *to << one.kind << " " << one.json; }

namespace {

class FaultTable : public testing::TestWithParam<fault_case> {};

TEST_P(FaultTable, ShowsTheSameInASimulation) { sim_bench{speaking::plain}.run(GetParam()); }
TEST_P(FaultTable, ShowsTheSameOverSockets) { play_over_sockets(GetParam(), speaking::plain); }

class FaultTableOverTls : public testing::TestWithParam<fault_case> {};

TEST_P(FaultTableOverTls, ShowsTheSameInASimulation) { sim_bench{speaking::tls}.run(GetParam()); }
TEST_P(FaultTableOverTls, ShowsTheSameOverSockets) { play_over_sockets(GetParam(), speaking::tls); }

INSTANTIATE_TEST_SUITE_P(Faults, FaultTable, testing::ValuesIn(cases_without_tls()), name_of);
INSTANTIATE_TEST_SUITE_P(Faults, FaultTableOverTls, testing::ValuesIn(fault_table()), name_of);

TEST(FaultTableAsAWhole, HasEveryFaultOfTheRegistry) {
  std::set<std::string> played;
  for (const fault_case& one : fault_table()) played.insert(one.kind);
  for (const fault::fault_kind& kind : fault::registry::standard().kinds()) {
    EXPECT_TRUE(played.contains(kind.name)) << kind.name << ": add a case to fault_table*.cpp";
  }
}

}  // namespace
}  // namespace kitfox::test
