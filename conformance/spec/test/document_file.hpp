#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace kitfox::conformance {

/// The text of a file of the tree; a failure of the test when it cannot be read.
[[nodiscard]] std::string read_document(const std::filesystem::path& file);

/// Fails when a written document differs from what `text` says it must be, and names the command that renews
/// it. With KITFOX_RENEW in the environment the document is written instead.
void expect_current(const std::filesystem::path& file, const std::string& text, std::string_view renewed_by);

}  // namespace kitfox::conformance
