#include "fakes/kube/api_state.hpp"
#include "fakes/kube/go_text.hpp"
#include "fakes/kube/write_path.hpp"

namespace kitfox::kube {

namespace {

json review_object(const api_call& call, json spec, json status) {
  json metadata{{"creationTimestamp", nullptr}};
  if (call.type->scope == resource_scope::namespaced) metadata["namespace"] = call.info.attributes.ns;
  json review{{"kind", call.type->kind},
              {"apiVersion", call.type->api_version()},
              {"metadata", std::move(metadata)},
              {"spec", std::move(spec)}};
  // Told as of any new object, though nothing is stored.
  note_update(json{}, review, manager_of(call), message_of(*call.type));
  review["status"] = std::move(status);
  return review;
}

// What Go prints again of a struct of strings: the fields that are not empty.
json without_empty(const json& from) {
  json out = json::object();
  if (!from.is_object()) return out;
  for (const auto& [key, value] : from.items()) {
    if (value.is_string() && value.get_ref<const std::string&>().empty()) continue;
    if (value.is_null()) continue;
    out[key] = value.is_object() ? without_empty(value) : value;
  }
  return out;
}

status_error review_invalid(const char* field) {
  // The kind is missing from this text in 1.20.
  return invalid(
      "authorization.k8s.io", "", "",
      {{"FieldValueInvalid",
        "Invalid value: \"null\": exactly one of nonResourceAttributes or resourceAttributes must be "
        "specified",
        field}});
}

access_attributes asked_by(const json& spec) {
  access_attributes asked;
  const json& resource = value_at(spec, {"resourceAttributes"});
  if (resource.is_object()) {
    asked.is_resource = true;
    asked.verb = text_at(resource, {"verb"});
    asked.ns = text_at(resource, {"namespace"});
    asked.api_group = text_at(resource, {"group"});
    asked.api_version = text_at(resource, {"version"});
    asked.resource = text_at(resource, {"resource"});
    asked.subresource = text_at(resource, {"subresource"});
    asked.name = text_at(resource, {"name"});
  } else {
    asked.path = text_at(spec, {"nonResourceAttributes", "path"});
    asked.verb = text_at(spec, {"nonResourceAttributes", "verb"});
  }
  return asked;
}

user_identity subject_of(const api_call& call, const json& spec) {
  if (call.type->kind == "SelfSubjectAccessReview") return call.user;
  user_identity user;
  user.name = text_at(spec, {"user"});
  user.uid = text_at(spec, {"uid"});
  user.groups = texts_at(spec, {"groups"});
  return user;
}

outcome<api_answer> answer_access_review(const api_call& call, const json& spec) {
  const bool about_resource = value_at(spec, {"resourceAttributes"}).is_object();
  const bool about_path = value_at(spec, {"nonResourceAttributes"}).is_object();
  if (about_resource == about_path) return review_invalid("spec.resourceAttributes");
  const user_identity subject = subject_of(call, spec);
  if (subject.name.empty() && subject.groups.empty()) {
    return invalid("authorization.k8s.io", call.type->kind, "",
                   {{"FieldValueInvalid",
                     "Invalid value: \"\": at least one of user or group must be specified", "spec.user"}});
  }
  const access_decision decision = authorize(call.state.policy(), subject, asked_by(spec));
  json status{{"allowed", decision.allowed()}};
  if (!decision.reason.empty()) status["reason"] = decision.reason;
  return json_answer(201, review_object(call, without_empty(spec), std::move(status)));
}

outcome<api_answer> answer_rules_review(const api_call& call, const json& spec) {
  const std::string_view ns = text_at(spec, {"namespace"});
  if (ns.empty()) return bad_request("no namespace on request");
  json resource_rules = json::array();
  json path_rules = json::array();
  held_rules held = rules_of(call.state.policy(), call.user, ns);
  if (call.user.in_group(group_masters)) {
    held.rules = {{{"*"}, {"*"}, {"*"}, {}, {}}, {{"*"}, {}, {}, {}, {"*"}}};
  }
  for (const policy_rule& rule : held.rules) {
    (rule.resources.empty() ? path_rules : resource_rules).push_back(print_rule(rule));
  }
  json status{{"resourceRules", std::move(resource_rules)},
              {"nonResourceRules", std::move(path_rules)},
              {"incomplete", !held.errors.empty()}};
  return json_answer(201, review_object(call, json::object(), std::move(status)));
}

outcome<api_answer> answer_token_review(const api_call& call, const json& spec) {
  const std::string_view token = text_at(spec, {"token"});
  const auto user = call.state.tokens.user_of_token(token, call.state.store, call.now.wall);
  json status{{"user", json::object()}};
  if (!user) {
    status["error"] = "invalid bearer token";
    return json_answer(201, review_object(call, spec, std::move(status)));
  }
  status["authenticated"] = true;
  status["user"]["username"] = user->name;
  if (!user->uid.empty()) status["user"]["uid"] = user->uid;
  status["user"]["groups"] = user->groups;
  status["audiences"] = json::array({token_issuer});
  return json_answer(201, review_object(call, spec, std::move(status)));
}

}  // namespace

bool is_review(const resource_type& type) noexcept {
  return type.group == "authorization.k8s.io" || type.group == "authentication.k8s.io";
}

outcome<api_answer> answer_review(const api_call& call) {
  auto body = read_body(call);
  if (!body) return body.error();
  const json& spec = value_at(*body, {"spec"});
  if (call.type->kind == "SelfSubjectRulesReview") return answer_rules_review(call, spec);
  if (call.type->kind == "TokenReview") return answer_token_review(call, spec);
  return answer_access_review(call, spec);
}

outcome<api_answer> answer_token_request(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  auto body = read_body(call);
  if (!body) return body.error();
  const auto seconds = number_at(*body, {"spec", "expirationSeconds"}, 3600);
  if (seconds < 600 || seconds > 1LL << 32) {
    return invalid("authentication.k8s.io", "TokenRequest", asked.name,
                   {{"FieldValueInvalid",
                     "Invalid value: " + std::to_string(seconds) +
                         (seconds < 600 ? ": may not specify a duration less than 10 minutes"
                                        : ": may not specify a duration larger than 2^32 seconds"),
                     "spec.expirationSeconds"}});
  }
  const std::chrono::seconds lifetime{seconds};
  const auto token =
      call.state.tokens.issue_token(call.state.store, {asked.ns, asked.name}, call.now.wall, lifetime);
  if (!token) return not_found(*call.type, asked.name);
  json spec{{"audiences", json::array({token_issuer})},
            {"expirationSeconds", seconds},
            {"boundObjectRef", nullptr}};
  json status{{"token", *token}, {"expirationTimestamp", print_time(call.now.wall + lifetime)}};
  return json_answer(201, {{"kind", "TokenRequest"},
                           {"apiVersion", "authentication.k8s.io/v1"},
                           {"metadata", {{"creationTimestamp", nullptr}}},
                           {"spec", std::move(spec)},
                           {"status", std::move(status)}});
}

}  // namespace kitfox::kube
