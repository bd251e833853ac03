#pragma once
#include <string>
#include <vector>

#include "conformance/report/case_result.hpp"
#include "conformance/subject/subject.hpp"

namespace kitfox::conformance {

/// A larger file is left out.
inline constexpr std::uintmax_t digested_bytes_max = 512ULL << 20;

/// SHA-256 of what a subject consists of, as far as it can be told: the program, which is looked up in PATH,
/// every argument that names a regular file, and the subject file (empty: there is none).
[[nodiscard]] std::vector<file_digest> digests_of(const subject& whose, const std::string& subject_file);

}  // namespace kitfox::conformance
