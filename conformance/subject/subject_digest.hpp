#pragma once
#include <string>
#include <vector>

#include "conformance/report/case_result.hpp"
#include "conformance/subject/subject.hpp"

namespace kitfox::conformance {

/// A larger file is left out.
inline constexpr std::uintmax_t digested_bytes_max = 512ULL << 20;

/// Neither is a folder with more files in it, whatever their depth.
inline constexpr std::size_t digested_files_max = 2'000;

/// SHA-256 of what a subject consists of, as far as it can be told: the program, which is looked up in PATH,
/// every argument that names a regular file, what it names as its `files`, and the subject file (empty: there
/// is none). That of a folder, "NAME/", is of what `sha256sum` prints for the regular files in it, in the
/// order of their bytes, each by its path from there; links are not followed.
[[nodiscard]] std::vector<file_digest> digests_of(const subject& whose, const std::string& subject_file);

}  // namespace kitfox::conformance
