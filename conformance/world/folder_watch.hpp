#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "runtime/host.hpp"

namespace kitfox::conformance {

/// Tells at once when files appear in a folder and go from it (Linux inotify). Lives on the executor of a
/// real host.
class folder_watch {
 public:
  /// Called on the executor: the file's name, and whether it is there now.
  using on_change = std::function<void(std::string_view name, bool exists)>;

  /// `folder` must exist. Errors are the operating system's.
  [[nodiscard]] static runtime::result<std::unique_ptr<folder_watch>> open(
      runtime::host& on, const std::filesystem::path& folder, on_change changes);
  ~folder_watch();
  folder_watch(const folder_watch&) = delete;
  folder_watch& operator=(const folder_watch&) = delete;

  /// Reports changes until it is cancelled.
  [[nodiscard]] runtime::task<void> run();

 private:
  struct state;
  explicit folder_watch(std::unique_ptr<state> owned);
  std::unique_ptr<state> state_;
};

}  // namespace kitfox::conformance
