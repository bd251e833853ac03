#include "agent/log_tail.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace kitfox::agent {
namespace {

/// What a kubelet answers: from the begin of the tail on, up to the limit.
std::string answer_of(const std::vector<std::string>& log, std::int64_t lines, std::size_t bytes_max) {
  std::string answer;
  const auto from = log.size() - std::min(log.size(), static_cast<std::size_t>(lines));
  for (std::size_t index = from; index < log.size(); ++index) answer += log[index] + "\n";
  return answer.substr(0, bytes_max);
}

struct walked {
  std::string taken;
  std::uint32_t tries = 0;
  bool cut = false;
};

walked walk(const std::vector<std::string>& log, std::int64_t lines, std::size_t bytes_max) {
  log_tail tail{lines, bytes_max};
  walked end;
  log_tail::step next = log_tail::step::ask_again;
  while (next == log_tail::step::ask_again) {
    end.taken = answer_of(log, tail.lines(), bytes_max);
    ++end.tries;
    next = tail.on_answer(end.taken);
  }
  end.cut = tail.cut();
  return end;
}

std::vector<std::string> numbered(int count, std::size_t width) {
  std::vector<std::string> log;
  for (int index = 0; index < count; ++index) {
    std::string line = std::to_string(index) + " ";
    line.resize(width, 'x');
    log.push_back(std::move(line));
  }
  return log;
}

TEST(LogTail, TakesWhatFitsAtOnce) {
  const walked end = walk(numbered(50, 10), 100, 10'000);
  EXPECT_EQ(end.tries, 1u);
  EXPECT_FALSE(end.cut);
  EXPECT_TRUE(end.taken.ends_with("49 xxxxxxx\n"));
}

TEST(LogTail, AsksAgainOnceForEvenLinesAndFillsMostOfTheLimit) {
  const walked end = walk(numbered(20'000, 199), 10'000, 1'048'576);
  EXPECT_EQ(end.tries, 2u);
  EXPECT_TRUE(end.cut);
  EXPECT_TRUE(end.taken.substr(end.taken.size() - 200).starts_with("19999 "));
  EXPECT_GE(end.taken.size(), 900'000u);
}

TEST(LogTail, KeepsTheNewestLineHoweverUnevenTheLinesAre) {
  for (const std::size_t newest : {1u, 10u, 100u, 500u}) {
    for (const int short_lines : {0, 1, 10, 5'000}) {
      auto log = numbered(short_lines, 10);
      for (int index = 0; index < 40; ++index) log.push_back(std::string(newest, 'n'));
      log.push_back("the end");
      const walked end = walk(log, 10'000, 1'000);
      EXPECT_LE(end.tries, log_tail::tries_max);
      EXPECT_TRUE(end.taken.ends_with("the end\n")) << newest << " after " << short_lines;
    }
  }
}

TEST(LogTail, ShowsTheBeginOfALineOverTheLimit) {
  auto log = numbered(100, 10);
  log.push_back("long" + std::string(5'000, 'y'));
  const walked end = walk(log, 100, 1'000);
  EXPECT_LE(end.tries, log_tail::tries_max);
  EXPECT_TRUE(end.cut);
  EXPECT_EQ(end.taken.substr(0, 5), "longy");
  EXPECT_EQ(end.taken.size(), 1'000u);
}

TEST(LogTail, EndsEvenIfEveryAnswerIsFull) {
  log_tail tail{10'000, 10};
  std::uint32_t tries = 1;
  while (tail.on_answer("0123456789") == log_tail::step::ask_again) {
    ++tries;
    ASSERT_LE(tries, log_tail::tries_max);
  }
  EXPECT_EQ(tail.lines(), 1);
}

}  // namespace
}  // namespace kitfox::agent
