#include "conformance/live/fidelity/random_program.hpp"

namespace kitfox::conformance {

using nlohmann::json;
namespace http = runtime::http;

namespace {

constexpr const char* json_type = "application/json";

bool is_role_kind(std::string_view kind) { return kind.find("Role") != std::string_view::npos; }

twin_request write_request(std::string method, std::string target, const json& body) {
  twin_request out;
  out.method = std::move(method);
  out.target = std::move(target);
  out.content_type = json_type;
  out.body = body.dump();
  return out;
}

json container(const std::string& name, const std::string& image) {
  return {{"name", name}, {"image", image}};
}

}  // namespace

const std::vector<random_program::kind_row>& random_program::kinds() {
  static const std::vector<kind_row> all{{"ConfigMap", "v1", "configmaps"},
                                         {"Secret", "v1", "secrets"},
                                         {"ServiceAccount", "v1", "serviceaccounts"},
                                         {"Pod", "v1", "pods"},
                                         {"Deployment", "apps/v1", "deployments"},
                                         {"Role", "rbac.authorization.k8s.io/v1", "roles"},
                                         {"RoleBinding", "rbac.authorization.k8s.io/v1", "rolebindings"}};
  return all;
}

std::string random_program::one_of(std::initializer_list<std::string_view> words) {
  return std::string{*(words.begin() + below(words.size()))};
}

std::string random_program::path(const kind_row& row, const std::string& name) const {
  std::string out = row.api_version == "v1" ? "/api/v1" : "/apis/" + std::string{row.api_version};
  out += "/namespaces/" + ns_ + "/" + std::string{row.plural};
  return name.empty() ? out : out + "/" + name;
}

std::string random_program::some_name() { return chance(4) ? "Not_A_Name" : one_of({"a", "b", "c", "d"}); }

json random_program::some_labels() {
  json out = json::object();
  if (chance(70)) out["app"] = one_of({"a", "b", "c"});
  if (chance(40)) out["tier"] = one_of({"x", "y"});
  return out;
}

json random_program::some_rules() {
  json rules = json::array();
  for (std::size_t i = below(3); i < 3; ++i) {
    json rule = json::object();
    rule["apiGroups"] = json::array({one_of({"", "", "apps", "*"})});
    rule["resources"] =
        json::array({one_of({"pods", "configmaps", "secrets", "deployments", "pods/log", "*"})});
    rule["verbs"] = json::array({one_of({"get", "list", "create", "delete", "*"}), one_of({"watch", "get"})});
    if (chance(15)) rule["resourceNames"] = json::array({one_of({"a", "b"})});
    rules.push_back(std::move(rule));
  }
  return rules;
}

void random_program::fill(json& body, const kind_row& row) {
  const std::string_view kind = row.kind;
  if (kind == "ConfigMap") body["data"] = {{"k", one_of({"1", "2"})}, {one_of({"l", "m"}), "3"}};
  if (kind == "Secret") body["stringData"] = {{"k", one_of({"1", "2"})}};
  if (kind == "Pod") body["spec"] = {{"containers", json::array({container("app", one_of({"x:1", "x:2"}))})}};
  if (kind == "Deployment") {
    body["spec"]["replicas"] = below(4);
    body["spec"]["selector"]["matchLabels"]["run"] = "r";
    json& pod = body["spec"]["template"];
    pod["metadata"]["labels"]["run"] = chance(95) ? "r" : "q";
    pod["spec"]["containers"] = json::array({container("app", one_of({"x:1", "x:2"}))});
    if (chance(30)) pod["spec"]["containers"].push_back(container("side", "y:1"));
  }
  if (kind == "Role") body["rules"] = some_rules();
  if (kind == "RoleBinding") {
    body["roleRef"] = {{"apiGroup", "rbac.authorization.k8s.io"}};
    body["roleRef"]["kind"] = one_of({"Role", "Role", "ClusterRole"});
    body["roleRef"]["name"] = body["roleRef"]["kind"] == "Role"
                                  ? one_of({"a", "b", "c"})
                                  : one_of({"cluster-admin", "system:discovery"});
    json subject{{"kind", "User"}, {"name", one_of({"alice", "bob"})}};
    subject["apiGroup"] = "rbac.authorization.k8s.io";
    if (chance(30)) subject = {{"kind", "ServiceAccount"}, {"name", one_of({"a", "b"})}, {"namespace", ns_}};
    body["subjects"] = json::array({subject});
  }
}

json random_program::object(const kind_row& row, const std::string& name) {
  json body{{"apiVersion", row.api_version}, {"kind", row.kind}};
  body["metadata"]["name"] = name;
  if (const json labels = some_labels(); !labels.empty()) body["metadata"]["labels"] = labels;
  fill(body, row);
  return body;
}

twin_request random_program::create(const kind_row& row) {
  json body = object(row, some_name());
  std::string query;
  if (chance(6)) {
    body["metadata"].erase("name");
    if (chance(70)) body["metadata"]["generateName"] = "gen-";
    query = "?dryRun=All";
  } else if (chance(10)) {
    query = "?dryRun=All";
  }
  if (chance(3)) body["metadata"]["namespace"] = "elsewhere";
  if (chance(3)) body["kind"] = "Nonsense";
  if (chance(3)) body["metadata"]["labels"] = {{"not a label", "x"}};
  return write_request("POST", path(row) + query, body);
}

twin_request random_program::replace(const kind_row& row) {
  const std::string name = one_of({"a", "b", "c", "d"});
  json body = object(row, name);
  const std::string known = std::string{row.kind} + "/" + name;
  if (chance(50)) body["metadata"]["resourceVersion"] = "<rv " + known + ">";
  if (chance(8)) body["metadata"]["resourceVersion"] = "1";
  if (chance(8)) body["metadata"]["uid"] = chance(50) ? "<uid " + known + ">" : "nobody";
  if (chance(4)) body["metadata"]["name"] = "other";
  return write_request("PUT", path(row, name), body);
}

twin_request random_program::merge_patch(const kind_row& row, const std::string& at) {
  json body = json::object();
  if (chance(60))
    body["metadata"]["labels"][one_of({"app", "tier"})] = chance(70) ? json(one_of({"a", "x"})) : json();
  if (chance(30)) body["metadata"]["annotations"]["note"] = one_of({"1", "2"});
  if (row.kind == "Deployment" && chance(50)) body["spec"]["replicas"] = below(4);
  if (row.kind == "ConfigMap" && chance(50))
    body["data"][one_of({"k", "l"})] = chance(60) ? json("9") : json();
  if (chance(5)) body["metadata"]["resourceVersion"] = "1";
  if (chance(4)) body["data"] = "no map";
  twin_request out = write_request("PATCH", at, body);
  out.content_type = "application/merge-patch+json";
  return out;
}

twin_request random_program::json_patch(const kind_row& row, const std::string& at) {
  json operations = json::array();
  for (std::size_t i = below(2); i < 2; ++i) {
    json one{{"op", one_of({"add", "replace", "remove", "test"})}};
    one["path"] =
        row.kind == "ConfigMap" && chance(50) ? "/data/k" : "/metadata/labels/" + one_of({"app", "tier"});
    if (one["op"] != "remove") one["value"] = one_of({"a", "b", "1"});
    operations.push_back(std::move(one));
  }
  twin_request out = write_request("PATCH", at, operations);
  out.content_type = "application/json-patch+json";
  return out;
}

twin_request random_program::strategic_patch(const kind_row& row, const std::string& at) {
  json body = json::object();
  if (row.kind == "Deployment") {
    json containers = json::array();
    if (chance(60)) containers.push_back(container("app", one_of({"x:3", "x:4"})));
    if (chance(40)) containers.push_back(container(one_of({"side", "extra"}), "y:2"));
    if (chance(30)) containers.push_back({{"name", "side"}, {"$patch", "delete"}});
    body["spec"]["template"]["spec"]["containers"] = containers;
  } else {
    body["metadata"]["labels"]["tier"] = chance(60) ? json(one_of({"x", "y"})) : json();
  }
  twin_request out = write_request("PATCH", at, body);
  out.content_type = "application/strategic-merge-patch+json";
  return out;
}

twin_request random_program::apply(const kind_row& row) {
  const std::string name = one_of({"a", "b", "c", "d"});
  json body = object(row, name);
  std::string query = "?fieldManager=" + one_of({"m1", "m2"});
  if (chance(40)) query += "&force=true";
  if (chance(4)) query.clear();
  if (row.kind == "ConfigMap" && chance(40)) body.erase("data");
  twin_request out = write_request("PATCH", path(row, name) + query, body);
  out.content_type = "application/apply-patch+yaml";
  return out;
}

twin_request random_program::patch(const kind_row& row) {
  const std::string at = path(row, one_of({"a", "b", "c", "d"})) + (chance(10) ? "?dryRun=All" : "");
  const std::size_t how = below(100);
  if (how < 35) return merge_patch(row, at);
  if (how < 60) return json_patch(row, at);
  if (how < 80) return strategic_patch(row, at);
  return apply(row);
}

twin_request random_program::remove(const kind_row& row) {
  twin_request out;
  out.method = "DELETE";
  const std::string name = one_of({"a", "b", "c", "d"});
  out.target = path(row, name);
  if (chance(15)) {
    json options{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
    options["preconditions"]["uid"] =
        chance(50) ? "<uid " + std::string{row.kind} + "/" + name + ">" : "nobody";
    out = write_request("DELETE", out.target, options);
  } else if (chance(10)) {
    out.target = path(row) + "?labelSelector=" + http::percent_encode("app=" + one_of({"a", "b"}));
  } else if (chance(8)) {
    out.target += "?dryRun=All";
  }
  return out;
}

twin_request random_program::read(const kind_row& row) {
  twin_request out;
  const std::size_t how = below(100);
  if (!pages_.empty() && how < 25) {
    out.target = pages_ + "&continue=<continue>";
    pages_.clear();
    return out;
  }
  if (how < 40) {
    out.target = path(row, some_name());
    return out;
  }
  out.target = path(row) + "?";
  if (chance(50))
    out.target += "labelSelector=" +
                  http::percent_encode(
                      one_of({"app=a", "app in (a,b)", "!tier", "app!=c", "tier notin (x)", "app==a,tier=x",
                              "app=a,,tier", "app in (a", "=x", "tier", "app=,tier=x"})) +
                  "&";
  if (chance(25))
    out.target +=
        "fieldSelector=" +
        http::percent_encode(one_of({"metadata.name=a", "metadata.namespace!=default", "status.phase=Pending",
                                     "spec.nodeName=", "type=Opaque", "no.such=field", "broken"})) +
        "&";
  if (chance(25)) out.accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  if (chance(30)) {
    pages_ = out.target + "limit=" + one_of({"1", "2"});
    out.target = pages_;
    out.accept = json_type;
  }
  return out;
}

twin_request random_program::review() {
  json attributes{{"verb", one_of({"get", "list", "create", "delete", "*"})}};
  attributes["resource"] = one_of({"pods", "configmaps", "secrets", "deployments"});
  if (attributes["resource"] == "deployments") attributes["group"] = "apps";
  if (chance(80)) attributes["namespace"] = ns_;
  if (chance(20)) attributes["name"] = one_of({"a", "b"});
  json body{{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SelfSubjectAccessReview"}};
  body["spec"]["resourceAttributes"] = attributes;
  twin_request out = write_request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body);
  out.user = one_of({"alice", "bob"});
  return out;
}

twin_request random_program::next() {
  const kind_row& row = kinds()[below(kinds().size())];
  const std::size_t what = below(100);
  twin_request out = what < 28   ? create(row)
                     : what < 38 ? replace(row)
                     : what < 62 ? patch(row)
                     : what < 72 ? remove(row)
                     : what < 92 ? read(row)
                                 : review();
  if (what < 92 && chance(15)) {
    out.user = one_of({"alice", "bob", "system:serviceaccount:" + ns_ + ":a"});
    if (chance(20)) out.groups = {"system:authenticated", "developers"};
  }
  if (out.method != "GET" && out.target.find("/rbac.authorization") != std::string::npos &&
      is_role_kind(row.kind))
    out.rights = twin_request::policy::changed;
  return out;
}

std::vector<twin_request> random_program::beginning() const {
  json body{{"apiVersion", "v1"}, {"kind", "Namespace"}};
  body["metadata"]["name"] = ns_;
  std::vector<twin_request> out{write_request("POST", "/api/v1/namespaces", body)};
  twin_request list;
  list.target = path(kinds().front());
  out.push_back(std::move(list));
  return out;
}

std::vector<twin_request> random_program::ending() {
  std::vector<twin_request> out;
  for (const kind_row& row : kinds()) {
    twin_request list;
    list.target = path(row);
    out.push_back(std::move(list));
  }
  twin_request watch;
  const kind_row& row = kinds()[below(kinds().size())];
  watch.target = path(row) + "?watch=true&timeoutSeconds=1&resourceVersion=<start>";
  if (chance(50))
    watch.target += "&labelSelector=" + http::percent_encode(one_of({"app=a", "app!=a", "tier"}));
  out.push_back(std::move(watch));
  return out;
}

}  // namespace kitfox::conformance
