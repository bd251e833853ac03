#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakes/kube/object_store.hpp"
#include "fakes/kube/service_account_token.hpp"
#include "runtime/network.hpp"

namespace kitfox::kube {

/// Which local command stands for a container image.
struct image_mapping {
  std::string pattern;               ///< Of the image's whole name, as fnmatch(3) without flags: * ? [].
  std::vector<std::string> command;  ///< In place of the image's entry point; empty: the pod's own command.
};

/// "PATTERN=COMMAND WORD..."; words are parted by blanks, there are no quotes. Empty when there is no "=" or
/// no pattern.
[[nodiscard]] std::optional<image_mapping> parse_image_mapping(std::string_view text);
/// The first that fits; null when none does.
[[nodiscard]] const image_mapping* find_image(const std::vector<image_mapping>& all,
                                              const std::string& image);

/// Why a container is not started now. `reason` and `message` are its status's; `event_reason` and
/// `event_message` what the kubelet reports.
struct launch_refusal {
  std::string reason, message;
  std::string event_reason, event_message;
};

/// The content of one volume. A path is relative to the volume and has no ".." in it.
struct pod_volume {
  struct file {
    std::string path, content;
  };
  std::string name;
  std::vector<file> files;
};

struct pod_mount {
  std::string volume;
  std::string path;      ///< In the container, absolute.
  std::string sub_path;  ///< Of the volume; may be empty.
};

/// What a container is started with. There is no file system of its own: what it mounts is found below
/// `root`, and paths that the pod's words and variables name there are rewritten to that.
struct container_launch {
  std::string pod_folder;  ///< Holds volumes/NAME, and the roots of the pod's containers.
  std::string root;        ///< Also HOME and CONTAINER_SANDBOX_MOUNT_POINT; root + "/tmp" is TMPDIR.
  std::string directory;
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<pod_volume> volumes;
  std::vector<pod_mount> mounts;
};

/// What a pod's containers can refer to.
struct launch_context {
  const object_store& objects;
  const std::vector<image_mapping>& images;
  std::string pods_folder;    ///< Absolute.
  runtime::endpoint service;  ///< KUBERNETES_SERVICE_HOST and _PORT.
  /// A token for an account; empty when there is no such account.
  std::function<std::string(const service_account_name&)> token;
};

/// Fills `out` for one container of a pod, or says why not: an image without a command (ImagePullBackOff), a
/// Secret, ConfigMap or key that is missing (CreateContainerConfigError), a volume that cannot be made.
[[nodiscard]] std::optional<launch_refusal> plan_launch(const launch_context& with, const json& pod,
                                                        const json& container, container_launch& out);
/// A word of the pod with paths below a mount rewritten to where they are; also behind "=".
[[nodiscard]] std::string rewrite_mounted(const container_launch& launch, const std::string& word);

/// The volumes that a container mounts.
[[nodiscard]] std::optional<launch_refusal> plan_volumes(const launch_context& with, const json& pod,
                                                         const json& container, container_launch& out);
/// The value of a field as the downward API gives it (metadata.name, status.podIP, metadata.labels['x'],
/// ...).
[[nodiscard]] std::optional<std::string> downward_field(const json& pod, std::string_view path);

}  // namespace kitfox::kube
