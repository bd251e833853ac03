#include "conformance/scenario/schema_bounds.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "conformance/scenario/scalar_text.hpp"
#include "conformance/scenario/schema_phrases.hpp"

namespace kitfox::conformance {
namespace {

using nlohmann::json;

/// In nanoseconds, bytes, or as it stands: what is compared is of one kind.
std::optional<double> amount_of(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return {};
  const auto text = value.get<std::string>();
  if (const auto span = parse_duration(text)) return static_cast<double>(span->count());
  if (const auto bytes = parse_size(text)) return static_cast<double>(*bytes);
  return {};
}

struct bound_kind {
  const char* keyword;
  const char* words;
  bool (*fits)(double value, double bound);
};
constexpr bound_kind kinds[] = {
    {"x-least", "at least", [](double value, double bound) { return value >= bound; }},
    {"x-most", "at most", [](double value, double bound) { return value <= bound; }},
    {"x-above", "above", [](double value, double bound) { return value > bound; }},
    {"x-below", "below", [](double value, double bound) { return value < bound; }},
};

std::string plain(const json& bound) { return texts(json::array({bound})).front(); }

std::string zero_like(const json& schema) {
  const json& least = schema.at("x-least");
  return least.is_string() && parse_duration(least.get<std::string>()) ? "0s" : "0";
}

}  // namespace

std::string out_of_bounds(const yaml_node& value, const json& schema) {
  if (!value.is_scalar()) return {};
  const auto amount = amount_of(to_json(value));
  const bool or_zero = schema.value("x-or-zero", false);
  if (!amount || (or_zero && *amount == 0)) return {};
  for (const bound_kind& one : kinds) {
    const auto bound = schema.find(one.keyword);
    if (bound == schema.end() || one.fits(*amount, *amount_of(*bound))) continue;
    return fmt::format("must be {}{} {}, not {}", or_zero ? zero_like(schema) + " or " : "", one.words,
                       plain(*bound), value.text);
  }
  return {};
}

std::string print_bounds(const json& schema) {
  std::string out;
  if (schema.contains("x-least") && schema.contains("x-most")) {
    out = plain(schema["x-least"]) + " to " + plain(schema["x-most"]);
  } else {
    for (const bound_kind& one : kinds)
      if (const auto bound = schema.find(one.keyword); bound != schema.end())
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", one.words, plain(*bound));
  }
  return schema.value("x-or-zero", false) ? zero_like(schema) + ", or " + out : out;
}

}  // namespace kitfox::conformance
