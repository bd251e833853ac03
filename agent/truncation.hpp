#pragma once
#include <cstddef>
#include <string>

#include "agent/command_runner.hpp"

namespace kitfox::agent {

/// The body that answers a command, at most `body_bytes_max` long where the result allows it. A longer result
/// is cut and marked `truncated`: of `logs` the oldest lines go; of a list the last items go, together with
/// its `continue`, and its count follows; otherwise the longest texts are shortened. What still does not fit
/// is answered with too_large.
[[nodiscard]] std::string print_answer(const std::string& request_id, command_outcome outcome,
                                       std::size_t body_bytes_max);

/// Cuts `text` to at most `bytes_max` bytes without splitting a character of UTF-8.
void cut_text(std::string& text, std::size_t bytes_max);

}  // namespace kitfox::agent
