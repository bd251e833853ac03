#include "fakes/kube/pod_folder.hpp"

#include <filesystem>
#include <fstream>

namespace kitfox::kube {

namespace {

namespace fs = std::filesystem;

std::error_code write_file(const fs::path& at, const std::string& content) {
  std::error_code failure;
  fs::create_directories(at.parent_path(), failure);
  if (failure) return failure;
  std::ofstream out{at, std::ios::binary | std::ios::trunc};
  out << content;
  out.close();
  return out ? std::error_code{} : std::make_error_code(std::errc::io_error);
}

std::error_code make_volumes(const container_launch& launch) {
  std::error_code failure;
  for (const pod_volume& volume : launch.volumes) {
    const fs::path folder = fs::path{launch.pod_folder} / "volumes" / volume.name;
    fs::create_directories(folder, failure);
    if (failure) return failure;
    for (const pod_volume::file& file : volume.files) {
      failure = write_file(folder / file.path, file.content);
      if (failure) return failure;
    }
  }
  return failure;
}

std::error_code make_mount(const container_launch& launch, const pod_mount& mount) {
  std::error_code failure;
  const fs::path at = launch.root + mount.path;
  const fs::path target = fs::path{launch.pod_folder} / "volumes" / mount.volume / mount.sub_path;
  if (!fs::exists(target, failure)) fs::create_directories(target, failure);
  if (failure) return failure;
  if (fs::is_symlink(fs::symlink_status(at, failure))) return {};  // of the run before
  fs::create_directories(at.parent_path(), failure);
  if (!failure) fs::create_symlink(target, at, failure);
  return failure;
}

}  // namespace

runtime::error_code make_folders(const container_launch& launch) {
  std::error_code failure;
  fs::create_directories(launch.root, failure);
  if (!failure) fs::permissions(launch.pod_folder, fs::perms::owner_all, failure);
  if (!failure) failure = make_volumes(launch);
  for (const pod_mount& mount : launch.mounts) {
    if (!failure) failure = make_mount(launch, mount);
  }
  const fs::path temporary = launch.root + "/tmp";
  if (!failure && !fs::exists(temporary, failure)) fs::create_directories(temporary, failure);
  return {failure.value(), boost::system::system_category()};
}

}  // namespace kitfox::kube
