#include "conformance/live/live_target.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

namespace kitfox::conformance {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string{} : value;
}

bool is_program(const std::filesystem::path& file) {
  std::error_code failure;
  const auto status = std::filesystem::status(file, failure);
  return !failure && std::filesystem::is_regular_file(status) &&
         (status.permissions() & std::filesystem::perms::owner_exec) != std::filesystem::perms::none;
}

std::unique_ptr<live_target> from_assets(const std::string& assets, const live_options& options,
                                         std::string& complaint) {
  for (const char* program : {"etcd", "kube-apiserver"}) {
    if (is_program(std::filesystem::path{assets} / program)) continue;
    complaint = fmt::format("KUBEBUILDER_ASSETS: no program {} in {}", program, assets);
    return nullptr;
  }
  return make_own_target(assets, options.control_planes_max);
}

}  // namespace

std::unique_ptr<live_target> choose_live_target(const live_options& options, std::string& complaint) {
  const std::string assets = variable("KUBEBUILDER_ASSETS");
  if (!assets.empty()) return from_assets(assets, options, complaint);
  complaint =
      "no API server for the world live: set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver";
  return nullptr;
}

}  // namespace kitfox::conformance
