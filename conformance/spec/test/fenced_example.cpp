#include "conformance/spec/test/fenced_example.hpp"

namespace kitfox::conformance {

std::vector<fenced_example> find_fenced_examples(std::string_view document) {
  constexpr std::string_view fence = "```";
  std::vector<fenced_example> out;
  bool inside = false;
  std::size_t number = 0;
  while (!document.empty()) {
    const std::size_t end = document.find('\n');
    const std::string_view line = document.substr(0, end);
    document = end == document.npos ? std::string_view{} : document.substr(end + 1);
    ++number;
    if (!line.starts_with(fence)) {
      if (inside) out.back().text += std::string{line} + "\n";
      continue;
    }
    inside = !inside;
    if (!inside) continue;
    const std::string_view words = line.substr(fence.size());
    const std::size_t space = words.find(' ');
    const std::string_view rest = space == words.npos ? std::string_view{} : words.substr(space + 1);
    out.push_back({std::string{words.substr(0, space)}, std::string{rest}, {}, number});
  }
  return out;
}

}  // namespace kitfox::conformance
