#include "fakes/kube/request_info.hpp"

#include <gtest/gtest.h>

#include "fakes/kube/impersonation.hpp"
#include "fakes/kube/media_type.hpp"

namespace kitfox::kube {
namespace {

std::string summary(const char* method, const char* target) {
  const request_info info = parse_request_info(method, target);
  const access_attributes& asked = info.attributes;
  if (info.malformed) return "malformed";
  if (!asked.is_resource) return asked.verb + " " + asked.path;
  return asked.verb + " " + asked.api_group + "/" + asked.api_version + " " + asked.ns + " " +
         asked.resource_path() + " " + asked.name + " " + std::to_string(info.part_count);
}

TEST(RequestInfo, TakesTargetsApartAsKubernetesDoes) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"GET", "/api/v1/pods", "list /v1  pods  1"},
      {"GET", "/api/v1/pods/", "list /v1  pods  1"},
      {"GET", "/api/v1/namespaces/shop/pods?limit=5", "list /v1 shop pods  1"},
      {"GET", "/api/v1/namespaces/shop/pods/cart-0", "get /v1 shop pods cart-0 2"},
      {"GET", "/api/v1/namespaces/shop/pods/cart-0/log?follow=1", "get /v1 shop pods/log cart-0 3"},
      {"GET", "/api/v1/pods?watch=true", "watch /v1  pods  1"},
      {"GET", "/api/v1/pods?watch=0", "list /v1  pods  1"},
      {"GET", "/api/v1/namespaces/shop/pods/p?watch=true", "get /v1 shop pods p 2"},
      {"GET", "/api/v1/watch/namespaces/shop/pods", "watch /v1 shop pods  1"},
      {"GET", "/api/v1/watch/namespaces/shop/pods/p", "watch /v1 shop pods p 2"},
      {"GET", "/api/v1/namespaces/shop", "get /v1 shop namespaces shop 2"},
      {"PUT", "/api/v1/namespaces/shop/status", "update /v1 shop namespaces/status shop 3"},
      {"GET", "/api/v1/namespaces", "list /v1  namespaces  1"},
      {"DELETE", "/api/v1/namespaces/shop/pods", "deletecollection /v1 shop pods  1"},
      {"DELETE", "/api/v1/namespaces/shop/pods/p", "delete /v1 shop pods p 2"},
      {"POST", "/apis/apps/v1/namespaces/a/deployments", "create apps/v1 a deployments  1"},
      {"PATCH", "/apis/apps/v1/namespaces/a/deployments/d/scale", "patch apps/v1 a deployments/scale d 3"},
      {"GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Adiscovery",
       "get rbac.authorization.k8s.io/v1  clusterroles system:discovery 2"},
      {"HEAD", "/api/v1/pods", "list /v1  pods  1"},
      {"OPTIONS", "/api/v1/pods", " /v1  pods  1"},
      {"GET", "/api/v1", "get /api/v1"},
      {"GET", "/apis/apps/v1", "get /apis/apps/v1"},
      {"GET", "/metrics", "get /metrics"},
      {"POST", "/", "post /"},
      {"GET", "/api/v1/watch", "malformed"},
      {"GET", "/api/v1/pods/%zz", "malformed"},
  };
  for (const auto& [method, target, expected] : cases) EXPECT_EQ(summary(method, target), expected) << target;
}

TEST(RequestInfo, TakesTheNameFromAMetadataNameSelector) {
  const char* named = "/api/v1/namespaces/n/pods?fieldSelector=metadata.name%3Dp";
  EXPECT_EQ(summary("GET", named), "list /v1 n pods p 1");
  EXPECT_EQ(summary("DELETE", named), "deletecollection /v1 n pods p 1");
  EXPECT_EQ(summary("GET", "/api/v1/pods?fieldSelector=metadata.name!%3Dp"), "list /v1  pods  1");
  EXPECT_EQ(summary("GET", "/api/v1/pods?fieldSelector=metadata.name%3D.."), "list /v1  pods  1");
}

runtime::http::fields headers(std::vector<std::pair<const char*, const char*>> list) {
  runtime::http::fields out;
  for (const auto& [name, value] : list) out.add(name, value);
  return out;
}

TEST(Impersonation, OfAServiceAccountImpliesItsGroups) {
  const auto asked = parse_impersonation(headers({{"Impersonate-User", "system:serviceaccount:ns:sa"}}));
  ASSERT_TRUE(asked.has_value());
  ASSERT_EQ(asked->checks.size(), 1U);
  EXPECT_EQ(asked->checks[0].resource, "serviceaccounts");
  EXPECT_EQ(asked->checks[0].ns, "ns");
  EXPECT_EQ(asked->checks[0].name, "sa");
  EXPECT_EQ(asked->target.groups,
            (std::vector<std::string>{"system:serviceaccounts", "system:serviceaccounts:ns",
                                      "system:authenticated"}));
}

TEST(Impersonation, ChecksEveryPart) {
  const auto asked = parse_impersonation(headers({{"impersonate-user", "bob"},
                                                  {"Impersonate-Group", "a"},
                                                  {"Impersonate-Group", "b"},
                                                  {"Impersonate-Extra-Acme%2Fscopes", "view"},
                                                  {"Impersonate-Uid", "7"}}));
  ASSERT_TRUE(asked.has_value());
  std::string checks;
  for (const access_attributes& check : asked->checks) {
    checks += check.api_group + "/" + check.resource_path() + "=" + check.name + " ";
  }
  EXPECT_EQ(checks,
            "/users=bob /groups=a /groups=b authentication.k8s.io/userextras/acme/scopes=view "
            "authentication.k8s.io/uids=7 ");
  EXPECT_EQ(asked->target.groups, (std::vector<std::string>{"a", "b", "system:authenticated"}));
  EXPECT_EQ(asked->target.extra.at("acme/scopes"), std::vector<std::string>{"view"});
}

TEST(Impersonation, KeepsAnonymousUnauthenticatedAndGivenGroupsAsTheyAre) {
  EXPECT_EQ(parse_impersonation(headers({{"Impersonate-User", "system:anonymous"}}))->target.groups,
            std::vector<std::string>{"system:unauthenticated"});
  const auto asked = parse_impersonation(
      headers({{"Impersonate-User", "bob"}, {"Impersonate-Group", "system:unauthenticated"}}));
  EXPECT_EQ(asked->target.groups, std::vector<std::string>{"system:unauthenticated"});
  EXPECT_FALSE(parse_impersonation(headers({{"Accept", "x"}})).has_value());
}

TEST(Impersonation, NeedsAUser) {
  EXPECT_EQ(parse_impersonation(headers({{"Impersonate-Group", "devs"}}))->contradiction,
            "requested [{Group  devs    }] without impersonating a user");
}

TEST(MediaType, TakesTheFirstClauseItCanServe) {
  using shapes = media_choice::shapes;
  const auto shape = [](const char* accept) { return choose_media(accept)->shape; };
  EXPECT_EQ(shape("application/json;as=Table;v=v1;g=meta.k8s.io,application/json"), shapes::table);
  EXPECT_EQ(shape("application/json;as=Table;v=v9;g=meta.k8s.io,application/json"), shapes::object);
  EXPECT_EQ(shape("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"),
            shapes::partial_metadata_list);
  EXPECT_EQ(shape("application/vnd.kubernetes.protobuf,application/json"), shapes::object);
  EXPECT_EQ(shape("application/json;q=0.1;as=Table;g=meta.k8s.io;v=v1, */*;q=0.8"), shapes::object);
  EXPECT_EQ(choose_media(std::nullopt)->shape, shapes::object);
  EXPECT_EQ(choose_media("application/yaml")->encoding, media_choice::encodings::as_yaml);
  EXPECT_EQ(choose_media("application/json;as=Table;v=v1beta1;g=meta.k8s.io")->meta_version, "v1beta1");
}

TEST(MediaType, RefusesInTwoWordings) {
  EXPECT_EQ(choose_media("text/html").error().message, "406: Not Acceptable");
  EXPECT_TRUE(choose_media("application/json;as=Table;v=v9;g=meta.k8s.io")
                  .error()
                  .message.starts_with("only the following media types are accepted"));
  EXPECT_FALSE(choose_media("application/vnd.kubernetes.protobuf").has_value());
  EXPECT_FALSE(choose_media("application/json;q=0").has_value());
  EXPECT_FALSE(check_log_media("text/plain").has_value());
  EXPECT_TRUE(check_log_media("application/json, */*").has_value());
}

}  // namespace
}  // namespace kitfox::kube
