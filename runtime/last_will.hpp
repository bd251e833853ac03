#pragma once
#include <filesystem>
#include <string>

namespace kitfox::runtime {

/// What is to be done if this process is killed, when no destructor of it runs: a shell in a session of its
/// own waits for the end of a socket from here, which the kernel closes however the process ends, and then
/// kills the groups and removes the folders that are still in the will. Without a shell to start, nothing is
/// in it. One for the whole process, made with the first entry; any thread may add and drop.
class last_will {
 public:
  /// The process group `id` is killed, with all that is in it by then.
  static void add_group(int id);
  static void drop_group(int id);
  /// The folder is removed with all that is in it, after the groups are gone.
  static void add_folder(const std::filesystem::path& path);
  static void drop_folder(const std::filesystem::path& path);

 private:
  last_will();
  static void write(const std::string& line);
  int socket_ = -1;
};

}  // namespace kitfox::runtime
