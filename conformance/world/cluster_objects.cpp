#include "conformance/world/cluster_objects.hpp"

#include <boost/system/errc.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fakes/kube/default_rbac.hpp"

namespace kitfox::conformance {
namespace {

void put_canary(std::string& text, const std::string& canary) {
  constexpr std::string_view mark = "{{canary}}";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + canary.size())) {
    text.replace(at, mark.size(), canary);
  }
}

void put_canary(kube::json& value, const std::string& canary) {
  if (value.is_string()) {
    put_canary(value.get_ref<std::string&>(), canary);
  } else if (value.is_structured()) {
    for (kube::json& inner : value) put_canary(inner, canary);
  }
}

kube::loaded_file with_canary(kube::loaded_file file, const std::string& canary) {
  for (kube::loaded_object& one : file.objects) put_canary(one.body, canary);
  for (kube::loaded_log& one : file.logs) put_canary(one.text, canary);
  return file;
}

std::vector<std::string> namespaces_of(kube::api_server& server, runtime::wall_time now) {
  runtime::http::request list;
  list.target = "/api/v1/namespaces";
  list.headers.add("Authorization", std::string{"Bearer "} + administrator_token);
  list.headers.add("Accept", "application/json");
  const kube::api_answer answer = server.answer_request(list, {runtime::mono_time{}, now});
  const nlohmann::json body = nlohmann::json::parse(answer.head.body, nullptr, false);
  std::vector<std::string> out;
  if (!body.is_object()) return out;
  for (const auto& one : body.value("items", nlohmann::json::array()))
    out.push_back(one["metadata"]["name"].get<std::string>());
  return out;
}

/// Removes every role and binding of the agent; those that do not exist are passed over.
void remove_rbac(kube::api_server& server, runtime::wall_time now) {
  constexpr const char* kinds[] = {"clusterrolebindings.rbac.authorization.k8s.io",
                                   "clusterroles.rbac.authorization.k8s.io"};
  for (const char* kind : kinds) {
    const runtime::error_code absent = server.remove(kind, "", agent_account);
    static_cast<void>(absent);
  }
  constexpr const char* namespaced[] = {"rolebindings.rbac.authorization.k8s.io",
                                        "roles.rbac.authorization.k8s.io"};
  const std::vector<std::string> namespaces = namespaces_of(server, now);
  for (const char* kind : namespaced) {
    for (const std::string& ns : namespaces) {
      const runtime::error_code absent = server.remove(kind, ns, agent_account);
      static_cast<void>(absent);
    }
  }
}

}  // namespace

std::vector<kube::json> agent_objects(const rbac_values& values) {
  kube::agent_rbac_options options;
  options.restricted_to =
      values.granted == rbac_values::grant::namespaced ? values.namespaces : std::vector<std::string>{};
  for (const rbac_rule& one : values.additional_rules) {
    kube::policy_rule rule;
    rule.api_groups = one.api_groups;
    rule.resources = one.resources;
    rule.verbs = one.verbs;
    options.additional_rules.push_back(std::move(rule));
  }
  std::vector<kube::json> out = kube::agent_rbac_objects(options);
  if (values.granted == rbac_values::grant::none)
    std::erase_if(out, [](const kube::json& one) {
      return one.value("kind", "") != "Namespace" && one.value("kind", "") != "ServiceAccount";
    });
  return out;
}

runtime::error_code install_rbac(kube::api_server& server, const rbac_values& values,
                                 runtime::wall_time now) {
  remove_rbac(server, now);
  for (kube::json& object : agent_objects(values)) {
    const auto put = server.put(std::move(object), now);
    if (!put) return put.error();
  }
  return {};
}

runtime::result<const kube::loaded_file*> object_files::read(const std::string& path, std::string& why) {
  if (const auto found = known_.find(path); found != known_.end()) return &found->second;
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) {
    why = "cannot read " + path;
    return boost::system::errc::make_error_code(boost::system::errc::no_such_file_or_directory);
  }
  kube::diagnostics where;
  auto file = kube::load_objects(text.str(), where);
  if (!file) {
    why = path + ": " + where.message;
    return file.error();
  }
  return &known_.emplace(path, std::move(*file)).first->second;
}

runtime::result<kube::loaded_file> objects_of(const cluster_spec& spec, object_files& files,
                                              std::string& why) {
  if (spec.objects.empty()) return kube::loaded_file{};
  const auto file = files.read(spec.objects, why);
  if (!file) return file.error();
  return with_canary(**file, spec.canary);
}

runtime::error_code fill_cluster(kube::api_server& server, const cluster_spec& spec, object_files& files,
                                 runtime::wall_time now, std::string& why) {
  kube::user_identity administrator;
  administrator.name = "admin";
  administrator.groups = {"system:masters"};
  server.tokens().add_token(administrator_token, std::move(administrator));
  auto file = objects_of(spec, files, why);
  if (!file) return file.error();
  kube::diagnostics where;
  if (const auto failure = server.load(std::move(*file), where, now)) {
    why = spec.objects + ": " + where.message;
    return failure;
  }
  return install_rbac(server, spec.rbac, now);
}

runtime::result<std::string> agent_service_token(kube::api_server& server, runtime::wall_time now) {
  return server.issue_token({agent_namespace, agent_account}, now);
}

}  // namespace kitfox::conformance
