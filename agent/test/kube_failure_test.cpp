#include "agent/kube_failure.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "agent/kube_client.hpp"

namespace kitfox::agent {
namespace {

using protocol::command_error;
using namespace std::chrono_literals;

const kube_subject list_pods{"list", "pods", "shop"};

TEST(KubeFailure, ReadsAStatusInKubernetesOwnWords) {
  const kube_failure failure = refusal_of(
      403,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods is forbidden: User \"u\" cannot list resource \"pods\" in API group \"\" in the namespace \"shop\"","reason":"Forbidden","details":{"kind":"pods"},"code":403})",
      list_pods, std::nullopt);
  const command_outcome outcome = outcome_of(failure);
  EXPECT_EQ(outcome.error_code, command_error::denied);
  ASSERT_TRUE(outcome.detail);
  EXPECT_EQ(outcome.detail->code, 403);
  EXPECT_EQ(outcome.detail->reason, "Forbidden");
  EXPECT_EQ(outcome.detail->verb, "list");
  EXPECT_EQ(outcome.detail->resource, "pods");
  EXPECT_EQ(outcome.detail->namespace_name, "shop");
  EXPECT_EQ(
      outcome.detail->message,
      R"(pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "shop")");
  EXPECT_EQ(outcome.error, *outcome.detail->message);
}

TEST(KubeFailure, TellsRefusalsApartThatAreRemediedApart) {
  const std::vector<std::pair<int, command_error>> cases{
      {401, command_error::internal}, {403, command_error::denied},      {404, command_error::not_found},
      {409, command_error::invalid},  {410, command_error::expired},     {413, command_error::too_large},
      {429, command_error::busy},     {500, command_error::unavailable}, {504, command_error::timeout}};
  std::set<command_error> codes;
  for (const auto& [status, code] : cases) {
    EXPECT_EQ(error_of(refusal_of(status, "", list_pods, std::nullopt)), code) << status;
    codes.insert(code);
  }
  EXPECT_EQ(codes.size(), cases.size()) << "no two of them share a code";
}

TEST(KubeFailure, GivesOtherStatusesTheCodeOfTheirKind) {
  const std::vector<std::pair<int, command_error>> cases{
      {302, command_error::internal}, {400, command_error::invalid},     {408, command_error::timeout},
      {422, command_error::invalid},  {502, command_error::unavailable}, {503, command_error::unavailable}};
  for (const auto& [status, code] : cases)
    EXPECT_EQ(error_of(refusal_of(status, "", list_pods, std::nullopt)), code) << status;
}

TEST(KubeFailure, MapsWhatTheNetworkDid) {
  kube_failure failure;
  failure.what = kube_failure::kind::timeout;
  EXPECT_EQ(error_of(failure), command_error::timeout);
  failure.what = kube_failure::kind::unreachable;
  EXPECT_EQ(error_of(failure), command_error::unavailable);
  failure.what = kube_failure::kind::too_large;
  EXPECT_EQ(error_of(failure), command_error::too_large);
  failure.what = kube_failure::kind::malformed;
  EXPECT_EQ(error_of(failure), command_error::internal);
  failure.message = "connection refused";
  const command_outcome outcome = outcome_of(failure);
  EXPECT_EQ(outcome.error, "Kubernetes API: connection refused");
  EXPECT_FALSE(outcome.detail->code);
}

TEST(KubeFailure, ReadsFlowControlsPlainText) {
  const kube_failure failure =
      refusal_of(429, "Too many requests, please try again later.\n", list_pods, runtime::duration{1s});
  const command_outcome outcome = outcome_of(failure);
  EXPECT_EQ(outcome.error_code, command_error::busy);
  EXPECT_EQ(outcome.detail->message, "Too many requests, please try again later.");
  EXPECT_EQ(outcome.detail->retry_after, 1s);
}

TEST(KubeFailure, TakesRetryAfterFromTheBodyToo) {
  const auto failure = refusal_of(504, R"({"details":{"retryAfterSeconds":3}})", list_pods, std::nullopt);
  EXPECT_EQ(failure.retry_after, runtime::duration{3s});
  const auto absurd = refusal_of(504, R"({"details":{"retryAfterSeconds":-3}})", list_pods, std::nullopt);
  EXPECT_FALSE(absurd.retry_after);
}

TEST(KubeFailure, CutsTheMessageToOneKibibyteOfWholeCharacters) {
  std::string message;
  while (message.size() < 5'000) message += "\xE2\x82\xAC";
  const kube_failure failure = refusal_of(500, "{\"message\":\"" + message + "\"}", list_pods, std::nullopt);
  const command_outcome outcome = outcome_of(failure);
  EXPECT_EQ(outcome.detail->message->size(), 1'023u);
  EXPECT_LE(outcome.error.size(), 1'024u);
}

TEST(KubeFailure, KeepsRoleBindingsToItself) {
  const kube_failure failure = refusal_of(
      403,
      R"({"message":"pods is forbidden: no: RBAC: clusterrole.rbac.authorization.k8s.io \"x\" not found"})",
      list_pods, std::nullopt);
  EXPECT_EQ(outcome_of(failure).detail->message, "pods is forbidden: no");
}

TEST(KubeFailure, SurvivesBodiesThatAreNoStatus) {
  for (const char* body :
       {"", "{}", "[]", "null", "{\"message\":7,\"reason\":[],\"details\":1,\"metadata\":\"x\"}", "\xFF\xFE",
        "{\"message\":"}) {
    const command_outcome outcome = outcome_of(refusal_of(500, body, list_pods, std::nullopt));
    EXPECT_EQ(outcome.error_code, command_error::unavailable) << body;
    EXPECT_FALSE(outcome.error.empty()) << body;
  }
}

TEST(KubeAnswer, IsMalformedWhereItIsNestedDeeperThanSixtyFour) {
  const auto answer_of = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth - 1, '[') + "1" + std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(parse_answer(answer_of(64), list_pods).has_value());
  const auto refused = parse_answer(answer_of(65), list_pods);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().what, kube_failure::kind::malformed);
}

}  // namespace
}  // namespace kitfox::agent
