#include "conformance/world/program_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>

namespace kitfox::conformance {
namespace {

constexpr std::string_view blanks = " \t\n";

/// Reads one word; false when it is left open.
bool take_word(std::string_view& rest, std::string& word) {
  char quote = 0;
  while (!rest.empty()) {
    const char c = rest.front();
    if (quote == 0 && blanks.find(c) != std::string_view::npos) return true;
    rest.remove_prefix(1);
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'') {
      if (rest.empty()) return false;
      const bool special = quote == 0 || rest.front() == '"' || rest.front() == '\\' || rest.front() == '$';
      if (!special) word += c;
      word += rest.front();
      rest.remove_prefix(1);
    } else {
      word += c;
    }
  }
  return quote == 0;
}

}  // namespace

std::optional<std::vector<std::string>> split_command_line(std::string_view text) {
  std::vector<std::string> out;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    if (text.empty()) break;
    if (!take_word(text, out.emplace_back())) return std::nullopt;
  }
  if (out.empty()) return std::nullopt;
  return out;
}

std::string quote_word(std::string_view word) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+./,:=@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) return std::string{word};
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

std::string wrong_with_program(const std::string& word) {
  const auto failure_of = [](const std::string& path) {
    std::error_code unreadable;
    if (std::filesystem::is_directory(path, unreadable)) return EISDIR;
    return access(path.c_str(), X_OK) == 0 ? 0 : errno;
  };
  if (word.find('/') != std::string::npos) {
    const int failure = failure_of(word);
    return failure == 0 ? "" : word + ": " + std::generic_category().message(failure);
  }
  const char* const given = std::getenv("PATH");
  std::istringstream folders{given != nullptr ? given : ""};
  for (std::string folder; std::getline(folders, folder, ':');)
    if (failure_of((folder.empty() ? "." : folder) + "/" + word) == 0) return {};
  return "no program \"" + word + "\" in PATH";
}

std::string beside_this_program(std::string_view name) {
  std::error_code failure;  // an empty path then: the program is looked up in PATH
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failure);
  return (self.parent_path() / name).string();
}

std::vector<std::string> command_or_reference(std::string_view command, std::string_view reference) {
  if (command.empty()) return {beside_this_program(reference)};
  return split_command_line(command).value_or(std::vector{std::string{command}});
}

}  // namespace kitfox::conformance
