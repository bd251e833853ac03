#include "conformance/cli/scenario_template.hpp"

#include <nlohmann/json.hpp>

#include "conformance/scenario/scenario_schema.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::string_view text = R"(# yaml-language-server: $schema=../schema/scenario-v1.json
kitfox: scenario/v1
title: TITLE
area: AREA
# What it puts to the test; `kitfox explain REC-5` shows the text of a requirement.
verifies: [REC-5, REC-4]
# Values that differ by world: virtual time is free, real time is not.
parameters:
  outage: {sim: 10m, sockets: 3s}
settings:
  agent: {backoff_cap: {sim: 60s, sockets: 2s}}

topology:
  organisations:
    acme:
      teams:
        payments:
          clusters:
            prod-us-east-1: {agents: 2}   # add `objects: fixtures/shop.yaml` for something to look at
  links:
    "*->gateway": {latency: 20ms, jitter: 5ms}

# Carried out in this order. Each step has one verb, and may have one of: at, when, for.
steps:
  - await: {agent: "*", state: connected, within: 10s}
  - cut_established: {link: "*->gateway", how: rst}
  - name: outage
    for: "{{outage}}"   # begins at once, is undone by itself, and the step is over then
    refuse: {link: "*->gateway"}
  - await: {agent: "*", state: connected, within: 60s}
    proves: REC-4       # what a failure here is blamed on: after a disturbance the first of `verifies` unless given

# What must hold in the end, judged from what was seen on the wire.
expect:
  - back_within: {agent: "*", after: outage.end, within: 60s}
    proves: REC-4
  - exits: {node: "*", exactly: 0}
)";

void replace(std::string& in, std::string_view what, std::string_view with) {
  const std::size_t at = in.find(what);
  if (at != std::string::npos) in.replace(at, what.size(), with);
}

}  // namespace

std::vector<std::string> scenario_areas() {
  return scenario_schema().document()["properties"]["area"]["enum"].get<std::vector<std::string>>();
}

std::string print_scenario_template(std::string_view name, std::string_view area) {
  std::string title{name};
  for (char& c : title)
    if (c == '-') c = ' ';
  if (!title.empty() && title.front() >= 'a' && title.front() <= 'z')
    title.front() = static_cast<char>(title.front() - 'a' + 'A');
  const bool number = !title.empty() && title.find_first_not_of("0123456789") == std::string::npos;
  std::string made{text};
  replace(made, "TITLE", number ? "\"" + title + "\"" : title);
  replace(made, "AREA", area);
  return made;
}

}  // namespace kitfox::conformance
