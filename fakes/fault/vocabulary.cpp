#include "fakes/fault/vocabulary.hpp"

#include <fmt/format.h>

namespace kitfox::fault {
namespace {

std::string print_parameter(const parameter& one) {
  std::string text = fmt::format("`{}`", one.name);
  if (!one.standard) {
    text += " (required)";
  } else if (!one.standard->empty()) {
    text += fmt::format(" ({})", *one.standard);
  }
  text += ": " + describe(one);
  if (one.type == parameter_type::choice) text += fmt::format(" One of {}.", fmt::join(one.choices, ", "));
  return text;
}

std::string print_selectors(const fault_kind& kind) {
  std::string text;
  if (kind.accepts(fault_kind::selector::direction)) text += "D";
  if (kind.accepts(fault_kind::selector::request)) text += "R";
  if (kind.accepts(fault_kind::selector::event)) text += "E";
  return text;
}

std::string print_taken(const fault_kind& kind) {
  if (kind.standard_taken == taken::any) return "any";
  return kind.standard_taken == taken::established ? "established" : "new";
}

}  // namespace

std::string print_vocabulary(const registry& of) {
  std::string text;
  for (const fault_family family : {fault_family::link, fault_family::connection, fault_family::tls,
                                    fault_family::http, fault_family::sse, fault_family::middlebox}) {
    text += fmt::format("### {}\n\n| fault | what it does | parameters (default) | takes | matches |\n",
                        to_string(family));
    text += "| --- | --- | --- | --- | --- |\n";
    for (const fault_kind& kind : of.kinds()) {
      if (kind.family != family) continue;
      std::string parameters;
      for (const parameter& one : kind.parameters) {
        if (!parameters.empty()) parameters += "<br>";
        parameters += print_parameter(one);
      }
      text += fmt::format("| `{}` | {} | {} | {} | {} |\n", kind.name, kind.doc, parameters,
                          print_taken(kind), print_selectors(kind));
    }
    text += "\n";
  }
  return text;
}

std::string print_match_vocabulary() {
  std::string text = "| key | meaning (default) |\n| --- | --- |\n";
  fault_kind everything;
  for (const parameter& one : registry::match_parameters(everything)) {
    std::string cell = one.doc;
    if (one.type == parameter_type::choice) cell += fmt::format(" One of {}.", fmt::join(one.choices, ", "));
    if (one.standard && !one.standard->empty() && one.name != "applies_to")
      cell += fmt::format(" ({})", *one.standard);
    text += fmt::format("| `{}` | {} |\n", one.name, cell);
  }
  return text;
}

}  // namespace kitfox::fault
