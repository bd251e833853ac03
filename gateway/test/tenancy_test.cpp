#include "gateway/tenancy.hpp"

#include <gtest/gtest.h>

#include "gateway/credentials.hpp"
#include "gateway/policy.hpp"
#include "gateway/request_route.hpp"

namespace kitfox::gateway {
namespace {

using text = std::optional<std::string>;
const tenant payments_of_acme{"acme", "payments"};

TEST(Tenancy, ABoundCredentialHasItsTenantWhateverIsLeftOut) {
  const principal who{"dash", caller_role::caller, payments_of_acme};
  EXPECT_EQ(decide_tenant(who, std::nullopt, std::nullopt).granted, payments_of_acme);
  EXPECT_EQ(decide_tenant(who, "acme", std::nullopt).granted, payments_of_acme);
  EXPECT_EQ(decide_tenant(who, "acme", "payments").granted, payments_of_acme);
}

TEST(Tenancy, ABoundCredentialCannotNameAnother) {
  const principal who{"dash", caller_role::admin, payments_of_acme};
  for (const auto& [org, team] :
       {std::pair<text, text>{"umbrella", "payments"}, {"acme", "lab"}, {"", "payments"}, {"acme", ""}}) {
    const tenant_decision decision = decide_tenant(who, org, team);
    EXPECT_FALSE(decision.granted);
    EXPECT_EQ(decision.why, tenant_refusal::not_yours);
  }
}

TEST(Tenancy, ATrustedServiceMustNameAWholeTenant) {
  const principal who{"orchestrator", caller_role::caller, std::nullopt};
  EXPECT_EQ(decide_tenant(who, "acme", "payments").granted, payments_of_acme);
  for (const auto& [org, team] : {std::pair<text, text>{std::nullopt, std::nullopt},
                                  {"acme", std::nullopt},
                                  {std::nullopt, "payments"},
                                  {"acme", ""},
                                  {"", "payments"},
                                  {"a b", "payments"},
                                  {"acme", "x\r\ny"}})
    EXPECT_FALSE(decide_tenant(who, org, team).granted);
}

TEST(Tenancy, AnEmptyTenantOwnsNothing) {
  EXPECT_FALSE(reference::owns({}, {}));
  EXPECT_FALSE(reference::owns({"acme", ""}, {"acme", ""}));
  EXPECT_TRUE(reference::owns(payments_of_acme, payments_of_acme));
  EXPECT_FALSE(reference::owns(payments_of_acme, {"acme", "other"}));
}

TEST(Credentials, AreFoundByTheirWholeSecret) {
  const auto book = credential_book::make({{"a", "0123456789abcdef", caller_role::admin, payments_of_acme},
                                           {"b", "fedcba9876543210", caller_role::caller, std::nullopt}});
  ASSERT_TRUE(book.has_value());
  EXPECT_EQ(book.value().find("0123456789abcdef")->name, "a");
  EXPECT_EQ(book.value().find("fedcba9876543210")->role, caller_role::caller);
  EXPECT_FALSE(book.value().find("0123456789abcde"));
  EXPECT_FALSE(book.value().find(""));
}

TEST(Credentials, UnsoundOnesAreRefused) {
  EXPECT_EQ(credential_book::make({}).error(), gateway_errc::caller_credential_missing);
  const std::string secret = "0123456789abcdef";
  for (const std::vector<caller_credential>& bad :
       std::vector<std::vector<caller_credential>>{{{"a", "short"}},
                                                   {{"", secret}},
                                                   {{"a", secret}, {"a", "another-secret-16"}},
                                                   {{"a", secret}, {"b", secret}},
                                                   {{"a", secret, caller_role::caller, tenant{"acme", ""}}}})
    EXPECT_EQ(credential_book::make(bad).error(), gateway_errc::caller_credential_invalid);
}

TEST(Credentials, ANameHasNoMoreThanNameSizeMaxBytes) {
  protocol::diagnostics diag;
  for (const std::size_t more : {0U, 1U}) {
    const std::string name(caller_credential::name_size_max + more, 'n');
    EXPECT_EQ(credential_book::make({{name, "0123456789abcdef"}}).has_error(), more == 1);
    const auto read =
        parse_credentials(R"({"credentials":[{"secret":"0123456789abcdef","name":")" + name + "\"}]}", diag);
    EXPECT_EQ(read.has_error(), more == 1);
  }
  EXPECT_NE(diag.to_string().find("/credentials/0/name"), std::string::npos) << diag.to_string();
}

TEST(Credentials, AFileIsReadStrictly) {
  protocol::diagnostics diag;
  const auto good = parse_credentials(
      R"({"credentials":[{"name":"a","secret":"0123456789abcdef","role":"admin","org_id":"o","team_node_id":"t"},
          {"name":"b","secret":"0123456789abcdefg"}]})",
      diag);
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(good.value()[0].bound, (tenant{"o", "t"}));
  EXPECT_EQ(good.value()[0].role, caller_role::admin);
  EXPECT_EQ(good.value()[1].role, caller_role::caller);
  EXPECT_FALSE(good.value()[1].bound);
  for (const char* bad :
       {R"([])", R"({})", R"({"credentials":{}})", R"({"credentials":[{"name":"a"}]})",
        R"({"credentials":[{"name":"a","secret":"0123456789abcdef","role":"root"}]})",
        R"({"credentials":[{"name":"a","secret":"0123456789abcdef","org_id":"o"}]})",
        R"({"credentials":[{"name":"a","secret":"0123456789abcdef","org":"o","team":"t"}]})"})
    EXPECT_TRUE(parse_credentials(bad, diag).has_error()) << bad;
}

TEST(Credentials, WhatIsWrongWithASecretIsToldWithoutIt) {
  for (const char* secret : {"with a space in it", "short"}) {
    protocol::diagnostics diag;
    const std::string file = std::string{R"({"credentials":[{"name":"a","secret":")"} + secret + R"("}]})";
    EXPECT_TRUE(parse_credentials(file, diag).has_error());
    EXPECT_EQ(diag.pointer, "/credentials/0/secret");
    EXPECT_EQ(diag.to_string().find(secret), std::string::npos) << diag.to_string();
  }
}

enum class sample { list, one, keys, other };
constexpr route_rule<sample> rules[] = {{"GET", "agents", sample::list},
                                        {"GET", "agents/*", sample::one},
                                        {"POST", "agents/*/keys", sample::keys},
                                        {"DELETE", "agents/*", sample::other}};

route_match<sample> match(std::string_view method, std::string_view path) {
  return match_route<sample>(rules, method, path);
}

TEST(RequestRoute, AnswersWithAndWithoutThePrefix) {
  EXPECT_EQ(match("GET", "/agents").target, sample::list);
  EXPECT_EQ(match("GET", "/gateway/agents").verdict, route_verdict::matched);
  EXPECT_EQ(match("GET", "/gateway/gateway/agents").verdict, route_verdict::no_such_path);
  EXPECT_EQ(match("GET", "/gateway").verdict, route_verdict::no_such_path);
  EXPECT_EQ(match("GET", "").verdict, route_verdict::no_such_path);
}

TEST(RequestRoute, DecodesIdsAndRefusesMalformedOnes) {
  const auto good = match("GET", "/agents/a%5fb-9");
  ASSERT_EQ(good.verdict, route_verdict::matched);
  EXPECT_EQ(good.ids, std::vector<std::string>{"a_b-9"});
  for (const char* bad : {"/agents/", "/agents/a%2fb", "/agents/a/b/c", "/agents/a%0d%0ab", "/agents/a%00",
                          "/agents/%", "/agents/%zz", "/agents/a.b"})
    EXPECT_EQ(match("GET", bad).verdict, route_verdict::malformed_path) << bad;
  EXPECT_EQ(match("GET", "/agents/" + std::string(65, 'a')).verdict, route_verdict::malformed_path);
}

TEST(RequestRoute, NamesTheMethodsThatWouldDo) {
  const auto other = match("PUT", "/agents/a");
  EXPECT_EQ(other.verdict, route_verdict::other_method);
  EXPECT_EQ(other.allow, "GET, DELETE");
  EXPECT_EQ(match("POST", "/agents/a/keys").target, sample::keys);
}

}  // namespace
}  // namespace kitfox::gateway
