#include "fakes/fault/faults/answering.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

std::unique_ptr<fault> make_redirect(const arguments& values) {
  made_response answer;
  answer.status = static_cast<int>(values.number("code"));
  answer.closes = values.text("then") == "close";
  if (values.has("location")) answer.fields.emplace_back("Location", values.text("location"));
  return std::make_unique<answering_fault>("redirect", std::move(answer));
}

}  // namespace

fault_kind redirect() {
  fault_kind kind;
  kind.name = "redirect";
  kind.family = fault_family::http;
  kind.doc = "A request is answered with a redirection instead of being forwarded.";
  kind.parameters = {
      {"location", parameter_type::text, "Where to; left out: no Location at all.", ""},
      {"code",
       parameter_type::count,
       "The status.",
       "307",
       {},
       {{301, 301}, {302, 302}, {303, 303}, {307, 307}, {308, 308}}},
      {"then", parameter_type::choice, "Whether the connection stays.", "keep", {"keep", "close"}}};
  kind.selectors = {fault_kind::selector::request};
  kind.make = make_redirect;
  return kind;
}

}  // namespace kitfox::fault::faults
