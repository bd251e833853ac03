#include <fmt/format.h>

#include "fakes/fault/faults/answering.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

/// Seconds, rounded up, for a duration; any other text as it is, so that nonsense can be sent too.
std::string retry_after_value(const std::string& text) {
  const auto span = parse_span(text);
  if (!span) return text;
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(*span).count());
}

std::unique_ptr<fault> make_status(const arguments& values) {
  made_response answer;
  answer.status = static_cast<int>(values.number("code"));
  answer.content_type = values.text("content_type");
  answer.body = values.has("body") ? values.text("body") : R"({"detail":"injected"})";
  if (answer.status == 204 || answer.status == 304) answer.body.clear();
  answer.closes = values.text("then") == "close";
  if (values.has("retry_after")) {
    answer.fields.emplace_back("Retry-After", retry_after_value(values.text("retry_after")));
  }
  return std::make_unique<answering_fault>(std::to_string(answer.status), std::move(answer));
}

}  // namespace

fault_kind status() {
  fault_kind kind;
  kind.name = "status";
  kind.family = fault_family::http;
  kind.doc = "A request is answered with an HTTP status instead of being forwarded.";
  kind.parameters = {
      {"code", parameter_type::count, "The status.", std::nullopt, {}, {{200, 599}}},
      {"retry_after", parameter_type::text,
       "Retry-After: a duration such as 5s, or any text, such as an HTTP date.", ""},
      {"body", parameter_type::text, "The body.", ""},
      {"content_type", parameter_type::text, "Its type.", "application/json"},
      {"then", parameter_type::choice, "Whether the connection stays.", "keep", {"keep", "close"}}};
  kind.selectors = {fault_kind::selector::request};
  kind.make = make_status;
  return kind;
}

}  // namespace kitfox::fault::faults
