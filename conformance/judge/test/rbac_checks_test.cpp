// RBC-*, and whether the scenarios demand of it what SPEC.md §12 does.
#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/judge/refusal_codes.hpp"
#include "conformance/judge/test/tape.hpp"
#include "conformance/scenario/corpus.hpp"

namespace kitfox::conformance {
namespace {

const std::string refused_command = "req-denied";

transcript answered(int status, nlohmann::json body, nlohmann::json head = nullptr) {
  tape out = connected_tape();
  out.command(5, 1, refused_command, "list_pods");
  out.reads(6, 6.1, 7, "prod/0", "/api/v1/namespaces/default/pods", status, "GET", std::move(head));
  return out.responds(7, 8, "prod/0", "k", refused_command, std::move(body)).until(9);
}

nlohmann::json failure(const std::string& code, nlohmann::json detail = nlohmann::json::object()) {
  return {{"ok", false}, {"error_code", code}, {"error_detail", std::move(detail)}};
}

TEST(Denials, AreToldAsDenials) {
  const nlohmann::json detail{
      {"code", 403}, {"message", "pods is forbidden"}, {"verb", "list"}, {"resource", "pods"}};
  const auto told = [](nlohmann::json body) {
    return opinion_of("denials", "RBC-1", answered(403, std::move(body)));
  };
  EXPECT_EQ(told(failure("denied", detail)), opinion::fine);
  EXPECT_EQ(told({{"ok", true}, {"result", {{"pods", {}}}}}), opinion::broken);
  EXPECT_EQ(told({{"ok", false}, {"error_code", "denied"}}), opinion::broken);
  EXPECT_EQ(opinion_of("denials", "RBC-1", connected_tape().until(9)), opinion::nothing_to_see);
}

TEST(RefusalCodes, AreAnyThatTheTableLists) {
  const auto told = [](int status, const char* code) {
    return opinion_of("denials", "RBC-2", answered(status, failure(code)));
  };
  for (const int status : {401, 404, 410, 429, 500, 504}) {
    for (const std::string_view code : codes_for(status))
      EXPECT_EQ(told(status, code.data()), opinion::fine) << status << " " << code;
    EXPECT_EQ(told(status, "unknown_command"), opinion::broken) << status;
    EXPECT_EQ(opinion_of("denials", "RBC-2", answered(status, {{"ok", true}, {"result", {{"pods", {}}}}})),
              opinion::broken)
        << status;
  }
  EXPECT_EQ(told(409, "internal"), opinion::fine);
  EXPECT_EQ(
      opinion_of("denials", "RBC-2", answered(409, {{"ok", true}, {"result", nlohmann::json::object()}})),
      opinion::broken);
}

TEST(RefusalCodes, ComeWithThePauseThatTheApiServerAskedFor) {
  const auto told = [](nlohmann::json detail) {
    return opinion_of("denials", "RBC-2",
                      answered(429, failure("busy", std::move(detail)), {{"retry-after", "7"}}));
  };
  EXPECT_EQ(told({{"code", 429}, {"retry_after_seconds", 7}}), opinion::fine);
  EXPECT_EQ(told({{"code", 429}, {"retry_after_seconds", 7.0}}), opinion::fine);
  EXPECT_EQ(told({{"code", 429}, {"retry_after_seconds", 1}}), opinion::broken);
  EXPECT_EQ(told({{"code", 429}, {"retry_after_seconds", "7"}}), opinion::broken);
  EXPECT_EQ(told({{"code", 429}}), opinion::broken);
  EXPECT_EQ(opinion_of("denials", "RBC-2", answered(429, {{"ok", false}, {"error_code", "busy"}})),
            opinion::fine);
}

/// The status that the last `kubernetes` step before a step scripted for the whole of what follows.
int scripted_before(const scenario& one, std::size_t index) {
  while (index-- > 0) {
    const auto* const scripted = std::get_if<kubernetes_verb>(&one.steps[index].action);
    if (scripted == nullptr) continue;
    if (scripted->action == kubernetes_action::deny) return 403;
    return scripted->action == kubernetes_action::status ? scripted->status : 0;
  }
  return 0;
}

TEST(RefusalCodes, AreAllTakenByEveryScenarioThatDemandsOne) {
  const loaded_corpus corpus = load_corpus({});
  ASSERT_TRUE(corpus.errors.empty());
  std::size_t looked_at = 0;
  for (const scenario_case& one : corpus.cases) {
    for (std::size_t i = 0; i < one.what.steps.size(); ++i) {
      const auto* const call = std::get_if<execute_verb>(&one.what.steps[i].action);
      if (call == nullptr || !call->expect || call->expect->error_codes.empty()) continue;
      const int status = scripted_before(one.what, i);
      EXPECT_NE(status, 409) << one.id << ": any failure will do after a 409";
      const auto is_taken = [&](std::string_view code) {
        return std::ranges::find(call->expect->error_codes, code) != call->expect->error_codes.end();
      };
      // Who takes none of them speaks of something else.
      if (std::ranges::none_of(codes_for(status), is_taken)) continue;
      ++looked_at;
      for (const std::string_view code : codes_for(status))
        EXPECT_TRUE(is_taken(code)) << one.id << ": " << code << " fits a " << status << " as well";
    }
  }
  EXPECT_GE(looked_at, 20U);
}

}  // namespace
}  // namespace kitfox::conformance
