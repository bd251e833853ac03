// What the judge reads out of texts: requests to API servers, metrics, distributions.
#include <gtest/gtest.h>

#include "conformance/judge/kube_request.hpp"
#include "conformance/judge/prometheus_text.hpp"
#include "conformance/judge/uniformity.hpp"

namespace kitfox::conformance {
namespace {

TEST(KubeRequest, IsTakenApartAsAuthorizationDoes) {
  struct example {
    const char *method, *target, *verb, *resource, *name_space, *name;
  };
  for (const example& one : {
           example{"GET", "/api/v1/namespaces/shop/pods?limit=100", "list", "pods", "shop", ""},
           example{"GET", "/api/v1/namespaces/shop/pods/a", "get", "pods", "shop", "a"},
           example{"GET", "/api/v1/namespaces/shop/pods/a/log?tailLines=1", "get", "pods/log", "shop", "a"},
           example{"GET", "/api/v1/pods?watch=true", "watch", "pods", "", ""},
           example{"GET", "/api/v1/namespaces", "list", "namespaces", "", ""},
           example{"GET", "/api/v1/namespaces/shop", "get", "namespaces", "", "shop"},
           example{"GET", "/apis/apps/v1/namespaces/shop/deployments/web", "get", "deployments", "shop",
                   "web"},
           example{"POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "create",
                   "selfsubjectaccessreviews", "", ""},
           example{"DELETE", "/api/v1/namespaces/shop/pods", "deletecollection", "pods", "shop", ""},
           example{"GET", "/version", "get", "", "", ""},
           example{"GET", "", "get", "", "", ""},
       }) {
    const kube_request got = parse_kube_request(one.method, one.target);
    EXPECT_EQ(got.verb, one.verb) << one.target;
    EXPECT_EQ(got.resource, one.resource) << one.target;
    EXPECT_EQ(got.name_space, one.name_space) << one.target;
    EXPECT_EQ(got.name, one.name) << one.target;
  }
}

TEST(PrometheusText, IsReadWithItsLabels) {
  const prometheus_text got = parse_prometheus_text(
      "# HELP a Something, anything.\n# TYPE a counter\na{code=\"ok\",path=\"x\\\\y\\\"z\\n\"} 12\n\n"
      "b:total 1e-3 1700000000\nc{} NaN\nd{x=\"1\",} +Inf\n# free text\n",
      false);
  EXPECT_EQ(got.error, "");
  ASSERT_EQ(got.samples.size(), 4u);
  EXPECT_EQ(got.samples[0].labels[1].second, "x\\y\"z\n");
  EXPECT_EQ(got.samples[1].name, "b:total");
}

TEST(PrometheusText, SaysWhichLineIsWrong) {
  for (const char* wrong : {"1a 1\n", "a\n", "a one\n", "a{b=1} 1\n", "a{b=\"1\" 1\n", "a{b=\"\\x\"} 1\n",
                            "a 1 now\n", "# TYPE a thing\n", "a{b-c=\"1\"} 1\n", "a 1"})
    EXPECT_NE(parse_prometheus_text(wrong, false).error, "") << wrong;
  EXPECT_EQ(parse_prometheus_text("a 1\nb{c=\"", true).error, "") << "the rest was cut off";
}

TEST(Uniformity, IsADistanceThatGrowsWithSkew) {
  EXPECT_DOUBLE_EQ(distance_from_uniform({0.5}), 0.5);
  EXPECT_DOUBLE_EQ(distance_from_uniform({0.25, 0.75}), 0.25);
  EXPECT_DOUBLE_EQ(distance_from_uniform({1, 1, 1, 1}), 1.0);
  EXPECT_DOUBLE_EQ(distance_from_uniform({}), 0.0);
}

TEST(Uniformity, BoundIsMassarts) {
  // 2 exp(-2 n d^2) = 10^-9
  EXPECT_NEAR(uniform_distance_max(1000), 0.10348, 1e-4);
  EXPECT_LT(uniform_distance_max(uniform_count_min), 0.9) << "so few that skew as great as can be is found";
}

}  // namespace
}  // namespace kitfox::conformance
