#include "fakes/kube/openapi.hpp"

#include <array>
#include <set>

#include "fakes/kube/api_schema.hpp"

namespace kitfox::kube {

namespace {

// What a PATCH takes. That fieldValidation is among it tells clients that the server checks fields.
constexpr std::array patch_parameters{"dryRun", "fieldManager", "fieldValidation", "force"};

std::string path_of_objects(const resource_type& type) {
  std::string path = type.group.empty() ? "/api/v1" : "/apis/" + type.api_version();
  if (type.scope == resource_scope::namespaced) path += "/namespaces/{namespace}";
  return path.append("/").append(type.plural).append("/{name}");
}

/// Writes protobuf's length-delimited fields.
std::string varint(std::size_t value) {
  std::string out;
  for (; value >= 0x80U; value >>= 7U) out += static_cast<char>((value & 0x7fU) | 0x80U);
  return out + static_cast<char>(value);
}

std::string wire(unsigned number, std::string_view content) {
  return varint((number << 3U) | 2U) + varint(content.size()) + std::string{content};
}

/// NamedAny with YAML, as gnostic keeps vendor extensions.
std::string extension(std::string_view name, std::string_view yaml) {
  return wire(13, wire(1, name) + wire(2, wire(2, yaml)));
}

std::string patch_operation(const resource_type& type) {
  std::string operation;
  for (const char* name : patch_parameters) {
    const std::string query = wire(2, "query") + wire(4, name) + wire(6, "string");
    operation += wire(8, wire(1, wire(2, wire(3, query))));
  }
  const std::string kind = "group: \"" + std::string{type.group} + "\"\nkind: " + std::string{type.kind} +
                           "\nversion: " + std::string{type.version} + "\n";
  return operation + extension("x-kubernetes-action", "patch\n") +
         extension("x-kubernetes-group-version-kind", kind);
}

std::string make_v2() {
  std::string paths;
  for (const resource_type& type : all_resources()) {
    if (!type.allows("patch")) continue;
    paths += wire(2, wire(1, path_of_objects(type)) + wire(2, wire(8, patch_operation(type))));
  }
  return wire(1, "2.0") + wire(2, wire(1, "Kubernetes") + wire(2, "v1.20.2")) + wire(8, paths);
}

std::string schema_name(const schema_message& message) { return "io.k8s." + std::string{message.name}; }

json reference(const schema_message& message) {
  return {{"$ref", "#/components/schemas/" + schema_name(message)}};
}

json value_schema(const schema_field& field) {
  switch (field.type) {
    case schema_field::types::boolean:
      return {{"type", "boolean"}};
    case schema_field::types::integer:
      return {{"type", "integer"}, {"format", "int64"}};
    case schema_field::types::number:
      return {{"type", "number"}};
    case schema_field::types::bytes:
      return {{"type", "string"}, {"format", "byte"}};
    case schema_field::types::time:
      return {{"type", "string"}, {"format", "date-time"}};
    case schema_field::types::int_or_string:
      return {{"type", "string"}, {"format", "int-or-string"}};
    case schema_field::types::raw:
      return {{"type", "object"}};
    case schema_field::types::texts:
      return {{"type", "array"}, {"items", {{"type", "string"}}}};
    case schema_field::types::message:
      return reference(*field.message);
    case schema_field::types::text:
    case schema_field::types::quantity:
      break;
  }
  return {{"type", "string"}};
}

json field_schema(const schema_field& field) {
  if (field.shape == schema_field::shapes::map) {
    return {{"type", "object"}, {"additionalProperties", value_schema(field)}};
  }
  if (field.shape != schema_field::shapes::list) return value_schema(field);
  json list{{"type", "array"}, {"items", value_schema(field)}};
  if (field.merges) list["x-kubernetes-patch-strategy"] = field.retains_keys ? "merge,retainKeys" : "merge";
  if (!field.merge_key.empty()) list["x-kubernetes-patch-merge-key"] = field.merge_key;
  if (!field.list_keys.empty()) {
    list["x-kubernetes-list-type"] = "map";
    list["x-kubernetes-list-map-keys"] = field.list_keys;
  }
  return list;
}

void add_properties(json& properties, const schema_message& message) {
  for (const schema_field& field : message.fields) {
    if (field.inlined) {
      add_properties(properties, *field.message);
    } else {
      properties[std::string{field.name}] = field_schema(field);
    }
  }
}

/// Adds a message and all it refers to.
void add_schema(json& schemas, const schema_message& message) {
  const std::string name = schema_name(message);
  if (schemas.contains(name)) return;
  json properties = json::object();
  add_properties(properties, message);
  schemas[name] = {{"type", "object"}, {"properties", std::move(properties)}};
  for (const schema_field& field : message.fields) {
    if (field.message != nullptr) add_schema(schemas, *field.message);
  }
}

json kind_of(const resource_type& type) {
  return {{"group", type.group}, {"version", type.version}, {"kind", type.kind}};
}

json patch_path(const resource_type& type) {
  json parameters = json::array();
  for (const char* name : patch_parameters) {
    parameters.push_back({{"name", name}, {"in", "query"}, {"schema", {{"type", "string"}}}});
  }
  return {{"patch",
           {{"x-kubernetes-action", "patch"},
            {"x-kubernetes-group-version-kind", kind_of(type)},
            {"parameters", std::move(parameters)},
            {"responses", {{"200", {{"description", "OK"}}}}}}}};
}

json group_document(const group_version& entry) {
  json paths = json::object();
  json schemas = json::object();
  for (const resource_type* type : entry.resources) {
    if (type->allows("patch")) paths[path_of_objects(*type)] = patch_path(*type);
    const schema_message* message = message_of(*type);
    if (message == nullptr) continue;
    add_schema(schemas, *message);
    json& own = schemas[schema_name(*message)];
    own["x-kubernetes-group-version-kind"] = json::array({kind_of(*type)});
    for (const char* name : {"apiVersion", "kind"}) own["properties"][name] = {{"type", "string"}};
  }
  return {{"openapi", "3.0.0"},
          {"info", {{"title", "Kubernetes"}, {"version", "v1.20.2"}}},
          {"paths", std::move(paths)},
          {"components", {{"schemas", std::move(schemas)}}}};
}

}  // namespace

const std::string& openapi_v2_protobuf() {
  static const std::string document = make_v2();
  return document;
}

std::optional<json> openapi_v3_document(std::string_view path) {
  constexpr std::string_view root = "/openapi/v3";
  if (!path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  json paths = json::object();
  for (const group_version& entry : group_versions()) {
    const std::string version = entry.resources.front()->api_version();
    const std::string own = entry.group.empty() ? "api/" + version : "apis/" + version;
    if (path == "/" + own) return group_document(entry);
    paths[own] = {{"serverRelativeURL", std::string{root} + "/" + own + "?hash=1"}};
  }
  if (!path.empty()) return std::nullopt;
  return json{{"paths", std::move(paths)}};
}

}  // namespace kitfox::kube
