#pragma once
#include <string>

#include "conformance/judge/judge.hpp"
#include "conformance/transcript/transcript.hpp"

namespace kitfox::conformance {

/// One line about one record, for people.
[[nodiscard]] std::string describe(const record& one);
/// The records around one, oldest first, with the one in question marked. Quiet runs are left in: they are
/// the context.
[[nodiscard]] std::string print_timeline(const transcript& of, std::size_t around, std::size_t before = 12,
                                         std::size_t after = 4);
/// The same around the first divergence, or how the run ended where nothing was found.
[[nodiscard]] std::string print_first_divergence(const transcript& of, const judgement& judged);

}  // namespace kitfox::conformance
