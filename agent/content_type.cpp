#include "agent/content_type.hpp"

#include <algorithm>

#include "runtime/ascii.hpp"

namespace kitfox::agent {

bool is_event_stream(std::string_view content_type) noexcept {
  constexpr std::string_view wanted = "text/event-stream";
  constexpr std::string_view blanks = " \t";
  std::string_view type = content_type.substr(0, content_type.find(';'));
  const auto begin = type.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return false;
  type = type.substr(begin, type.find_last_not_of(blanks) - begin + 1);
  return runtime::same_letters(type, wanted);
}

}  // namespace kitfox::agent
