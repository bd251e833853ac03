#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::conformance {

/// A fenced block of a Markdown document.
struct fenced_example {
  std::string language;  ///< First word after the fence: "http".
  std::string what;      ///< The rest of that line: "execute_request".
  std::string text;      ///< Its lines, each with its line feed.
  std::size_t line = 0;  ///< Of the opening fence, from 1.
};
[[nodiscard]] std::vector<fenced_example> find_fenced_examples(std::string_view document);

}  // namespace kitfox::conformance
