// What answers say beside their bodies, and errors in another encoding.
#include <gtest/gtest.h>

#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using test::seen;
using test::server_fixture;

constexpr const char* schema = "X-Kubernetes-Pf-Flowschema-Uid";
constexpr const char* level = "X-Kubernetes-Pf-Prioritylevel-Uid";

std::string header_of(const seen& answer, const char* name) {
  return std::string{answer.headers.get(name).value_or("")};
}

TEST(AnswerHeaders, SayWhichFlowARequestBelongedTo) {
  server_fixture with;
  const seen master = with.get("/api/v1/pods");
  const seen other = with.get("/version", "noperm");
  EXPECT_NE(header_of(master, schema), "");
  EXPECT_NE(header_of(master, level), "");
  EXPECT_NE(header_of(other, schema), "");
  EXPECT_NE(header_of(master, schema), header_of(other, schema));
  EXPECT_EQ(header_of(with.get("/api/v1/pods", "noperm"), schema), header_of(other, schema))
      << "a refusal by the authorizer comes after it";
  for (const char* account : {"shop:a", "shop:b", "kube-system:a"}) {
    const seen as = with.send("GET", "/version", "admin", {},
                              {{"Impersonate-User", std::string{"system:serviceaccount:"} + account}});
    EXPECT_NE(header_of(as, schema), header_of(other, schema)) << account;
  }
}

TEST(AnswerHeaders, SayNothingOfFlowsWhereThereIsNone) {
  server_fixture with;
  EXPECT_EQ(header_of(with.get("/api/v1/pods", "nobody-knows"), schema), "") << "401";
  EXPECT_EQ(header_of(with.get("/api/v1/pods?watch=true"), schema), "") << "a watch";
  EXPECT_EQ(header_of(with.send("GET", "/version", "noperm", {}, {{"Impersonate-User", "alice"}}), schema),
            "")
      << "impersonation that is not allowed";
  EXPECT_EQ(header_of(with.get("/api/v1/namespaces/shop/pods/a/log"), schema), "") << "a log";
}

TEST(AnswerHeaders, KeepBrowsersFromGuessingOnlyWhereTheAuthorizerRefuses) {
  server_fixture with;
  EXPECT_EQ(header_of(with.get("/api/v1/pods", "noperm"), "X-Content-Type-Options"), "nosniff");
  with.load(R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: writes-roles}
rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: writes-roles}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: writes-roles}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: rbacmgr}]
)");
  const seen escalation = with.send("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", "rbacmgr",
                                    R"({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
                                        "metadata": {"name": "all"},
                                        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]})");
  EXPECT_EQ(escalation.status, 403);
  EXPECT_EQ(header_of(escalation, "X-Content-Type-Options"), "");
}

TEST(ProtobufStatus, IsWrittenForThoseWhoAcceptItFirst) {
  server_fixture with;
  const auto refused_for = [&with](const char* accept) {
    return with.send("GET", "/api/v1/namespaces/shop/pods", "noperm", {}, {{"Accept", accept}});
  };
  const seen answer = refused_for("application/vnd.kubernetes.protobuf,application/json");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.content_type, "application/vnd.kubernetes.protobuf");
  using namespace std::string_literals;
  const std::string message =
      R"(pods is forbidden: User "noperm" cannot list resource "pods" in API group "" in the namespace "shop")";
  EXPECT_EQ(answer.body,
            "k8s\0\n\f\n\x02v1\x12\x06Status\x12\x95\x01\n\x06\n\0\x12\0\x1a\0\x12\x07"
            "Failure\x1a"
            "d"s +
                message +
                "\"\tForbidden*\x0e\n\0\x12\0\x1a\x04"
                "pods(\0"
                "2\0"
                "0\x93\x03\x1a\0\"\0"s);
  for (const char* accept : {"application/json,application/vnd.kubernetes.protobuf", "*/*", "text/html"}) {
    EXPECT_EQ(refused_for(accept).content_type, "application/json") << accept;
  }
}

TEST(ProtobufStatus, CarriesCauses) {
  server_fixture with;
  const seen invalid = with.send("GET", "/api/v1/pods?resourceVersionMatch=Exact", "admin", {},
                                 {{"Accept", "application/vnd.kubernetes.protobuf,*/*"}});
  EXPECT_EQ(invalid.status, 422);
  EXPECT_NE(invalid.body.find("resourceVersionMatch is forbidden unless resourceVersion is provided"),
            std::string::npos);
  EXPECT_NE(invalid.body.find("FieldValueForbidden"), std::string::npos);
}

}  // namespace
}  // namespace kitfox::kube
