#include "runtime/entropy.hpp"

#include <gtest/gtest.h>

#include <array>

#include "runtime/errc.hpp"
#include "runtime/system_entropy.hpp"

namespace kitfox::runtime {
namespace {

using namespace std::chrono_literals;

TEST(SeededEntropy, YieldsTheSameNumbersEverywhere) {
  // splitmix64 of seed 42 into xoshiro256**, as its authors' reference code prints them.
  const auto source = make_seeded_entropy(42);
  EXPECT_EQ(source->next(), 1546998764402558742ULL);
  EXPECT_EQ(source->next(), 6990951692964543102ULL);
  EXPECT_EQ(source->next(), 12544586762248559009ULL);
}

TEST(SeededEntropy, ChildrenDependOnTheirNameAlone) {
  const auto a = make_seeded_entropy(7), b = make_seeded_entropy(7);
  static_cast<void>(a->next());
  static_cast<void>(a->child("other")->next());
  EXPECT_EQ(a->child("backoff")->next(), b->child("backoff")->next());
  EXPECT_NE(a->child("backoff")->next(), a->child("jitter")->next());
  EXPECT_NE(a->child("x")->child("y")->next(), a->child("y")->child("x")->next());
  EXPECT_NE(make_seeded_entropy(8)->child("backoff")->next(), b->child("backoff")->next());
}

TEST(SeededEntropy, FillsWithTheBytesOfItsNumbers) {
  const auto words = make_seeded_entropy(1), bytes = make_seeded_entropy(1);
  std::array<unsigned char, 11> out{};
  bytes->fill(out);
  const std::uint64_t first = words->next(), second = words->next();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint64_t word = i < 8 ? first : second;
    EXPECT_EQ(out[i], static_cast<unsigned char>(word >> (8 * (i % 8)))) << i;
  }
}

TEST(Entropy, IsUniformBelowABound) {
  const auto source = make_seeded_entropy(3);
  constexpr std::size_t bound = 7, draws = 70'000;
  std::array<std::size_t, bound> seen{};
  for (std::size_t i = 0; i < draws; ++i) ++seen.at(source->below(bound));
  double chi_square = 0;
  for (const std::size_t count : seen) {
    const double off = static_cast<double>(count) - static_cast<double>(draws) / bound;
    chi_square += off * off / (static_cast<double>(draws) / bound);
  }
  EXPECT_LT(chi_square, 22.5);  // 6 degrees of freedom, p = 0.001
  EXPECT_EQ(source->below(1), 0u);
}

/// Yields given words, then their last for ever.
class fixed_words final : public entropy {
 public:
  explicit fixed_words(std::vector<std::uint64_t> words) : words_{std::move(words)} {}
  std::uint64_t next() override { return words_[std::min(at_++, words_.size() - 1)]; }
  void fill(std::span<unsigned char>) override {}
  std::unique_ptr<entropy> child(std::string_view) const override { return nullptr; }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t at_ = 0;
};

TEST(Entropy, RejectsTheWordsThatWouldBiasADraw) {
  // 2^64 mod 10 is 6: the words 0..5 would make the digits 0..5 more likely.
  fixed_words source{{0, 5, 6, 17}};
  EXPECT_EQ(source.below(10), 6u);
  EXPECT_EQ(source.below(10), 7u);
}

TEST(Entropy, StaysWithinItsIntervals) {
  const auto source = make_seeded_entropy(5);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double unit = source->unit();
    EXPECT_GE(unit, 0.0);
    EXPECT_LT(unit, 1.0);
    sum += unit;
    const duration span = source->between(250ms, 252ms);
    EXPECT_GE(span, 250ms);
    EXPECT_LE(span, 252ms);
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.01);
  EXPECT_EQ(source->between(5s, 5s), 5s);
  fixed_words most{{~0ULL}};
  EXPECT_LT(most.unit(), 1.0);
}

TEST(EntropyDeathTest, RefusesAnEmptyInterval) {
  const auto source = make_seeded_entropy(5);
  EXPECT_DEATH(static_cast<void>(source->below(0)), "bound != 0");
  EXPECT_DEATH(static_cast<void>(source->between(2s, 1s)), "low <= high");
}

TEST(SystemEntropy, DiffersFromCallToCallAndChildToChild) {
  const auto source = make_system_entropy();
  EXPECT_NE(source->next(), source->next());
  EXPECT_NE(source->child("a")->next(), source->child("a")->next());
  std::array<unsigned char, 64> a{}, b{};
  source->fill(a);
  source->fill(b);
  EXPECT_NE(a, b);
}

TEST(RuntimeErrors, HaveMessages) {
  for (int code = 1; code <= static_cast<int>(errc::system_failure); ++code) {
    EXPECT_NE(runtime_category().message(code), "unknown runtime error") << code;
  }
  EXPECT_EQ(runtime_category().message(0), "unknown runtime error");
  EXPECT_STREQ(runtime_category().name(), "kitfox.runtime");
}

}  // namespace
}  // namespace kitfox::runtime
