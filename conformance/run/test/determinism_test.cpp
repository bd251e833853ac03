#include "conformance/run/determinism.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

sim::trace_record at(std::uint64_t size) { return {runtime::mono_time{}, sim::trace_kind::sent, 0, size, 0}; }

sim_run a_run(std::vector<sim::trace_record> trace, std::uint64_t hash) {
  sim_run out;
  out.trace = std::move(trace);
  out.trace_hash = hash;
  return out;
}

record exit_of(const std::string& node) {
  record one;
  one.kind = record_kind::node_exited;
  one.node = node;
  return one;
}

TEST(Determinism, EqualHashesAreEqualRuns) {
  EXPECT_EQ(describe_nondeterminism(a_run({at(1)}, 7), a_run({at(1)}, 7)), "");
}

TEST(Determinism, TheFirstDifferingRecordOfBothRunsIsPrinted) {
  const std::string told =
      describe_nondeterminism(a_run({at(1), at(2), at(4)}, 7), a_run({at(1), at(3), at(4)}, 8));
  EXPECT_EQ(told, "two runs with one seed differ at trace record 1:\n    first run:  " +
                      sim::print_trace_record(at(2), {}) +
                      "\n    second run: " + sim::print_trace_record(at(3), {}));
}

TEST(Determinism, ARunThatEndedEarlierIsTold) {
  const std::string told = describe_nondeterminism(a_run({at(1)}, 7), a_run({at(1), at(3)}, 8));
  EXPECT_EQ(
      told,
      "two runs with one seed differ at trace record 1:\n    first run:  (it has ended)\n    second run: " +
          sim::print_trace_record(at(3), {}));
}

TEST(Determinism, BeyondTheTracesThatWereKeptTheTranscriptsAreCompared) {
  sim_run left = a_run({at(1)}, 7), right = a_run({at(1)}, 8);
  ASSERT_TRUE(left.tape.append(exit_of("a")));
  ASSERT_TRUE(right.tape.append(exit_of("b")));
  EXPECT_EQ(describe_nondeterminism(left, right),
            "two runs with one seed differ at transcript record 0:\n    first run:  " +
                print_record(exit_of("a")) + "\n    second run: " + print_record(exit_of("b")));
}

}  // namespace
}  // namespace kitfox::conformance
