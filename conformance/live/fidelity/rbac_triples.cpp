#include "conformance/live/fidelity/rbac_triples.hpp"

namespace kitfox::conformance {
namespace {

using nlohmann::json;

constexpr std::string_view group_name = "rbac.authorization.k8s.io";
constexpr std::size_t roles_of_a_trial = 4, bindings_of_a_trial = 5;

class trial_maker {
 public:
  explicit trial_maker(runtime::entropy& random) : random_{random} {}

  rbac_trial make(std::size_t questions) {
    rbac_trial out;
    for (std::size_t i = 0; i < roles_of_a_trial; ++i) add_role(out, i);
    for (std::size_t i = 0; i < bindings_of_a_trial; ++i) add_binding(out, i);
    for (std::size_t i = 0; i < questions; ++i) out.questions.push_back(question());
    return out;
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
  bool chance(std::size_t percent) { return below(100) < percent; }
  std::string one_of(std::initializer_list<std::string_view> words) {
    return std::string{*(words.begin() + below(words.size()))};
  }
  std::string some_namespace() { return one_of({"red", "blue"}); }
  std::string some_group() { return one_of({"", "apps", "batch"}); }
  std::string some_resource() {
    return one_of({"pods", "pods/log", "pods/exec", "deployments", "deployments/scale", "secrets", "nodes"});
  }
  std::string some_verb() { return one_of({"get", "list", "watch", "create", "update", "delete"}); }
  std::string some_path() {
    return one_of({"/healthz", "/healthz/etcd", "/metrics", "/logs/x", "/version/deep"});
  }

  json words(std::string (trial_maker::*draw)(), std::size_t stars, std::string_view star = "*") {
    json out = json::array();
    for (std::size_t i = below(3); i < 3; ++i)
      out.push_back(chance(stars) ? std::string{star} : (this->*draw)());
    return out;
  }

  json rule(bool paths_allowed) {
    json out{{"verbs", words(&trial_maker::some_verb, 12)}};
    if (paths_allowed && chance(25)) {
      out["nonResourceURLs"] = json::array({one_of({"/healthz", "/healthz/*", "/met*", "*", "/logs"})});
      return out;
    }
    out["apiGroups"] = words(&trial_maker::some_group, 15);
    out["resources"] = words(&trial_maker::some_resource, 10);
    if (chance(15)) out["resources"].push_back(one_of({"*/scale", "*/log", "*"}));
    if (chance(20)) out["resourceNames"] = json::array({one_of({"a", "b"})});
    return out;
  }

  static void add(rbac_trial& to, std::string collection, const std::string& kind, const std::string& name,
                  json body) {
    body["apiVersion"] = "rbac.authorization.k8s.io/v1";
    body["kind"] = kind;
    body["metadata"]["name"] = name;
    twin_request create, remove;
    create.method = "POST";
    create.target = collection;
    create.content_type = "application/json";
    create.body = body.dump();
    remove.method = "DELETE";
    remove.target = collection + "/" + name;
    to.policy.push_back(std::move(create));
    to.removal.push_back(std::move(remove));
  }

  static std::string collection_of(const std::string& ns, const char* plural) {
    const std::string root = "/apis/rbac.authorization.k8s.io/v1/";
    return ns.empty() ? root + plural : root + "namespaces/" + ns + "/" + plural;
  }

  void add_role(rbac_trial& to, std::size_t number) {
    const std::string ns = number % 2 == 0 ? std::string{} : some_namespace();
    json body;
    for (std::size_t i = below(3); i < 3; ++i) body["rules"].push_back(rule(ns.empty()));
    add(to, collection_of(ns, ns.empty() ? "clusterroles" : "roles"), ns.empty() ? "ClusterRole" : "Role",
        "trial-" + std::to_string(number), std::move(body));
  }

  json subject(bool everywhere) {
    json out{{"apiGroup", group_name}};
    switch (below(3)) {
      case 0:
        out["kind"] = "User";
        out["name"] = one_of({"alice", "bob", "system:serviceaccount:red:a"});
        return out;
      case 1:
        out["kind"] = "Group";
        out["name"] = one_of({"developers", "system:serviceaccounts", "system:serviceaccounts:blue"});
        return out;
      default:
        json account{{"kind", "ServiceAccount"}, {"name", one_of({"a", "b"})}};
        if (everywhere || chance(70)) account["namespace"] = some_namespace();
        return account;
    }
  }

  void add_binding(rbac_trial& to, std::size_t number) {
    const std::string ns = chance(40) ? std::string{} : some_namespace();
    json body;
    body["roleRef"] = {{"apiGroup", group_name}};
    const bool role = !ns.empty() && chance(50);
    body["roleRef"]["kind"] = role ? "Role" : "ClusterRole";
    body["roleRef"]["name"] =
        role ? one_of({"trial-1", "trial-3"}) : one_of({"trial-0", "trial-2", "no-such-role"});
    for (std::size_t i = below(2); i < 2; ++i) body["subjects"].push_back(subject(ns.empty()));
    add(to, collection_of(ns, ns.empty() ? "clusterrolebindings" : "rolebindings"),
        ns.empty() ? "ClusterRoleBinding" : "RoleBinding", "trial-" + std::to_string(number),
        std::move(body));
  }

  twin_request question() {
    json spec{{"user", one_of({"alice", "bob", "system:serviceaccount:red:a", "system:serviceaccount:blue:b",
                               "system:serviceaccount:blue:a"})}};
    const std::string user = spec["user"].get<std::string>();
    if (user.starts_with("system:serviceaccount:red"))
      spec["groups"] = json::array({"system:serviceaccounts", "system:serviceaccounts:red"});
    else if (user.starts_with("system:serviceaccount:"))
      spec["groups"] = json::array({"system:serviceaccounts", "system:serviceaccounts:blue"});
    else if (chance(50))
      spec["groups"] = json::array({"developers"});
    if (chance(15)) {
      spec["nonResourceAttributes"] = {{"path", some_path()}, {"verb", some_verb()}};
    } else {
      json& asked = spec["resourceAttributes"];
      const std::string resource = some_resource();
      const std::size_t slash = resource.find('/');
      asked = {{"verb", chance(5) ? "*" : some_verb()}, {"resource", resource.substr(0, slash)}};
      asked["group"] = chance(5) ? "*" : some_group();
      if (slash != std::string::npos) asked["subresource"] = resource.substr(slash + 1);
      if (chance(75)) asked["namespace"] = some_namespace();
      if (chance(35)) asked["name"] = one_of({"a", "b", "c"});
    }
    twin_request out;
    out.method = "POST";
    out.target = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    out.content_type = "application/json";
    out.body =
        json{{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SubjectAccessReview"}, {"spec", spec}}
            .dump();
    return out;
  }

  runtime::entropy& random_;
};

}  // namespace

std::vector<twin_request> trial_namespaces() {
  std::vector<twin_request> out;
  for (const char* name : {"red", "blue"}) {
    twin_request one;
    one.method = "POST";
    one.target = "/api/v1/namespaces";
    one.content_type = "application/json";
    one.body = json{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}}.dump();
    out.push_back(std::move(one));
  }
  return out;
}

rbac_trial make_rbac_trial(runtime::entropy& random, std::size_t questions) {
  return trial_maker{random}.make(questions);
}

}  // namespace kitfox::conformance
