#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scenario/scenario.hpp"
#include "conformance/subject/subject.hpp"

namespace kitfox::conformance {

/// A subject, or every mistake of its file in the file's order; never both.
struct loaded_subject {
  subject what;
  std::vector<load_error> errors;
};

/// "REC-4 # why it is broken", or what is wrong with it.
struct parsed_known_failure {
  known_failure entry;
  std::string error;
  explicit operator bool() const noexcept { return error.empty(); }
};
[[nodiscard]] parsed_known_failure parse_known_failure(std::string_view text);

/// Reads a subject file. One that cannot be read is an error in the list.
[[nodiscard]] loaded_subject load_subject(const std::string& path);
/// Reads it from text; `path` stands for the file in marks, and its folder for ${HERE}.
[[nodiscard]] loaded_subject load_subject_text(std::string_view text, const std::string& path);

}  // namespace kitfox::conformance
