#include "fakes/kube/pod_launch.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <map>

#include "runtime/base64.hpp"

namespace kitfox::kube {

namespace {

using variables = std::vector<std::pair<std::string, std::string>>;

launch_refusal config_error(std::string message) {
  std::string told = "Error: " + message;
  return {"CreateContainerConfigError", std::move(message), "Failed", std::move(told)};
}

void set_variable(variables& all, const std::string& name, std::string value) {
  for (auto& [known, old] : all) {
    if (known != name) continue;
    old = std::move(value);
    return;
  }
  all.emplace_back(name, std::move(value));
}

// $(NAME) where it is known, $$ for $ (k8s.io/kubernetes/third_party/forked/golang/expansion).
std::string expand(std::string_view text, const variables& known) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$' || at + 1 == text.size()) {
      out += text[at];
      continue;
    }
    if (text[at + 1] == '$') {
      out += '$';
      ++at;
      continue;
    }
    const std::size_t end = text[at + 1] == '(' ? text.find(')', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += '$';
      continue;
    }
    const std::string_view name = text.substr(at + 2, end - at - 2);
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.first == name; });
    out += found == known.end() ? std::string{text.substr(at, end - at + 1)} : found->second;
    at = end;
  }
  return out;
}

class environment_plan {
 public:
  environment_plan(const launch_context& with, const json& pod) : with_{with}, pod_{pod} {}

  std::optional<launch_refusal> add_sources(const json& container) {
    const json& sources = value_at(container, {"envFrom"});
    if (!sources.is_array()) return std::nullopt;
    for (const json& source : sources) {
      const std::string prefix{text_at(source, {"prefix"})};
      for (const auto& [field, plural] :
           {std::pair{"configMapRef", "configmaps"}, {"secretRef", "secrets"}}) {
        const json& named = value_at(source, {field});
        if (!named.is_object()) continue;
        const object_ptr object = find(plural, text_at(named, {"name"}));
        if (!object && !is_true_at(named, {"optional"})) return missing(plural, text_at(named, {"name"}));
        if (!object) continue;
        for (const auto& [key, value] : value_at(object->body, {"data"}).items()) {
          set_variable(all, prefix + key, decoded(plural, value));
        }
      }
    }
    return std::nullopt;
  }

  std::optional<launch_refusal> add_variables(const json& container) {
    const json& list = value_at(container, {"env"});
    if (!list.is_array()) return std::nullopt;
    for (const json& one : list) {
      const std::string name{text_at(one, {"name"})};
      const json& from = value_at(one, {"valueFrom"});
      if (!from.is_object()) {
        set_variable(all, name, expand(text_at(one, {"value"}), all));
      } else if (auto refusal = add_from(name, from)) {
        return refusal;
      }
    }
    return std::nullopt;
  }

  variables all;

 private:
  object_ptr find(const char* plural, std::string_view name) const {
    return with_.objects.find(*find_resource("", "v1", plural), text_at(pod_, {"metadata", "namespace"}),
                              name);
  }

  static std::string decoded(std::string_view plural, const json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : std::string{};
    return plural == "secrets" ? runtime::base64_decode(text).value_or("") : text;
  }

  static launch_refusal missing(std::string_view plural, std::string_view name) {
    return config_error(fmt::format("{} \"{}\" not found", plural.substr(0, plural.size() - 1), name));
  }

  std::optional<launch_refusal> add_from(const std::string& name, const json& from) {
    for (const auto& [field, plural] :
         {std::pair{"configMapKeyRef", "configmaps"}, {"secretKeyRef", "secrets"}}) {
      const json& named = value_at(from, {field});
      if (named.is_object()) return add_key(name, plural, named);
    }
    const std::string_view path = text_at(from, {"fieldRef", "fieldPath"});
    if (path.empty()) return config_error("no resourceFieldRef is served here");
    const auto value = downward_field(pod_, path);
    if (!value) return config_error(fmt::format("unsupported fieldPath: {}", path));
    set_variable(all, name, *value);
    return std::nullopt;
  }

  std::optional<launch_refusal> add_key(const std::string& name, const char* plural, const json& named) {
    const std::string_view object_name = text_at(named, {"name"});
    const std::string_view key = text_at(named, {"key"});
    const object_ptr object = find(plural, object_name);
    const json& value = object ? value_at(object->body, {"data", key}) : json{};
    if (value.is_string()) {
      set_variable(all, name, decoded(plural, value));
      return std::nullopt;
    }
    if (is_true_at(named, {"optional"})) return std::nullopt;
    if (!object) return missing(plural, object_name);
    return config_error(fmt::format("couldn't find key {} in {} {}/{}", key,
                                    std::string_view{plural} == "secrets" ? "Secret" : "ConfigMap",
                                    text_at(pod_, {"metadata", "namespace"}), object_name));
  }

  const launch_context& with_;
  const json& pod_;
};

launch_refusal unknown_image(const std::string& image) {
  return {"ImagePullBackOff", fmt::format("Back-off pulling image \"{}\"", image), "Failed",
          fmt::format("Failed to pull image \"{}\": no local command is mapped to it", image)};
}

void add_service_variables(const runtime::endpoint& service, variables& all) {
  const std::string port = std::to_string(service.port);
  all.emplace_back("KUBERNETES_SERVICE_HOST", service.host);
  all.emplace_back("KUBERNETES_SERVICE_PORT", port);
  all.emplace_back("KUBERNETES_SERVICE_PORT_HTTPS", port);
}

std::string rewrite_path(const container_launch& launch, const std::string& path) {
  for (const pod_mount& mount : launch.mounts) {
    const bool below =
        path.starts_with(mount.path) && (path.size() == mount.path.size() || path[mount.path.size()] == '/');
    if (below) return launch.root + path;
  }
  return path;
}

void add_command(const image_mapping& image, const json& container, const variables& known,
                 container_launch& out) {
  out.command = image.command;
  const auto add = [&](const char* field) {
    for (const std::string& word : texts_at(container, {field}))
      out.command.push_back(rewrite_mounted(out, expand(word, known)));
  };
  if (out.command.empty()) add("command");
  add("args");
}

}  // namespace

std::optional<image_mapping> parse_image_mapping(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  image_mapping out;
  out.pattern = text.substr(0, equals);
  for (const std::string_view word : split_words(text.substr(equals + 1), ' '))
    out.command.emplace_back(word);
  return out;
}

const image_mapping* find_image(const std::vector<image_mapping>& all, const std::string& image) {
  for (const image_mapping& one : all) {
    if (fnmatch(one.pattern.c_str(), image.c_str(), 0) == 0) return &one;
  }
  return nullptr;
}

std::optional<launch_refusal> plan_launch(const launch_context& with, const json& pod, const json& container,
                                          container_launch& out) {
  const std::string name{text_at(container, {"image"})};
  const image_mapping* image = find_image(with.images, name);
  if (image == nullptr) return unknown_image(name);
  out.pod_folder = with.pods_folder + "/" + std::string{text_at(pod, {"metadata", "uid"})};
  out.root = out.pod_folder + "/" + std::string{text_at(container, {"name"})};
  if (auto refusal = plan_volumes(with, pod, container, out)) return refusal;
  environment_plan plan{with, pod};
  add_service_variables(with.service, plan.all);
  plan.all.emplace_back("HOSTNAME", text_at(pod, {"metadata", "name"}));
  if (auto refusal = plan.add_sources(container)) return refusal;
  if (auto refusal = plan.add_variables(container)) return refusal;
  add_command(*image, container, plan.all, out);
  if (out.command.empty()) return config_error("neither the image's mapping nor the pod names a command");
  for (auto& [variable, value] : plan.all) value = rewrite_path(out, value);
  set_variable(plan.all, "HOME", out.root);
  set_variable(plan.all, "TMPDIR", out.root + "/tmp");
  // As containers of Windows hosts have it that share the node's file system (HostProcess containers).
  set_variable(plan.all, "CONTAINER_SANDBOX_MOUNT_POINT", out.root);
  out.environment = std::move(plan.all);
  out.directory = out.root;
  return std::nullopt;
}

std::string rewrite_mounted(const container_launch& launch, const std::string& word) {
  const std::size_t equals = word.find("=/");
  if (equals == std::string::npos) return rewrite_path(launch, word);
  return word.substr(0, equals + 1) + rewrite_path(launch, word.substr(equals + 1));
}

std::optional<std::string> downward_field(const json& pod, std::string_view path) {
  const auto text = [&](std::initializer_list<std::string_view> at) { return std::string{text_at(pod, at)}; };
  for (const char* map : {"labels", "annotations"}) {
    const std::string begin = fmt::format("metadata.{}['", map);
    if (!path.starts_with(begin) || !path.ends_with("']")) continue;
    return text({"metadata", map, path.substr(begin.size(), path.size() - begin.size() - 2)});
  }
  if (path == "metadata.name") return text({"metadata", "name"});
  if (path == "metadata.namespace") return text({"metadata", "namespace"});
  if (path == "metadata.uid") return text({"metadata", "uid"});
  if (path == "spec.nodeName") return text({"spec", "nodeName"});
  if (path == "spec.serviceAccountName") return text({"spec", "serviceAccountName"});
  if (path == "status.hostIP") return text({"status", "hostIP"});
  if (path == "status.podIP" || path == "status.podIPs") return text({"status", "podIP"});
  return std::nullopt;
}

}  // namespace kitfox::kube
