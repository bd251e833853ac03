#include "conformance/report/badge.hpp"

#include <fmt/format.h>

#include "conformance/report/plain_text.hpp"
#include "conformance/report/provenance.hpp"

namespace kitfox::conformance {
namespace {

struct badge_words {
  std::string text;
  const char* colour;
};

constexpr const char* green = "#1f7a4d";
constexpr const char* amber = "#8a6100";
constexpr const char* red = "#b3261e";
constexpr const char* slate = "#4a5a6a";

badge_words words_for(const run_result& all) {
  const std::size_t skipped = all.count(verdict::skipped);
  if (all.cases.size() == skipped) return {"nothing executed", slate};
  if (const std::size_t broken = all.count(verdict::harness_error))
    return {fmt::format("{} harness errors", broken), red};
  if (const std::size_t failed = all.count(verdict::fail))
    return {fmt::format("{} of {} fail", failed, all.cases.size()), red};
  if (all.interrupted) return {"interrupted", amber};
  if (all.out_of_time > 0) return {fmt::format("{} of {} not run", all.out_of_time, all.cases.size()), amber};
  if (const std::size_t unclear = all.count(verdict::inconclusive))
    return {fmt::format("{} of {} inconclusive", unclear, all.cases.size()), amber};
  const std::size_t passed = all.count(verdict::pass) + all.count(verdict::warn);
  if (all.claim && !all.claim->conformant) return {fmt::format("{} pass, no claim", passed), slate};
  if (skipped > 0) return {fmt::format("{} pass, {} skipped", passed, skipped), slate};
  if (const std::size_t warned = all.count(verdict::warn))
    return {fmt::format("{} pass, {} with warnings", passed, warned), amber};
  return {fmt::format("{} pass", passed), green};
}

constexpr std::size_t padding = 8;

/// In pixels, of 11 px Verdana and what resembles it, rounded up; `textLength` makes the picture keep to it.
std::size_t width_of(std::string_view text) {
  std::size_t tenths = 0;
  for (const char c : text) {
    constexpr std::string_view narrow = "ijl", rather_narrow = " ,frt", wide = "mw";
    if (narrow.find(c) != std::string_view::npos)
      tenths += 32;
    else if (rather_narrow.find(c) != std::string_view::npos)
      tenths += 43;
    else
      tenths += wide.find(c) != std::string_view::npos ? 100 : 68;
  }
  return (tenths + 9) / 10;
}

std::string half(std::size_t from, std::size_t width, std::string_view text) {
  return fmt::format("<text x=\"{}\" y=\"14\" textLength=\"{}\">{}</text>", from + padding,
                     width - 2 * padding, escape_xml(text));
}

}  // namespace

std::string print_badge(const run_result& all) {
  const std::string label = "kitfox";
  const auto [text, colour] = words_for(all);
  const std::string made_of = provenance_line(all.origin);
  const std::size_t left = width_of(label) + 2 * padding;
  const std::size_t right = width_of(text) + 2 * padding;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"20\" role=\"img\" aria-label=\"{1}: "
      "{2}\">\n"
      "<title>{1}: {2}</title>\n{9}"
      "<path d=\"M{3} 0H4a4 4 0 0 0-4 4v12a4 4 0 0 0 4 4h{4}z\" fill=\"#2b2f36\"/>"
      "<path d=\"M{3} 0h{5}a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4h-{5}z\" fill=\"{6}\"/>\n"
      "<g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,Geneva,sans-serif\" font-size=\"11\">{7}{8}</g>\n"
      "</svg>\n",
      left + right, label, text, left, left - 4, right - 4, colour, half(0, left, label),
      half(left, right, text), made_of.empty() ? "" : "<desc>" + escape_xml(made_of) + "</desc>\n");
}

}  // namespace kitfox::conformance
