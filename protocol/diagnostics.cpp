#include "protocol/diagnostics.hpp"

namespace kitfox::protocol {

std::string diagnostics::to_string() const {
  std::string text;
  if (!pointer.empty())
    text = pointer + ": ";
  else if (offset)
    text = "at byte " + std::to_string(*offset) + ": ";
  return text + sentence;
}

}  // namespace kitfox::protocol
