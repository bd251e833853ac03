#include "conformance/subject/subject_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/spec/nearest_word.hpp"
#include "conformance/world/program_command.hpp"

namespace kitfox::conformance {

std::string subject_text::read(const yaml_node& from, const std::string& path, std::vector<std::string> known,
                               const std::string& of) {
  known.emplace_back("HERE");
  std::string out = from.text;
  for (std::size_t at = out.find("${"); at != std::string::npos; at = out.find("${", at + 2)) {
    const std::size_t end = out.find('}', at);
    if (end == std::string::npos) {
      problems_.add(from.where, path, "\"${\" has no \"}\"");
      break;
    }
    const std::string name = out.substr(at + 2, end - at - 2);
    if (name == "HERE")
      out.replace(at, end - at + 1, here_);
    else if (std::ranges::find(known, name) == known.end())
      problems_.add(from.where, path, fmt::format("${{{}}} is not {}{}", name, of, suggestion(name, known)));
  }
  return out;
}

std::vector<std::string> subject_text::read_command(const yaml_node& from, const std::string& path,
                                                    const std::vector<std::string>& known,
                                                    const std::string& of) {
  std::vector<std::string> out;
  if (from.is_scalar()) {
    const auto words = split_command_line(read(from, path, known, of));
    if (words) return *words;
    problems_.add(from.where, path, "a quote is left open, or nothing is there");
    return out;
  }
  for (const yaml_node& word : from.items) out.push_back(read(word, path, known, of));
  return out;
}

}  // namespace kitfox::conformance
