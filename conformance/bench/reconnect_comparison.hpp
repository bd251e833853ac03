#pragma once
#include <string>

namespace kitfox::conformance {

/// Puts two results of `kitfox bench reconnect --out` side by side: percentiles of the first agent of each,
/// and their ratio to the bare handshake of their own run, which also holds between machines. Empty, and
/// `failure` says why, when a file is no such result.
[[nodiscard]] std::string compare_reconnects(const std::string& left_file, const std::string& right_file,
                                             std::string& failure);

}  // namespace kitfox::conformance
