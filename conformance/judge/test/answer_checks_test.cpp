// Answers that come late, twice or from strangers, and streams that end.
#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

const std::string asked_id = "r-1234567890123456789012";

TEST(Repeats, AreNotRunAgainAlsoWhereOtherCommandsFollow) {
  const auto reads = [](int times) {
    tape out = connected_tape();
    for (const double t : {5.0, 5.1}) out.command(t, 1, asked_id, "list_pods");
    for (int i = 0; i < times; ++i) out.reads(6, 6, 20U + static_cast<unsigned>(i), "prod/0", "/api/v1/pods");
    out.reads(6, 6, 30, "prod/0", "/api/v1/pods?continue=x");  // the rest of a list
    out.command(8, 1, "r-another-command-of-its-own", "list_pods");
    return out.reads(9, 9, 31, "prod/0", "/api/v1/pods").until(12);
  };
  EXPECT_EQ(opinion_of("repeats", "IDM-1", reads(1)), opinion::fine);
  EXPECT_EQ(opinion_of("repeats", "IDM-1", reads(2)), opinion::broken);
}

TEST(ResponseAcceptance, TakesDuplicatesAndRefusesStrangers) {
  const auto second = [](const std::string& key, int status) {
    tape out = connected_tape();
    out.issues_key(0, "o", "other", "acme/search").command(5, 1, asked_id, "list_pods");
    out.responds(6, 7, "prod/0", "k", asked_id, {{"ok", true}}, 200);
    return out.responds(7, 8, "prod/0", key, asked_id, {{"ok", true}}, status).until(9);
  };
  EXPECT_EQ(opinion_of("response-acceptance", "RSP-2", second("k", 200)), opinion::fine);
  EXPECT_EQ(opinion_of("response-acceptance", "RSP-2", second("k", 404)), opinion::broken);
  EXPECT_EQ(opinion_of("response-acceptance", "RSP-3", second("o", 404)), opinion::fine);
  EXPECT_EQ(opinion_of("response-acceptance", "RSP-3", second("o", 200)), opinion::broken);
  EXPECT_EQ(opinion_of("response-acceptance", "RSP-2", connected_tape().until(9)), opinion::nothing_to_see);
}

TEST(ResponseAcceptance, SaysGoneToAnswersAfterTheirTime) {
  const auto answered = [](double t, int status) {
    tape out = connected_tape();
    out.command(5, 1, asked_id, "list_pods", 5);
    return out.responds(t, 7, "prod/0", "k", asked_id, {{"ok", true}}, status).until(t + 5);
  };
  EXPECT_EQ(opinion_of("response-acceptance", "RSP-2", answered(12, 410)), opinion::fine);
  for (const int status : {200, 404, 500})
    EXPECT_EQ(opinion_of("response-acceptance", "RSP-2", answered(12, status)), opinion::broken) << status;
  EXPECT_EQ(opinion_of("response-acceptance", "RSP-2", answered(90, 404)), opinion::fine)
      << "it may have forgotten";
  EXPECT_EQ(opinion_of("response-acceptance", "RSP-2", answered(9, 200)), opinion::nothing_to_see);
}

TEST(ResponseAcceptance, SaysNotFoundToIdsThatAreNobodys) {
  const auto answered = [](int status) {
    tape out = connected_tape();
    return out.responds(5, 7, "prod/0", "k", asked_id, {{"ok", true}}, status).until(9);
  };
  EXPECT_EQ(opinion_of("response-acceptance", "RSP-2", answered(404)), opinion::fine);
  for (const int status : {200, 403, 500})
    EXPECT_EQ(opinion_of("response-acceptance", "RSP-2", answered(status)), opinion::broken) << status;
}

enum class last_word { none, drain, retry };
tape ended_by_gateway(double t, last_word said) {
  tape out = connected_tape();
  out.heartbeats(2, t, 1, 15);
  if (said == last_word::drain) out.event(t, 1, "drain", {{"reconnect_after_seconds", 3}});
  if (said == last_word::retry) out.retries(t, 1, 3000);
  return out.ends_by(t, 1, wire_end::server);
}

TEST(GatewayDrain, SaysWhenToReturn) {
  const auto stopped = [](last_word said) {
    tape out = ended_by_gateway(20, said);
    return out.signals(15, "gateway", "stop").exits(30, "gateway", 0).until(40);
  };
  EXPECT_EQ(opinion_of("gateway-drain", "DRN-1", stopped(last_word::drain)), opinion::fine);
  EXPECT_EQ(opinion_of("gateway-drain", "DRN-1", stopped(last_word::retry)), opinion::fine);
  EXPECT_EQ(opinion_of("gateway-drain", "DRN-1", stopped(last_word::none)), opinion::broken);
}

TEST(StreamAge, EndsWithAWordOnWhenToReturn) {
  EXPECT_EQ(opinion_of("stream-age", "LIV-7", ended_by_gateway(3600, last_word::drain).until(3700)),
            opinion::fine);
  EXPECT_EQ(opinion_of("stream-age", "LIV-7", ended_by_gateway(3600, last_word::none).until(3700)),
            opinion::broken);
  EXPECT_EQ(opinion_of("stream-age", "LIV-7", ended_by_gateway(600, last_word::none).until(700)),
            opinion::nothing_to_see);
}

TEST(ResponseAcceptance, IsNotBlamedForACommandThatWasSentToTwoClusters) {
  tape out = connected_tape();
  out.starts(0, "other/0", "agent", "other").issues_key(0, "o", "other", "acme/search");
  out.connects(1, 9, "other/0", "o")
      .command(5, 1, asked_id, "list_pods")
      .command(5, 9, asked_id, "list_pods");
  out.responds(6, 10, "other/0", "o", asked_id, {{"ok", true}}, 200);
  EXPECT_EQ(opinion_of("response-acceptance", "RSP-3", out.until(9)), opinion::nothing_to_see);
}

}  // namespace
}  // namespace kitfox::conformance
