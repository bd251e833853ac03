#include "gateway/switchboard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/agent_desk.hpp"
#include "gateway/agent_session.hpp"
#include "gateway/test/gateway_rig.hpp"
#include "runtime/errc.hpp"

namespace kitfox::gateway::test {
namespace {

using namespace std::chrono_literals;
using runtime::error_code;
using runtime::task;
using testing::HasSubstr;
using testing::Not;

/// An exchange whose client takes what is written until it is told to stall.
class scripted_exchange final : public runtime::http::exchange {
 public:
  explicit scripted_exchange(runtime::host& on) : changed_{on.executor()} {}
  const runtime::http::request& incoming() const noexcept override { return request_; }
  runtime::endpoint peer() const override { return {"peer", 1}; }
  std::uint64_t connection_id() const noexcept override { return 1; }
  task<error_code> respond(runtime::http::response) override { co_return error_code{}; }
  task<error_code> begin_stream(runtime::http::response) override { co_return error_code{}; }
  task<error_code> write_chunk(std::string_view bytes) override {
    written += bytes;
    co_return co_await pass();
  }
  task<error_code> end_stream() override {
    stalls = stalls || stalls_at_end;
    co_return co_await pass();
  }
  task<error_code> client_gone() override {
    const error_code cancelled = co_await changed_.wait();
    co_return closed_ ? make_error_code(runtime::errc::end_of_stream) : cancelled;
  }
  void close() noexcept override {
    closed_ = true;
    changed_.notify_all();
  }
  void reset() noexcept override { close(); }
  std::string written;
  bool stalls = false, stalls_at_end = false;

 private:
  task<error_code> pass() {
    while (stalls && !closed_) {
      if (const error_code cancelled = co_await changed_.wait()) co_return cancelled;
    }
    co_return closed_ ? make_error_code(runtime::errc::not_connected) : error_code{};
  }
  runtime::http::request request_;
  runtime::notifier changed_;
  bool closed_ = false;
};

session_fsm make_machine(const gateway_options& options, const gateway_policy& policy, runtime::host& on) {
  session_fsm machine{options.limits, policy, {on.clock().now(), 1h, std::nullopt, 1s}};
  EXPECT_EQ(machine.push_event("hello"), outbox_answer::taken);
  return machine;
}

/// A switchboard that always wants the newest stream, and streams that a test drives by hand.
class SwitchboardStreams : public testing::Test {
 protected:
  struct line {
    line(SwitchboardStreams& in, const std::string& instance)
        : facts{in.board_.new_session(), "c", instance, "k", {"acme", "pay"}},
          call{in.host_},
          seat{in.seat_of(facts)},
          session{in.shard_, call, facts, make_machine(in.options_, in.policy_, in.host_)} {
      in.tasks_.spawn("line", in.serve(*this));
      in.step();
    }
    route facts;
    scripted_exchange call;
    std::unique_ptr<stream_seat> seat;
    agent_session session;
  };

  SwitchboardStreams() {
    policy_.choose_route = [](std::span<const route> all) {
      return all.empty() ? std::nullopt : std::optional{all.back().id};
    };
    EXPECT_FALSE(log_.open());
    tasks_.spawn("audit", log_.run());
  }
  std::unique_ptr<stream_seat> seat_of(const route& facts) {
    board_.open(shard_, facts, {}, "peer");
    return shard_.take_seat(facts.id);
  }
  task<void> serve(line& one) {
    const stream_end why = co_await one.session.run();
    one.seat->set_end(why);
    one.seat.reset();
  }
  std::shared_ptr<pending_call> execute(const std::string& id) {
    command_order order;
    order.cluster_id = "c";
    order.owner = {"acme", "pay"};
    order.command = "list_pods";
    order.timeout = 5s;
    auto call = board_.admit(id, std::move(order)).call;
    tasks_.spawn("launch", board_.launch(call));
    step();
    return call;
  }
  void step() { ASSERT_TRUE(world_.run_for(10ms).done()); }
  void finish() {
    board_.stop();
    shard_.deadlines().stop();
    log_.stop();
    step();
    EXPECT_EQ(tasks_.size(), 0u);
    EXPECT_EQ(board_.open_lines(), 0u);
  }

  sim::simulation world_;
  sim::sim_host& host_ = world_.start_host("gateway");
  gateway_options options_;
  gateway_policy policy_;
  metrics numbers_;
  breakable_audit sink_{host_.clock()};
  audit_log log_{host_, sink_, options_.limits};
  switchboard board_{host_, options_, policy_, log_, numbers_};
  runtime::task_group tasks_{host_}, errands_{host_};
  std::unique_ptr<store> clusters_ = store::open(":memory:").value();
  store_keys keys_{*clusters_};
  const bool draining_ = false;
  refusal_audit refusals_{host_, log_, options_.limits, board_.deadlines()};
  agent_desk desk_{{host_, options_, policy_, board_, log_, refusals_, numbers_, draining_}, keys_};
  agent_shard shard_{{host_, host_, errands_, options_, policy_, board_, desk_}};
};

TEST_F(SwitchboardStreams, ACommandPassesByAStreamThatIsAboutToEnd) {
  line older{*this, "older"}, newer{*this, "newer"};
  newer.call.stalls_at_end = true;
  newer.session.retire(stream_end::max_age);
  step();
  EXPECT_EQ(board_.open_lines(), 2u);
  const auto call = execute("one");
  EXPECT_THAT(older.call.written, HasSubstr("\"one\""));
  EXPECT_THAT(newer.call.written, Not(HasSubstr("\"one\"")));
  EXPECT_FALSE(call->outcome.has_value());
  finish();
}

TEST_F(SwitchboardStreams, ACommandIsUnavailableWhenTheOnlyStreamIsAboutToEnd) {
  line only{*this, "only"};
  only.call.stalls_at_end = true;
  only.session.retire(stream_end::max_age);
  step();
  EXPECT_EQ(execute("one")->outcome->end, command_end::unavailable);
  finish();
}

TEST_F(SwitchboardStreams, ACommandPassesByAFullOutboxAndIsBusyAfterASecondOne) {
  options_.limits.outbox_commands_max = 1;
  line third{*this, "third"}, second{*this, "second"}, newest{*this, "newest"};
  newest.call.stalls = true;
  execute("written");  // stands in the stalled write
  execute("queued");
  second.call.stalls = true;
  execute("passes");
  EXPECT_THAT(second.call.written, HasSubstr("\"passes\""));
  execute("queues there");
  EXPECT_EQ(execute("too many")->outcome->end, command_end::busy);
  EXPECT_THAT(third.call.written, Not(HasSubstr("command")));
  finish();
}

}  // namespace
}  // namespace kitfox::gateway::test
