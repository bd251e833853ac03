#include "agent/agent_session.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "protocol/error.hpp"
#include "runtime/errc.hpp"
#include "runtime/http/errc.hpp"

namespace kitfox::agent {
namespace {

using runtime::duration;
using runtime::errc;
using runtime::error_code;
using runtime::mono_time;
using namespace std::chrono_literals;

/// Always the same delay; keeps what it was told.
class recorded_delays final : public reconnect_policy {
 public:
  duration delay_after(const attempt_end& end) override {
    ends.push_back(end);
    return 7s;
  }
  unsigned consecutive_ends() const noexcept override { return static_cast<unsigned>(ends.size()); }
  std::vector<attempt_end> ends;
};

struct fixture {
  explicit fixture(session_options options = {}) : session{options, delays} {}

  session_action head(const stream_head& with) {
    start();
    return session.on_head(with, now);
  }
  void start() {
    EXPECT_EQ(session.on_start(now).step, session_step::dial);
    EXPECT_EQ(session.on_dialled(now).step, session_step::send_request);
  }
  session_action open() { return head({200, "text/event-stream", {}}); }
  void connect(protocol::connected_event event = {"c1", "welcome"}) {
    EXPECT_EQ(open().step, session_step::read);
    session.on_connected_event(event, now);
    EXPECT_EQ(session.on_bytes(now).step, session_step::read);
    EXPECT_TRUE(session.connected());
  }
  void pass(duration span) { now += span; }

  recorded_delays delays;
  agent_session session;
  mono_time now{100s};
};

TEST(AgentSession, DialsThenAsksThenReadsWithALimitForEach) {
  fixture f;
  session_action action = f.session.on_start(f.now);
  EXPECT_EQ(action.step, session_step::dial);
  EXPECT_EQ(action.until, f.now + 10s);
  f.pass(2s);
  action = f.session.on_dialled(f.now);
  EXPECT_EQ(action.step, session_step::send_request);
  EXPECT_EQ(action.until, f.now + 15s);
  f.pass(1s);
  action = f.session.on_head({200, "text/event-stream", {}}, f.now);
  EXPECT_EQ(action.step, session_step::read);
  EXPECT_EQ(action.until, f.now + 45s);
  EXPECT_FALSE(action.ended);
}

TEST(AgentSession, IsConnectedOnlyAfterTheConnectedEvent) {
  fixture f;
  EXPECT_EQ(f.open().step, session_step::read);
  EXPECT_EQ(f.session.state(), session_state::awaiting_connected);
  EXPECT_EQ(f.session.on_bytes(f.now).step, session_step::read);
  EXPECT_FALSE(f.session.connected());
  f.session.on_connected_event({"c1", "welcome"}, f.now);
  EXPECT_TRUE(f.session.connected());
}

TEST(AgentSession, MayBeToldToCountAsConnectedByTheHead) {
  session_options options;
  options.ready = ready_on::response_head;
  fixture f{options};
  EXPECT_EQ(f.open().step, session_step::read);
  EXPECT_TRUE(f.session.connected());
}

TEST(AgentSession, WaitsForConnectedOnlySoLongThoughBytesKeepComing) {
  fixture f;
  const mono_time begin = f.now;
  session_action action = f.open();
  for (int beat = 0; beat < 4; ++beat) {
    f.pass(10s);
    action = f.session.on_bytes(f.now);
    EXPECT_EQ(action.until, begin + 45s);
  }
  f.now = action.until;
  EXPECT_EQ(f.session.on_read_ended(errc::timed_out, f.now).ended->end.reason, end_reason::connected_timeout);
}

TEST(AgentSession, AllowsThreeHeartbeatIntervalsOfSilence) {
  fixture f;
  f.connect();
  f.pass(14s);
  EXPECT_EQ(f.session.on_bytes(f.now).until, f.now + 45s);
  EXPECT_EQ(f.session.last_byte(), f.now);
}

TEST(AgentSession, TakesTheHeartbeatIntervalFromConnectedAndClampsIt) {
  const std::vector<std::pair<std::chrono::milliseconds, duration>> cases{
      {5s, 15s}, {20s, 60s}, {1ms, 3s}, {24h, 15min}};
  for (const auto& [said, silence] : cases) {
    fixture f;
    protocol::connected_event event{"c1", "welcome"};
    event.heartbeat_interval = said;
    f.connect(event);
    EXPECT_EQ(f.session.on_bytes(f.now).until, f.now + silence);
  }
}

TEST(AgentSession, ForgetsTheIntervalOfThePreviousStream) {
  fixture f;
  protocol::connected_event event{"c1", "welcome"};
  event.heartbeat_interval = 2s;
  f.connect(event);
  EXPECT_EQ(f.session.on_read_ended({}, f.now).step, session_step::wait);
  f.pass(7s);
  EXPECT_EQ(f.session.on_waited(f.now).step, session_step::dial);
  EXPECT_EQ(f.session.on_dialled(f.now).step, session_step::send_request);
  EXPECT_EQ(f.session.on_head({200, "text/event-stream", {}}, f.now).until, f.now + 45s);
}

TEST(AgentSession, HasNoWatchdogWhenTheOptionsSaySo) {
  session_options options;
  options.watchdog_intervals = 0;
  fixture f{options};
  f.connect();
  EXPECT_GE(f.session.on_bytes(f.now).until, f.now + 24h);
}

TEST(AgentSession, TakesNoStreamInACodingItNeverAskedFor) {
  fixture f;
  const session_action action = f.head({.status = 200, .content_type = "text/event-stream", .coded = true});
  ASSERT_TRUE(action.ended);
  EXPECT_EQ(action.ended->end.reason, end_reason::not_an_event_stream);
}

struct status_case {
  int status;
  const char* type;
  end_reason reason;
};

TEST(AgentSession, NamesEveryRefusalAndTriesAgain) {
  const std::vector<status_case> cases{
      {200, "text/html", end_reason::not_an_event_stream},
      {200, "", end_reason::not_an_event_stream},
      {200, "text/event-streams", end_reason::not_an_event_stream},
      {205, "text/event-stream", end_reason::unexpected_status},
      {299, "text/event-stream", end_reason::unexpected_status},
      {301, "", end_reason::redirected},
      {302, "text/event-stream", end_reason::redirected},
      {307, "", end_reason::redirected},
      {308, "", end_reason::redirected},
      {400, "", end_reason::unexpected_status},
      {404, "application/json", end_reason::unexpected_status},
      {410, "", end_reason::unexpected_status},
      {429, "", end_reason::throttled},
      {500, "", end_reason::server_error},
      {503, "text/event-stream", end_reason::server_error},
      {599, "", end_reason::server_error},
  };
  for (const status_case& one : cases) {
    fixture f;
    const session_action action = f.head({one.status, one.type, {}});
    EXPECT_EQ(action.step, session_step::wait) << one.status;
    EXPECT_EQ(action.until, f.now + 7s);
    ASSERT_TRUE(action.ended);
    EXPECT_EQ(action.ended->end.reason, one.reason) << one.status;
    EXPECT_EQ(action.ended->status, one.status);
    EXPECT_FALSE(action.ended->end.established);
    EXPECT_EQ(f.session.state(), session_state::waiting);
  }
}

TEST(AgentSession, EndsTheProcessWhenTheKeyIsRefusedBeforeItWasEverConnected) {
  for (const int status : {401, 403}) {
    fixture f;
    const session_action action = f.head({status, "application/json", {}});
    EXPECT_EQ(action.step, session_step::stop);
    EXPECT_EQ(action.code, exit_code::key_refused);
    EXPECT_EQ(f.session.state(), session_state::stopped);
    EXPECT_TRUE(f.delays.ends.empty());
  }
}

TEST(AgentSession, EndsTheProcessWhenTheKeyIsRefusedAfterOnlyFailedAttempts) {
  fixture f;
  f.start();
  EXPECT_EQ(f.session.on_request_failed(errc::connection_reset, f.now).step, session_step::wait);
  EXPECT_EQ(f.session.on_waited(f.now).step, session_step::dial);
  EXPECT_EQ(f.session.on_dialled(f.now).step, session_step::send_request);
  EXPECT_EQ(f.session.on_head({401, "", {}}, f.now).code, exit_code::key_refused);
}

TEST(AgentSession, WaitsWhenTheKeyIsRefusedLaterOn) {
  fixture f;
  f.connect();
  EXPECT_EQ(f.session.on_read_ended({}, f.now).step, session_step::wait);
  EXPECT_EQ(f.session.on_waited(f.now).step, session_step::dial);
  EXPECT_EQ(f.session.on_dialled(f.now).step, session_step::send_request);
  const session_action action = f.session.on_head({401, "", {}}, f.now);
  EXPECT_EQ(action.step, session_step::wait);
  EXPECT_EQ(f.delays.ends.back().reason, end_reason::key_refused);
}

TEST(AgentSession, ObeysNoContentForGood) {
  fixture f;
  const session_action action = f.head({204, "", {}});
  EXPECT_EQ(action.step, session_step::stop);
  EXPECT_EQ(action.code, exit_code::gateway_sent_away);
}

TEST(AgentSession, TellsThePolicyHowLongTheStreamWasHealthy) {
  fixture f;
  f.connect();
  f.pass(20s);
  EXPECT_EQ(f.session.on_bytes(f.now).step, session_step::read);
  f.pass(15s);
  EXPECT_EQ(f.session.on_read_ended(errc::connection_reset, f.now).step, session_step::wait);
  ASSERT_EQ(f.delays.ends.size(), 1u);
  EXPECT_TRUE(f.delays.ends[0].established);
  EXPECT_EQ(f.delays.ends[0].healthy, 35s);
}

TEST(AgentSession, CountsSilenceBeforeTheWatchdogAsNoHealth) {
  fixture f;
  f.connect();
  f.pass(20s);
  EXPECT_EQ(f.session.on_bytes(f.now).step, session_step::read);
  f.pass(45s);
  EXPECT_EQ(f.session.on_read_ended(errc::timed_out, f.now).step, session_step::wait);
  EXPECT_EQ(f.delays.ends[0].reason, end_reason::watchdog);
  EXPECT_EQ(f.delays.ends[0].healthy, 20s);
}

TEST(AgentSession, NamesEveryEndOfAStream) {
  const std::vector<std::pair<error_code, end_reason>> cases{
      {{}, end_reason::end_of_stream},
      {errc::end_of_stream, end_reason::end_of_stream},
      {errc::connection_reset, end_reason::connection_lost},
      {errc::tls_truncated, end_reason::connection_lost},
      {runtime::http::errc::truncated, end_reason::connection_lost},
      {runtime::http::errc::malformed, end_reason::connection_lost},
      {errc::timed_out, end_reason::watchdog},
      {protocol::protocol_errc::event_too_large, end_reason::event_too_large},
  };
  for (const auto& [error, reason] : cases) {
    fixture f;
    f.connect();
    const session_action action = f.session.on_read_ended(error, f.now);
    EXPECT_EQ(action.step, session_step::wait);
    EXPECT_EQ(action.ended->end.reason, reason);
    EXPECT_TRUE(action.ended->end.established);
    EXPECT_FALSE(f.session.last_byte());
  }
}

TEST(AgentSession, NamesFailedDialsAndRequests) {
  fixture dial;
  EXPECT_EQ(dial.session.on_start(dial.now).step, session_step::dial);
  EXPECT_EQ(dial.session.on_dial_failed(errc::connection_refused, dial.now).ended->end.reason,
            end_reason::dial_failed);
  EXPECT_EQ(dial.session.on_waited(dial.now).step, session_step::dial);
  EXPECT_EQ(dial.session.on_dial_failed(errc::timed_out, dial.now).ended->end.reason,
            end_reason::dial_timeout);

  fixture request;
  request.start();
  EXPECT_EQ(request.session.on_request_failed(errc::timed_out, request.now).ended->end.reason,
            end_reason::head_timeout);
  EXPECT_EQ(request.session.on_waited(request.now).step, session_step::dial);
  EXPECT_EQ(request.session.on_dialled(request.now).step, session_step::send_request);
  EXPECT_EQ(request.session.on_request_failed(errc::tls_truncated, request.now).ended->end.reason,
            end_reason::connection_lost);
}

TEST(AgentSession, PassesTheLongestFloorOn) {
  fixture f;
  f.connect();
  f.session.on_retry(3s);
  f.session.on_drain_event({20s});
  f.session.on_drain_event({10s});
  EXPECT_EQ(f.session.on_read_ended({}, f.now).step, session_step::wait);
  EXPECT_EQ(f.delays.ends.back().floor, duration{20s});
}

TEST(AgentSession, KeepsRetryButNeitherDrainNorRetryAfterForTheNextEnd) {
  fixture f;
  f.connect();
  f.session.on_retry(3s);
  f.session.on_drain_event({20s});
  EXPECT_EQ(f.session.on_read_ended({}, f.now).step, session_step::wait);
  EXPECT_EQ(f.session.on_waited(f.now).step, session_step::dial);
  EXPECT_EQ(f.session.on_dialled(f.now).step, session_step::send_request);
  EXPECT_EQ(f.session.on_head({503, "", 90s}, f.now).step, session_step::wait);
  EXPECT_EQ(f.delays.ends.back().floor, duration{90s});
  EXPECT_EQ(f.session.on_waited(f.now).step, session_step::dial);
  EXPECT_EQ(f.session.on_dial_failed(errc::connection_refused, f.now).step, session_step::wait);
  EXPECT_EQ(f.delays.ends.back().floor, duration{3s});
}

TEST(AgentSession, HasNoFloorUnlessAsked) {
  fixture f;
  EXPECT_EQ(f.head({503, "", {}}).step, session_step::wait);
  EXPECT_FALSE(f.delays.ends.back().floor);
}

TEST(AgentSession, TakesNoRetryAfterFromAnAcceptedStream) {
  fixture f;
  EXPECT_EQ(f.head({200, "text/event-stream", 90s}).step, session_step::read);
  EXPECT_EQ(f.session.on_read_ended({}, f.now).step, session_step::wait);
  EXPECT_FALSE(f.delays.ends.back().floor);
}

TEST(AgentSession, StopsInsteadOfReconnectingOnceAskedToStop) {
  fixture f;
  f.connect();
  EXPECT_FALSE(f.session.on_stop_requested()) << "there is a stream to end first";
  EXPECT_EQ(f.session.on_bytes(f.now).step, session_step::read);
  const session_action action = f.session.on_read_ended({}, f.now);
  EXPECT_EQ(action.step, session_step::stop);
  EXPECT_EQ(action.code, exit_code::stopped);
  EXPECT_TRUE(f.delays.ends.empty());
}

TEST(AgentSession, HasNothingToWaitForWhenStoppedWithoutAStream) {
  fixture idle;
  EXPECT_TRUE(idle.session.on_stop_requested());
  fixture waiting;
  EXPECT_EQ(waiting.head({503, "", {}}).step, session_step::wait);
  EXPECT_TRUE(waiting.session.on_stop_requested());
  fixture half;
  EXPECT_EQ(half.open().step, session_step::read);
  EXPECT_TRUE(half.session.on_stop_requested());
}

TEST(AgentSession, TakesTheSlowLaneAfterAStreamWhosePostsWereRefused) {
  fixture f;
  f.connect();
  f.session.on_key_refused();
  const session_action action = f.session.on_read_ended({}, f.now);
  EXPECT_EQ(action.ended->end.reason, end_reason::end_of_stream) << "what is reported is what was seen";
  EXPECT_EQ(f.delays.ends.back().reason, end_reason::key_refused);
  EXPECT_EQ(f.session.on_waited(f.now).step, session_step::dial);
  EXPECT_EQ(f.session.on_dial_failed(errc::connection_refused, f.now).step, session_step::wait);
  EXPECT_EQ(f.delays.ends.back().reason, end_reason::dial_failed) << "that was the other stream";
}

TEST(AgentSession, SurvivesASecondConnectedEvent) {
  fixture f;
  f.connect();
  f.pass(10s);
  protocol::connected_event again{"c1", "again"};
  again.heartbeat_interval = 4s;
  f.session.on_connected_event(again, f.now);
  EXPECT_EQ(f.session.on_bytes(f.now).until, f.now + 12s);
  f.pass(1s);
  EXPECT_EQ(f.session.on_read_ended({}, f.now).ended->end.healthy, 11s);
}

}  // namespace
}  // namespace kitfox::agent
