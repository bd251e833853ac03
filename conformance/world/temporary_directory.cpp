#include "conformance/world/temporary_directory.hpp"

#include <stdlib.h>

#include <string>

namespace kitfox::conformance {

temporary_directory::temporary_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "kitfox-XXXXXX").string();
  if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace kitfox::conformance
