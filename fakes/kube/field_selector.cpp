#include "fakes/kube/field_selector.hpp"

#include <algorithm>

#include "fakes/kube/go_text.hpp"

namespace kitfox::kube {

namespace {

/// The fields a kind can be selected by, beside metadata.name and metadata.namespace.
struct selectable {
  std::string_view group, plural;
  std::vector<std::string_view> fields;
};

const std::vector<selectable>& selectable_fields() {
  static const std::vector<selectable> all{
      {"",
       "pods",
       {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
        "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName"}},
      {"",
       "events",
       {"involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
        "reportingComponent", "source", "type"}},
      {"", "nodes", {"spec.unschedulable"}},
      {"", "namespaces", {"status.phase"}},
      {"", "secrets", {"type"}},
      {"", "replicationcontrollers", {"status.replicas"}},
      {"batch", "jobs", {"status.successful"}},
  };
  return all;
}

const selectable* fields_of(const resource_type& type) {
  const auto& all = selectable_fields();
  const auto found = std::find_if(all.begin(), all.end(), [&](const selectable& entry) {
    return entry.plural == type.plural && entry.group == type.group;
  });
  return found == all.end() ? nullptr : &*found;
}

std::string print_scalar(const json& value, std::string_view otherwise) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  return std::string{otherwise};
}

std::string field_value(json_slice object, std::string_view field) {
  if (field == "source") {
    std::string component = object.at({"source", "component"}).string();
    return component.empty() ? object.at({"reportingComponent"}).string() : component;
  }
  if (field == "status.podIPs") return object.at({"status", "podIP"}).string();
  if (field == "status.successful") return print_scalar(object.at({"status", "succeeded"}).value(), "0");
  const std::size_t dot = field.find('.');
  if (dot == std::string_view::npos) return print_scalar(object.at({field}).value(), "");
  const json value = object.at({field.substr(0, dot), field.substr(dot + 1)}).value();
  if (field == "spec.unschedulable") return print_scalar(value, "false");
  if (field == "status.replicas") return print_scalar(value, "0");
  return print_scalar(value, "");
}

// Splits at commas that no backslash escapes.
std::vector<std::string_view> split_terms(std::string_view text) {
  std::vector<std::string_view> terms;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ',') {
      terms.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  terms.push_back(text.substr(begin));
  return terms;
}

std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      if (++i == text.size() || std::string_view{"\\,="}.find(text[i]) == std::string_view::npos) {
        return std::nullopt;
      }
    } else if (text[i] == ',' || text[i] == '=') {
      return std::nullopt;
    }
    out += text[i];
  }
  return out;
}

struct split_term {
  std::string_view field, sign, value;
};

// At the first operator that no backslash escapes.
std::optional<split_term> split_operator(std::string_view term) {
  for (std::size_t i = 0; i < term.size(); ++i) {
    if (term[i] == '\\') {
      ++i;
      continue;
    }
    for (const std::string_view sign : {"!=", "==", "="}) {
      if (term.substr(i).starts_with(sign)) {
        return split_term{term.substr(0, i), term.substr(i, sign.size()), term.substr(i + sign.size())};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

bool field_selector::matches(json_slice object) const {
  return std::all_of(requirements_.begin(), requirements_.end(), [&](const field_requirement& requirement) {
    const bool equal = field_value(object, requirement.field) == requirement.value;
    return equal == (requirement.compare == field_requirement::comparison::equal);
  });
}

std::optional<std::string> field_selector::exact_value(std::string_view field) const {
  for (const field_requirement& requirement : requirements_) {
    if (requirement.field == field && requirement.compare == field_requirement::comparison::equal) {
      return requirement.value;
    }
  }
  return std::nullopt;
}

outcome<field_selector> parse_field_selector(std::string_view text) {
  std::vector<field_requirement> requirements;
  for (const std::string_view term : split_terms(text)) {
    if (term.empty()) continue;
    const auto parts = split_operator(term);
    if (!parts) {
      return bad_request("invalid selector: '" + std::string{text} + "'; can't understand '" +
                         std::string{term} + "'");
    }
    auto value = unescape(parts->value);
    if (!value) {
      return bad_request("invalid field selector: invalid escape sequence or unescaped character in value: " +
                         std::string{parts->value});
    }
    requirements.push_back({std::string{parts->field}, std::move(*value),
                            parts->sign == "!=" ? field_requirement::comparison::not_equal
                                                : field_requirement::comparison::equal});
  }
  return field_selector{std::move(requirements)};
}

outcome<void> check_fields(const resource_type& type, const field_selector& selector) {
  const selectable* known = fields_of(type);
  for (const field_requirement& requirement : selector.requirements()) {
    const std::string& field = requirement.field;
    if (field == "metadata.name") continue;
    const bool has_namespace = type.scope == resource_scope::namespaced || known == nullptr;
    if (field == "metadata.namespace" && has_namespace) continue;
    if (known == nullptr) {
      return bad_request(go_quote(field) +
                         " is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    }
    if (std::find(known->fields.begin(), known->fields.end(), field) != known->fields.end()) continue;
    if (type.plural == "jobs")
      return bad_request("field label " + go_quote(field) + " not supported for Job");
    return bad_request("field label not supported: " + field);
  }
  return {};
}

}  // namespace kitfox::kube
