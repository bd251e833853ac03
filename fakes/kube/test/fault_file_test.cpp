#include "fakes/kube/fault_file.hpp"

#include <gtest/gtest.h>

#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using test::seen;
using test::server_fixture;

std::vector<fault_rule> load(std::string_view text) {
  diagnostics where;
  auto rules = load_faults(text, where);
  EXPECT_TRUE(rules.has_value()) << where.text();
  return rules ? std::move(*rules) : std::vector<fault_rule>{};
}

TEST(FaultFile, NamesRequestsByVerbResourceNameUserAndCount) {
  server_fixture with;
  for (fault_rule& rule : load("answer: status\nstatus: 503\nretry_after_s: 7\nverb: get\nresource: pods\n"
                               "namespace: shop\nname: cart-0\nuser: admin\nnth: 2\ntimes: 1\n")) {
    EXPECT_EQ(rule.id, "fault 1");
    ASSERT_TRUE(with.server.faults().add(std::move(rule)));
  }
  const auto status_of = [&](const char* target, const char* user) { return with.get(target, user).status; };
  const char* const pod = "/api/v1/namespaces/shop/pods/cart-0";
  EXPECT_EQ(status_of(pod, "admin"), 404) << "the first passes";
  EXPECT_EQ(status_of(pod, "noperm"), 403) << "another user does not count";
  EXPECT_EQ(status_of("/api/v1/namespaces/shop/pods/cart-1", "admin"), 404);
  EXPECT_EQ(status_of(pod, "admin"), 503);
  EXPECT_EQ(status_of(pod, "admin"), 404) << "once";
}

TEST(FaultFile, KnowsEveryAnswer) {
  const auto rules = load(R"(answer: deny
---
{answer: slow, delay_ms: 250}
---
answer: gone
---
answer: no_content
---
answer: reset
---
{answer: close, body_bytes: 10}
---
answer: stall
---
{answer: huge, body_bytes: 100}
---
{answer: status, status: 500, reason: Odd, message: said so}
)");
  ASSERT_EQ(rules.size(), 9U);
  EXPECT_EQ(std::get<fault_status>(rules[0].action).code, 403);
  EXPECT_EQ(std::get<fault_delay>(rules[1].action).span, std::chrono::milliseconds{250});
  EXPECT_TRUE(std::holds_alternative<fault_gone>(rules[2].action));
  EXPECT_TRUE(std::holds_alternative<fault_no_content>(rules[3].action));
  EXPECT_EQ(std::get<fault_break>(rules[4].action).ending, transfer_plan::endings::reset);
  EXPECT_EQ(std::get<fault_break>(rules[5].action).ending, transfer_plan::endings::cut);
  EXPECT_EQ(std::get<fault_break>(rules[5].action).body_bytes, 10U);
  EXPECT_EQ(std::get<fault_break>(rules[6].action).ending, transfer_plan::endings::stall);
  EXPECT_EQ(std::get<fault_huge>(rules[7].action).bytes, 100U);
  EXPECT_EQ(std::get<fault_status>(rules[8].action).message, "said so");
}

TEST(FaultFile, NamesThePlaceAndTheMistake) {
  const std::pair<const char*, const char*> cases[] = {
      {"answer: [", "f.yaml:1: "},
      {"[1]", "f.yaml:1: the document is not a map"},
      {"verb: list",
       "f.yaml:1: answer needs one of deny, status, slow, gone, no_content, reset, close, stall, huge"},
      {"answer: deny\n---\nanswer: frob\n", "f.yaml:3: answer needs one of "},
      {"{answer: deny, verbs: list}", "f.yaml:1: no such key: verbs"},
      {"{answer: deny, name: y}", "f.yaml:1: name reads as true; quote it"},
      {"{answer: deny, times: -1}", "f.yaml:1: times needs a whole number"},
      {"{answer: deny, nth: 0}", "f.yaml:1: nth counts from 1"},
      {"{answer: status}", "f.yaml:1: status needs a status from 200 to 599"},
      {"{answer: status, status: 99}", "f.yaml:1: status needs a status from 200 to 599"},
      {"{answer: slow}", "f.yaml:1: slow needs delay_ms"},
      {"{answer: huge}", "f.yaml:1: huge needs body_bytes"},
      {"{answer: deny, delay_ms: 3}", "f.yaml:1: delay_ms makes no sense for deny"},
  };
  for (const auto& [text, message] : cases) {
    diagnostics where;
    where.file = "f.yaml";
    EXPECT_FALSE(load_faults(text, where).has_value()) << text;
    EXPECT_TRUE(where.text().starts_with(message)) << where.text();
  }
}

TEST(FaultFile, IsBounded) {
  std::string text;
  for (std::size_t i = 0; i <= fault_script::rules_max; ++i) text += "--- {answer: gone}\n";
  diagnostics where;
  EXPECT_EQ(load_faults(text, where).error(), errc::bad_fault);
  EXPECT_EQ(where.text(), "more than 1000 faults");
}

}  // namespace
}  // namespace kitfox::kube
