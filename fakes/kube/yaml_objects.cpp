#include "fakes/kube/yaml_objects.hpp"

#include "fakes/kube/go_text.hpp"

namespace kitfox::kube {

namespace {

/// Every field below these must be a string, or YAML 1.1 has read something else out of it.
const std::vector<std::vector<std::string_view>>& text_maps() {
  static const std::vector<std::vector<std::string_view>> all{{"metadata", "labels"},
                                                              {"metadata", "annotations"},
                                                              {"spec", "nodeSelector"},
                                                              {"data"},
                                                              {"stringData"}};
  return all;
}

const json& map_at(const json& value, const std::vector<std::string_view>& path) {
  return path.size() == 1 ? value_at(value, {path[0]}) : value_at(value, {path[0], path[1]});
}

class loader {
 public:
  explicit loader(diagnostics& where) : where_{where} {}

  runtime::error_code add(json value, int line) {
    line_ = line;
    if (!value.is_object()) return refuse(errc::not_an_object, "the document is not a map");
    const std::string api_version{text_at(value, {"apiVersion"})};
    const std::string kind{text_at(value, {"kind"})};
    if (api_version.empty() || kind.empty())
      return refuse(errc::not_an_object, "apiVersion or kind is missing");
    if (api_version == "kitfox.dev/v1" && kind == "PodLog") return add_log(value);
    if (kind == "List" && api_version == "v1") return add_list(std::move(value), line);
    return add_object(std::move(value), api_version, kind);
  }

  loaded_file take() { return std::move(file_); }

 private:
  runtime::error_code refuse(errc code, std::string message) {
    where_.line = line_;
    where_.message = std::move(message);
    return code;
  }

  runtime::error_code add_list(json value, int line) {
    for (json& item : value["items"]) {
      if (const auto failure = add(std::move(item), line)) return failure;
    }
    return {};
  }

  runtime::error_code add_object(json value, const std::string& api_version, const std::string& kind) {
    const std::size_t slash = api_version.find('/');
    const std::string group = slash == std::string::npos ? "" : api_version.substr(0, slash);
    const resource_type* type = find_kind(group, kind);
    if (type == nullptr || !type->allows("list") || &stored_as(*type) != type) {
      return refuse(errc::unknown_kind, api_version + " " + kind + " is not served");
    }
    // Stored in another version it would not be what the file says.
    if (api_version != type->api_version()) {
      return refuse(errc::unknown_kind, api_version + " " + kind + " is not served; " + kind +
                                            " is served as " + type->api_version());
    }
    if (const auto failure = check_texts(value, kind)) return failure;
    const std::string name{text_at(value, {"metadata", "name"})};
    if (name.empty()) return refuse(errc::not_an_object, kind + " without metadata.name");
    const bool has_namespace = !text_at(value, {"metadata", "namespace"}).empty();
    if (type->scope == resource_scope::cluster && has_namespace) {
      return refuse(errc::wrong_scope, kind + " " + name + " cannot have a namespace");
    }
    if (type->scope == resource_scope::namespaced && !has_namespace)
      value["metadata"]["namespace"] = "default";
    file_.objects.push_back({type, std::move(value), line_});
    return {};
  }

  runtime::error_code check_texts(const json& value, const std::string& kind) {
    const json& metadata = value_at(value, {"metadata"});
    for (const char* field : {"name", "namespace"}) {
      const auto found = metadata.is_object() ? metadata.find(field) : metadata.end();
      if (metadata.is_object() && found != metadata.end() && !found->is_string()) {
        return refuse(errc::not_a_string, std::string{"metadata."} + field + " of a " + kind + " reads as " +
                                              print_json(*found) + "; quote it");
      }
    }
    for (const auto& path : text_maps()) {
      const json& map = map_at(value, path);
      if (!map.is_object() || (path.size() == 1 && kind != "ConfigMap" && kind != "Secret")) continue;
      for (const auto& [key, entry] : map.items()) {
        if (entry.is_string() || entry.is_null()) continue;
        std::string at;
        for (const std::string_view step : path) at.append(step).append(".");
        return refuse(errc::not_a_string, at + key + " reads as " + print_json(entry) + "; quote it");
      }
    }
    return {};
  }

  runtime::error_code add_log(const json& value) {
    loaded_log log;
    log.name = {std::string{text_at(value, {"metadata", "namespace"})},
                std::string{text_at(value, {"metadata", "name"})}, std::string{text_at(value, {"container"})},
                is_true_at(value, {"previous"}) ? log_instance::previous : log_instance::current};
    if (log.name.ns.empty()) log.name.ns = "default";
    if (log.name.pod.empty())
      return refuse(errc::not_an_object, "PodLog without metadata.name, the pod's name");
    if (!value_at(value, {"log"}).is_string())
      return refuse(errc::not_a_string, "PodLog needs a text in `log`");
    log.text = text_at(value, {"log"});
    const std::string_view start = text_at(value, {"start"});
    const auto time = start.empty() ? runtime::wall_time{} : parse_time(start);
    if (!time) return refuse(errc::not_an_object, "`start` of a PodLog is not an RFC 3339 time");
    log.start = *time;
    log.step = std::chrono::milliseconds{number_at(value, {"step_ms"})};
    log.open = is_true_at(value, {"open"});
    file_.logs.push_back(std::move(log));
    return {};
  }

  diagnostics& where_;
  int line_ = 0;
  loaded_file file_;
};

}  // namespace

runtime::result<loaded_file> load_objects(std::string_view text, diagnostics& where, yaml_limits limits) {
  auto documents = yaml_to_json(text, where, limits);
  if (!documents) return documents.error();
  loader load{where};
  for (auto& [value, line] : *documents) {
    if (const auto failure = load.add(std::move(value), line)) return failure;
  }
  return load.take();
}

}  // namespace kitfox::kube
