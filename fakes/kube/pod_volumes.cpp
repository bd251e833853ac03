#include <fmt/format.h>

#include <algorithm>

#include "fakes/kube/pod_launch.hpp"
#include "runtime/base64.hpp"

namespace kitfox::kube {

namespace {

bool stays_inside(std::string_view path) {
  if (path.empty() || path.starts_with('/')) return false;
  const auto steps = split_words(path, '/');
  return std::none_of(steps.begin(), steps.end(), [](std::string_view step) { return step == ".."; });
}

/// Makes the files of one volume. A failure is one line, as the kubelet's event tells it.
class volume_plan {
 public:
  volume_plan(const launch_context& with, const json& pod, pod_volume& out)
      : with_{with}, pod_{pod}, out_{out} {}

  std::string add(const json& volume) {
    if (volume.contains("emptyDir")) return {};
    if (const json& source = value_at(volume, {"secret"}); source.is_object())
      return add_object("secrets", text_at(source, {"secretName"}), source);
    if (const json& source = value_at(volume, {"configMap"}); source.is_object())
      return add_object("configmaps", text_at(source, {"name"}), source);
    if (const json& source = value_at(volume, {"downwardAPI"}); source.is_object()) return add_fields(source);
    const json& sources = value_at(volume, {"projected", "sources"});
    if (!sources.is_array())
      return "only secret, configMap, projected, downwardAPI and emptyDir are served here";
    for (const json& source : sources) {
      std::string failure = add_projected(source);
      if (!failure.empty()) return failure;
    }
    return {};
  }

 private:
  std::string_view ns() const { return text_at(pod_, {"metadata", "namespace"}); }

  std::string add_projected(const json& source) {
    if (const json& one = value_at(source, {"secret"}); one.is_object())
      return add_object("secrets", text_at(one, {"name"}), one);
    if (const json& one = value_at(source, {"configMap"}); one.is_object())
      return add_object("configmaps", text_at(one, {"name"}), one);
    if (const json& one = value_at(source, {"downwardAPI"}); one.is_object()) return add_fields(one);
    const json& token = value_at(source, {"serviceAccountToken"});
    if (!token.is_object()) return {};
    const std::string account{text_at(pod_, {"spec", "serviceAccountName"})};
    std::string text = with_.token({std::string{ns()}, account.empty() ? "default" : account});
    if (text.empty()) {
      return fmt::format("failed to fetch token: serviceaccounts \"{}\" not found", account);
    }
    return put(std::string{text_at(token, {"path"})}, std::move(text));
  }

  std::string add_object(const char* plural, std::string_view name, const json& source) {
    const bool optional = is_true_at(source, {"optional"});
    const object_ptr object = with_.objects.find(*find_resource("", "v1", plural), ns(), name);
    const std::string_view kind = std::string_view{plural} == "secrets" ? "secret" : "configmap";
    if (!object) return optional ? std::string{} : fmt::format("{} \"{}\" not found", kind, name);
    const json& items = value_at(source, {"items"});
    if (!items.is_array()) {
      for (const char* field : {"data", "binaryData"}) {
        const json& data = value_at(object->body, {field});
        if (!data.is_object()) continue;
        for (const auto& [key, value] : data.items()) {
          if (std::string failure = put(key, content(kind, field, value)); !failure.empty()) return failure;
        }
      }
      return {};
    }
    for (const json& item : items) {
      const std::string_view key = text_at(item, {"key"});
      const json& value = value_at(object->body, {"data", key});
      if (!value.is_string() && !optional)
        return fmt::format("references non-existent {} key: {}", kind == "secret" ? "secret" : "config", key);
      if (!value.is_string()) continue;
      std::string failure = put(std::string{text_at(item, {"path"})}, content(kind, "data", value));
      if (!failure.empty()) return failure;
    }
    return {};
  }

  std::string add_fields(const json& source) {
    const json& items = value_at(source, {"items"});
    if (!items.is_array()) return {};
    for (const json& item : items) {
      const auto value = downward_field(pod_, text_at(item, {"fieldRef", "fieldPath"}));
      std::string failure = put(std::string{text_at(item, {"path"})}, value.value_or(""));
      if (!failure.empty()) return failure;
    }
    return {};
  }

  static std::string content(std::string_view kind, std::string_view field, const json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : std::string{};
    const bool encoded = kind == "secret" || field == "binaryData";
    return encoded ? runtime::base64_decode(text).value_or("") : text;
  }

  std::string put(std::string path, std::string text) {
    if (!stays_inside(path)) return fmt::format("invalid path \"{}\"", path);
    out_.files.push_back({std::move(path), std::move(text)});
    return {};
  }

  const launch_context& with_;
  const json& pod_;
  pod_volume& out_;
};

launch_refusal mount_failed(std::string_view volume, const std::string& why) {
  return {"ContainerCreating",
          {},
          "FailedMount",
          fmt::format("MountVolume.SetUp failed for volume \"{}\" : {}", volume, why)};
}

const json* find_volume(const json& pod, std::string_view name) {
  const json& volumes = value_at(pod, {"spec", "volumes"});
  if (!volumes.is_array()) return nullptr;
  for (const json& volume : volumes) {
    if (text_at(volume, {"name"}) == name) return &volume;
  }
  return nullptr;
}

}  // namespace

std::optional<launch_refusal> plan_volumes(const launch_context& with, const json& pod, const json& container,
                                           container_launch& out) {
  const json& mounts = value_at(container, {"volumeMounts"});
  if (!mounts.is_array()) return std::nullopt;
  for (const json& mount : mounts) {
    const std::string name{text_at(mount, {"name"})};
    const std::string path{text_at(mount, {"mountPath"})};
    const std::string inside{text_at(mount, {"subPath"})};
    const json* volume = find_volume(pod, name);
    if (volume == nullptr) return mount_failed(name, "the pod has no such volume");
    if (!path.starts_with('/') || !stays_inside(path.substr(1)) || (!inside.empty() && !stays_inside(inside)))
      return mount_failed(name, fmt::format("invalid path \"{}\"", path));
    out.mounts.push_back({name, path, inside});
    const bool made = std::any_of(out.volumes.begin(), out.volumes.end(),
                                  [&](const pod_volume& one) { return one.name == name; });
    if (made) continue;
    out.volumes.push_back({name, {}});
    std::string failure = volume_plan{with, pod, out.volumes.back()}.add(*volume);
    if (!failure.empty()) return mount_failed(name, failure);
  }
  // A mount inside another's folder is made after it.
  std::stable_sort(out.mounts.begin(), out.mounts.end(),
                   [](const pod_mount& a, const pod_mount& b) { return a.path.size() < b.path.size(); });
  return std::nullopt;
}

}  // namespace kitfox::kube
