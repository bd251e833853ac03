#include "conformance/run/determinism.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kitfox::conformance {
namespace {

constexpr std::string_view ended = "(it has ended)";

std::string say(const char* of, std::ptrdiff_t at, const std::string& first, const std::string& second) {
  return fmt::format("two runs with one seed differ at {} record {}:\n    first run:  {}\n    second run: {}",
                     of, at, first, second);
}

}  // namespace

std::string describe_nondeterminism(const sim_run& first, const sim_run& second) {
  if (first.trace_hash == second.trace_hash) return {};
  const auto [left, right] = std::ranges::mismatch(first.trace, second.trace);
  if (left != first.trace.end() || right != second.trace.end()) {
    const auto printed = [](const sim_run& of, auto at) {
      return at == of.trace.end() ? std::string{ended} : sim::print_trace_record(*at, of.host_labels);
    };
    return say("trace", left - first.trace.begin(), printed(first, left), printed(second, right));
  }
  const auto tape = first.tape.records(), other_tape = second.tape.records();
  for (std::size_t i = 0; i < std::max(tape.size(), other_tape.size()); ++i) {
    const std::string one = i < tape.size() ? print_record(tape[i]) : std::string{ended},
                      other = i < other_tape.size() ? print_record(other_tape[i]) : std::string{ended};
    if (one != other) return say("transcript", static_cast<std::ptrdiff_t>(i), one, other);
  }
  return "two runs with one seed had different trace hashes and the same transcript";
}

}  // namespace kitfox::conformance
