#include "conformance/world/program_command.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

namespace kitfox::conformance {

std::vector<std::string> split_command(std::string_view command) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : command) {
    if (c != ' ')
      word += c;
    else if (!word.empty())
      out.push_back(std::exchange(word, {}));
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

std::vector<std::string> command_or_reference(std::string_view command, std::string_view reference) {
  if (!command.empty()) return split_command(command);
  std::error_code failure;  // an empty path then: the program is looked up in PATH
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failure);
  return {(self.parent_path() / reference).string()};
}

}  // namespace kitfox::conformance
