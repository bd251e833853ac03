#include "fakes/sim/trace.hpp"

#include <gtest/gtest.h>

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;

trace_record sent(runtime::duration at, std::uint64_t size) {
  return {runtime::mono_time{at}, trace_kind::sent, 1, size, 7};
}

TEST(Trace, EqualRecordsMakeEqualHashes) {
  trace left{0}, right{0};
  for (trace* one : {&left, &right}) {
    one->add(sent(1s, 10));
    one->add(sent(2s, 20));
  }
  EXPECT_EQ(left.hash(), right.hash());
  EXPECT_EQ(left.count(), 2U);
  EXPECT_TRUE(left.records().empty());
}

TEST(Trace, EveryFieldAndTheOrderChangeTheHash) {
  const trace_record base = sent(1s, 10);
  std::vector<trace_record> others(5, base);
  others[0].time += 1ns;
  others[1].kind = trace_kind::delivered;
  others[2].node = 2;
  others[3].size = 11;
  others[4].content = 8;
  trace original{0};
  original.add(base);
  for (const trace_record& other : others) {
    trace changed{0};
    changed.add(other);
    EXPECT_NE(changed.hash(), original.hash());
  }
  trace forth{0}, back{0};
  forth.add(base);
  forth.add(others[0]);
  back.add(others[0]);
  back.add(base);
  EXPECT_NE(forth.hash(), back.hash());
}

TEST(Trace, FindsAndPrintsTheFirstRecordThatDiffers) {
  trace left{10}, right{10};
  left.add(sent(1s, 10));
  right.add(sent(1s, 10));
  EXPECT_FALSE(first_difference(left, right).has_value());
  left.add(sent(2500ms, 20));
  right.add(sent(2500ms, 21));
  const auto difference = first_difference(left, right);
  ASSERT_TRUE(difference.has_value());
  EXPECT_EQ(difference->index, 1U);
  const std::vector<std::string> hosts{"world", "agent-1#1"};
  EXPECT_EQ(print_difference(*difference, hosts),
            "record 1\n"
            "  left:  2.500000000s sent agent-1#1 size=20 content=0000000000000007\n"
            "  right: 2.500000000s sent agent-1#1 size=21 content=0000000000000007");
}

TEST(Trace, ARunThatEndsEarlyDiffersThere) {
  trace left{10}, right{10};
  left.add(sent(1s, 10));
  const auto difference = first_difference(left, right);
  ASSERT_TRUE(difference.has_value());
  EXPECT_TRUE(difference->left.has_value());
  EXPECT_FALSE(difference->right.has_value());
  EXPECT_NE(print_difference(*difference, {}).find("this run has ended"), std::string::npos);
}

TEST(Trace, KeepsABoundedNumberOfRecordsAndCountsOn) {
  trace one{2};
  for (int i = 0; i < 5; ++i) one.add(sent(1s, 10));
  EXPECT_EQ(one.records().size(), 2U);
  EXPECT_EQ(one.count(), 5U);
}

TEST(HashBytes, DependsOnEveryByteTheLengthAndTheSeed) {
  const std::string text = "seventeen bytes!!";
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_NE(hash_bytes(changed), hash_bytes(text)) << i;
    EXPECT_NE(hash_bytes(text.substr(0, i)), hash_bytes(text)) << i;
  }
  EXPECT_NE(hash_bytes(text, 1), hash_bytes(text, 2));
  // A fixed value: hashes are compared between machines.
  EXPECT_EQ(hash_bytes("kitfox"), 0xe91486ba8b90f757ULL);
}

}  // namespace
}  // namespace kitfox::sim
