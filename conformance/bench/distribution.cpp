#include "conformance/bench/distribution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace kitfox::conformance {
namespace {

constexpr double bins_per_decade = 10;
constexpr std::size_t bar_width = 50;

double milliseconds(runtime::duration span) {
  return std::chrono::duration<double, std::milli>(span).count();
}

/// Number of the bin: bounds are 1 us times the tenth powers of ten.
int bin_of(runtime::duration span) {
  const double micros = std::max(1.0, std::chrono::duration<double, std::micro>(span).count());
  return static_cast<int>(std::ceil(std::log10(micros) * bins_per_decade - 1e-9));
}

runtime::duration upper_of(int bin) {
  const double micros = std::pow(10.0, static_cast<double>(bin) / bins_per_decade);
  return std::chrono::duration_cast<runtime::duration>(std::chrono::duration<double, std::micro>(micros));
}

}  // namespace

void distribution::add(runtime::duration sample) {
  ++count_;
  if (samples_.size() >= samples_max) return;
  samples_.push_back(sample);
  sorted_ = false;
}

void distribution::sort() const {
  if (!sorted_) std::ranges::sort(samples_);
  sorted_ = true;
}

runtime::duration distribution::quantile(double q) const {
  if (samples_.empty()) return {};
  sort();
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(samples_.size()) - 1e-9));
  return samples_[std::clamp<std::size_t>(rank, 1, samples_.size()) - 1];
}

runtime::duration distribution::mean() const {
  if (samples_.empty()) return {};
  return std::accumulate(samples_.begin(), samples_.end(), runtime::duration{}) /
         static_cast<std::int64_t>(samples_.size());
}

std::vector<distribution::bin> distribution::bins() const {
  std::vector<bin> out;
  if (samples_.empty()) return out;
  sort();
  const int first = bin_of(samples_.front()), last = bin_of(samples_.back());
  for (int at = first; at <= last; ++at) out.push_back({upper_of(at), 0});
  for (const runtime::duration one : samples_) ++out[static_cast<std::size_t>(bin_of(one) - first)].count;
  return out;
}

nlohmann::ordered_json distribution::to_json() const {
  nlohmann::ordered_json histogram = nlohmann::ordered_json::array();
  for (const bin& one : bins()) histogram.push_back({milliseconds(one.upper), one.count});
  return {{"count", count_},
          {"min_ms", milliseconds(samples_.empty() ? runtime::duration{} : (sort(), samples_.front()))},
          {"mean_ms", milliseconds(mean())},
          {"p50_ms", milliseconds(quantile(0.5))},
          {"p90_ms", milliseconds(quantile(0.9))},
          {"p99_ms", milliseconds(quantile(0.99))},
          {"max_ms", milliseconds(quantile(1))},
          {"histogram_ms", std::move(histogram)}};
}

std::string distribution::print_histogram() const {
  const std::vector<bin> all = bins();
  std::size_t most = 0;
  for (const bin& one : all) most = std::max(most, one.count);
  std::string out;
  bool in_gap = false;
  for (const bin& one : all) {
    if (one.count == 0) {
      if (!std::exchange(in_gap, true)) out += "  ...\n";
      continue;
    }
    in_gap = false;
    const std::size_t bar = (one.count * bar_width + most - 1) / most;
    out += fmt::format("  <= {:>8}  {:>8}  {}\n", print_span(one.upper), one.count, std::string(bar, '#'));
  }
  return out;
}

std::string print_span(runtime::duration span) {
  const double micros = std::chrono::duration<double, std::micro>(span).count();
  if (micros < 1000) return fmt::format("{:.0f} us", micros);
  if (micros < 1e6) return fmt::format("{:.3g} ms", micros / 1e3);
  return fmt::format("{:.3g} s", micros / 1e6);
}

}  // namespace kitfox::conformance
