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

/// Reads a subject file. One that cannot be read is an error in the list.
[[nodiscard]] loaded_subject load_subject(const std::string& path);
/// Reads it from text; `path` stands for the file in marks, and its folder for ${HERE}.
[[nodiscard]] loaded_subject load_subject_text(std::string_view text, const std::string& path);

}  // namespace kitfox::conformance
