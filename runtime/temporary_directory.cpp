#include "runtime/temporary_directory.hpp"

#include <stdlib.h>

#include <string>

#include "runtime/last_will.hpp"

namespace kitfox::runtime {

temporary_directory::temporary_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "kitfox-XXXXXX").string();
  if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  if (!path_.empty()) last_will::add_folder(path_);
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  if (path_.empty()) return;
  std::filesystem::remove_all(path_, ignored);
  last_will::drop_folder(path_);
}

}  // namespace kitfox::runtime
