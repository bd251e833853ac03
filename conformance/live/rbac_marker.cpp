#include "conformance/live/rbac_marker.hpp"

#include <boost/system/errc.hpp>

namespace kitfox::conformance {
namespace {

using nlohmann::json;

constexpr const char* rbac_group = "rbac.authorization.k8s.io";
constexpr const char* marker_name = "kitfox-settled";
constexpr const char* marked_everywhere = "kitfox-settled-everywhere";
constexpr const char* marked_here = "kitfox-settled-here";
constexpr runtime::duration between_marks = std::chrono::milliseconds{5};

runtime::error_code unknown_mark() {
  return boost::system::errc::make_error_code(boost::system::errc::resource_unavailable_try_again);
}

std::string rbac_path(const std::string& ns, const char* plural) {
  return std::string{"/apis/rbac.authorization.k8s.io/v1/"} + (ns.empty() ? "" : "namespaces/" + ns + "/") +
         plural + "/" + marker_name;
}

}  // namespace

std::vector<std::string> rbac_marker::paths() const {
  if (marks_ == 0) return {};
  return {rbac_path({}, "clusterroles"), rbac_path({}, "clusterrolebindings"), rbac_path(ns_, "roles"),
          rbac_path(ns_, "rolebindings")};
}

runtime::task<runtime::error_code> rbac_marker::put(std::string path, json body) {
  body["apiVersion"] = std::string{rbac_group} + "/v1";
  body["metadata"] = {{"name", marker_name}};
  if (!labels_.is_null()) body["metadata"]["labels"] = labels_;
  const auto answer = co_await admin_.ask("PUT", std::move(path), std::move(body));
  if (!answer) co_return answer.error();
  co_return answer->status < 300 ? runtime::error_code{}
                                 : boost::system::errc::make_error_code(boost::system::errc::protocol_error);
}

runtime::task<runtime::error_code> rbac_marker::write(bool everywhere, std::string mark) {
  const std::string ns = everywhere ? std::string{} : ns_;
  const char* const role_kind = everywhere ? "ClusterRole" : "Role";
  json rule = json::object();
  rule["apiGroups"] = json::array({""});
  rule["verbs"] = json::array({"get"});
  rule["resources"] = json::array({everywhere ? marked_everywhere : marked_here});
  rule["resourceNames"] = json::array({mark});
  json role = json::object();
  role["kind"] = role_kind;
  role["rules"] = json::array({rule});
  json subject{{"kind", "User"}, {"name", mark}, {"apiGroup", rbac_group}};
  json binding = json::object();
  binding["kind"] = everywhere ? "ClusterRoleBinding" : "RoleBinding";
  binding["subjects"] = json::array({subject});
  binding["roleRef"] = {{"apiGroup", rbac_group}, {"kind", role_kind}, {"name", marker_name}};
  const runtime::error_code failure =
      co_await put(rbac_path(ns, everywhere ? "clusterroles" : "roles"), std::move(role));
  if (failure) co_return failure;
  co_return co_await put(rbac_path(ns, everywhere ? "clusterrolebindings" : "rolebindings"),
                         std::move(binding));
}

runtime::task<runtime::error_code> rbac_marker::find(bool everywhere, std::string mark) {
  json review{{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SubjectAccessReview"}};
  json attributes{{"verb", "get"}, {"resource", everywhere ? marked_everywhere : marked_here}};
  attributes["name"] = mark;
  attributes["namespace"] = ns_;
  review["spec"] = {{"user", mark}, {"resourceAttributes", std::move(attributes)}};
  const auto answer =
      co_await admin_.ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", std::move(review));
  if (!answer) co_return answer.error();
  const json body = json::parse(answer->body, nullptr, false);
  const bool known = body.is_object() && body.contains("status") && body["status"].value("allowed", false);
  co_return known ? runtime::error_code{} : unknown_mark();
}

runtime::task<runtime::error_code> rbac_marker::settle() {
  const std::string mark = "kitfox-settled-" + std::to_string(++marks_);
  for (const bool everywhere : {true, false}) {
    const runtime::error_code failure = co_await write(everywhere, mark);
    if (failure) co_return failure;
  }
  const runtime::mono_time until = host_.clock().now() + settle_timeout;
  for (const bool everywhere : {true, false}) {
    for (;;) {
      const runtime::error_code unknown = co_await find(everywhere, mark);
      if (!unknown) break;
      if (unknown != unknown_mark()) co_return unknown;
      if (host_.clock().now() > until)
        co_return boost::system::errc::make_error_code(boost::system::errc::timed_out);
      const runtime::error_code failure = co_await host_.clock().sleep_for(between_marks);
      if (failure) co_return failure;
    }
  }
  co_return runtime::error_code{};
}

}  // namespace kitfox::conformance
