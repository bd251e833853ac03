#include "fakes/kube/object_validation.hpp"

#include <algorithm>

#include "fakes/kube/api_schema.hpp"
#include "fakes/kube/go_text.hpp"

namespace kitfox::kube {

namespace {

constexpr std::string_view subdomain_rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start "
    "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view label_rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and end "
    "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

bool is_label(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && plain(text.front()) && plain(text.back()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return plain(c) || c == '-'; });
}

bool is_subdomain(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

void check_name(const resource_type& type, std::string_view name, std::vector<status_cause>& causes) {
  if (type.group == "rbac.authorization.k8s.io") return;  // any segment of a path
  const bool label = type.kind == "Namespace" || type.kind == "Service";
  const std::size_t longest = label ? 63 : 253;
  const auto refuse = [&](std::string why) {
    causes.push_back(
        {"FieldValueInvalid", "Invalid value: " + go_quote(name) + ": " + std::move(why), "metadata.name"});
  };
  if (label ? !is_label(name) : !is_subdomain(name)) refuse(std::string{label ? label_rule : subdomain_rule});
  if (name.size() > longest) refuse("must be no more than " + std::to_string(longest) + " characters");
}

void check_pod_spec(const json& spec, const std::string& path, std::vector<status_cause>& causes) {
  const json& containers = value_at(spec, {"containers"});
  if (!containers.is_array() || containers.empty()) {
    causes.push_back({"FieldValueRequired", "Required value", path + ".containers"});
    return;
  }
  for (std::size_t i = 0; i < containers.size(); ++i) {
    for (const char* field : {"name", "image"}) {
      if (!text_at(containers[i], {field}).empty()) continue;
      causes.push_back(
          {"FieldValueRequired", "Required value", path + ".containers[" + std::to_string(i) + "]." + field});
    }
  }
}

// Go prints maps with sorted keys.
std::string go_map(const json& labels) {
  std::string text = "map[string]string{";
  if (!labels.is_object()) return "map[string]string(nil)";
  for (const auto& [key, value] : labels.items()) {
    if (text.back() != '{') text += ", ";
    text += go_quote(key) + ":" + go_quote(value.is_string() ? value.get<std::string>() : "");
  }
  return text + "}";
}

void check_workload(const json& object, std::vector<status_cause>& causes) {
  const json& wanted = value_at(object, {"spec", "selector", "matchLabels"});
  const json& labels = value_at(object, {"spec", "template", "metadata", "labels"});
  if (value_at(object, {"spec", "selector"}).is_null()) {
    causes.push_back({"FieldValueRequired", "Required value", "spec.selector"});
  }
  for (const auto& [key, value] : wanted.items()) {
    if (value_at(labels, {key}) == value) continue;
    causes.push_back({"FieldValueInvalid",
                      "Invalid value: " + go_map(labels) + ": `selector` does not match template `labels`",
                      "spec.template.metadata.labels"});
    break;
  }
  check_pod_spec(value_at(object, {"spec", "template", "spec"}), "spec.template.spec", causes);
}

bool has_type(const json& value, const schema_field& field) {
  switch (field.type) {
    case schema_field::types::text:
    case schema_field::types::bytes:
    case schema_field::types::time:
      return value.is_string();
    case schema_field::types::boolean:
      return value.is_boolean();
    case schema_field::types::integer:
      return value.is_number_integer();
    case schema_field::types::number:
      return value.is_number();
    case schema_field::types::quantity:
    case schema_field::types::int_or_string:
      return value.is_string() || value.is_number();
    case schema_field::types::texts:
      return value.is_array();
    case schema_field::types::raw:
      return true;
    case schema_field::types::message:
      return value.is_object();
  }
  return true;
}

/// Walks an object along its schema; deep only as the schema is, since what the schema does not know is not
/// entered.
class field_check {
 public:
  void walk(const json& object, const schema_message& message, const std::string& path) {
    for (const auto& [name, value] : object.items()) {
      const schema_field* field = message.find(name);
      const std::string here = path.empty() ? name : path + "." + name;
      const bool is_type = path.empty() && (name == "kind" || name == "apiVersion");
      if (field == nullptr) {
        if (!is_type) unknown.push_back(here);
        continue;
      }
      if (!value.is_null()) check(value, *field, here);
    }
  }

  std::vector<std::string> unknown;
  std::string mistyped;  ///< The first; empty when there is none.

 private:
  void check(const json& value, const schema_field& field, const std::string& path) {
    if (field.shape == schema_field::shapes::one) return check_one(value, field, path);
    const bool list = field.shape == schema_field::shapes::list;
    if (list ? !value.is_array() : !value.is_object()) return refuse(path);
    std::size_t index = 0;
    for (const auto& [key, element] : value.items()) {
      if (element.is_null()) continue;
      check_one(element, field, list ? path + "[" + std::to_string(index++) + "]" : path + "." + key);
    }
  }
  void check_one(const json& value, const schema_field& field, const std::string& path) {
    if (!has_type(value, field)) return refuse(path);
    if (field.message != nullptr) walk(value, *field.message, path);
  }
  void refuse(const std::string& path) {
    if (mistyped.empty()) mistyped = path;
  }
};

constexpr std::size_t label_bytes_max = 63;

/// ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]
bool is_label_word(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto inner = [&](char c) { return plain(c) || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && plain(text.front()) && plain(text.back()) &&
         std::all_of(text.begin(), text.end(), inner);
}

/// The name part of keys, and values (apimachinery IsQualifiedName, IsValidLabelValue).
void check_labels(const json& labels, std::vector<status_cause>& causes) {
  if (!labels.is_object()) return;
  const auto refuse = [&causes](std::string_view text, const std::string& why) {
    causes.push_back(
        {"FieldValueInvalid", "Invalid value: " + go_quote(text) + ": " + why, "metadata.labels"});
  };
  const std::string form =
      "alphanumeric characters, '-', '_' or '.', and must start and end with an "
      "alphanumeric character (e.g. 'My";
  const std::string pattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
  const std::string too_long = "must be no more than " + std::to_string(label_bytes_max) + " characters";
  for (const auto& [key, value] : labels.items()) {
    const std::string_view name = std::string_view{key}.substr(key.find('/') + 1);
    if (name.size() > label_bytes_max) refuse(key, "name part " + too_long);
    if (!is_label_word(name))
      refuse(key, "name part must consist of " + form +
                      "Name',  or 'my.name',  or '123-abc', regex used for validation is '" + pattern + "')");
    if (!value.is_string()) continue;
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > label_bytes_max) refuse(text, too_long);
    if (!text.empty() && !is_label_word(text))
      refuse(text, "a valid label must be an empty string or consist of " + form +
                       "Value',  or 'my_value',  or '12345', regex used for validation is '(" + pattern +
                       ")?')");
  }
}

}  // namespace

outcome<void> validate_object(const resource_type& type, const json& object) {
  std::vector<status_cause> causes;
  const std::string_view name = text_at(object, {"metadata", "name"});
  check_name(type, name, causes);
  check_labels(value_at(object, {"metadata", "labels"}), causes);
  if (type.kind == "Pod") check_pod_spec(value_at(object, {"spec"}), "spec", causes);
  const bool workload = type.group == "apps" && type.kind != "ControllerRevision";
  if (workload) check_workload(object, causes);
  if (causes.empty()) return {};
  return invalid(type.group, type.kind, name, std::move(causes));
}

outcome<void> check_strictly(const api_call& call, const json& object) {
  const schema_message* message = message_of(*call.type);
  if (message == nullptr) return {};
  field_check check;
  check.walk(object, *message, "");
  if (!check.mistyped.empty()) {
    return bad_request(std::string{call.type->kind} + " in version " + go_quote(call.type->version) +
                       " cannot be handled as a " + std::string{call.type->kind} + ": " + check.mistyped +
                       " is of another type");
  }
  if (check.unknown.empty() || call.info.target.get("fieldValidation") != "Strict") return {};
  std::string fields;
  for (const std::string& path : check.unknown) {
    fields += (fields.empty() ? "" : ", ") + std::string{"unknown field "} + go_quote(path);
  }
  return bad_request(std::string{call.type->kind} + " in version " + go_quote(call.type->version) +
                     " cannot be handled as a " + std::string{call.type->kind} +
                     ": strict decoding error: " + fields);
}

}  // namespace kitfox::kube
