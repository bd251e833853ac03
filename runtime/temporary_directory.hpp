#pragma once
#include <filesystem>

namespace kitfox::runtime {

/// A folder of one run's own under the system's temporary folder, removed with everything in it by the
/// destructor.
class temporary_directory {
 public:
  temporary_directory();
  ~temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  /// Empty when it could not be made.
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace kitfox::runtime
