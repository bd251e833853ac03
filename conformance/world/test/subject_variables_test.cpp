#include "conformance/world/subject_variables.hpp"

#include <gtest/gtest.h>

#include "conformance/world/facts.hpp"

namespace kitfox::conformance {
namespace {

TEST(SubjectVariables, StandForDocumentedOnesInCommandAndEnvironment) {
  subject_program program;
  program.command = {"./mine", "--url=${INCIDENTFOX_GATEWAY_URL}",
                     "${INCIDENTFOX_CLUSTER_NAME}/${INCIDENTFOX_CLUSTER_NAME}"};
  program.environment = {{"TOKEN", "Bearer ${INCIDENTFOX_API_KEY}"}};
  runtime::child_options options;
  options.environment = {{"INCIDENTFOX_GATEWAY_URL", "https://127.0.0.1:1/gateway"},
                         {"INCIDENTFOX_CLUSTER_NAME", "prod"},
                         {"INCIDENTFOX_API_KEY", "k"}};
  add_subject(program, options);
  EXPECT_EQ(options.command,
            (std::vector<std::string>{"./mine", "--url=https://127.0.0.1:1/gateway", "prod/prod"}));
  EXPECT_EQ(options.environment.back(), (std::pair<std::string, std::string>{"TOKEN", "Bearer k"}));
  EXPECT_EQ(options.environment.size(), 4u);
}

TEST(SubjectVariables, AreNotExpandedInValuesOfOthersAndUnknownOnesStay) {
  subject_program program;
  program.command = {"${A}", "${NOBODY}", "$A", "${A"};
  runtime::child_options options;
  options.environment = {{"A", "${A}"}};
  add_subject(program, options);
  EXPECT_EQ(options.command, (std::vector<std::string>{"${A}", "${NOBODY}", "$A", "${A"}));
}

scenario_case with_agent_settings(setting_list settings) {
  scenario_case one;
  one.world = world_kind::sockets;
  one.what.agent_settings = std::move(settings);
  return one;
}

double declared_cap(const scenario_case& one, const subject_program& agent) {
  subject_programs programs;
  programs.agent = agent;
  return make_header(one, {}, 1, programs).more["backoff"].value("cap", 0.0);
}

TEST(SubjectsOwnFigures, AreWhatItIsJudgedByUnlessTheScenarioSetsWhatItTakes) {
  const setting_list shorter{{{}, "backoff_cap", duration{std::chrono::seconds{2}}}};
  subject_program program;
  program.command = {"./mine"};
  EXPECT_EQ(declared_cap(with_agent_settings({}), program), 0.0) << "the specification's own";
  program.own_settings = {{{}, "backoff_cap", duration{std::chrono::seconds{30}}}};
  EXPECT_EQ(declared_cap(with_agent_settings({}), program), 30.0);
  EXPECT_EQ(declared_cap(with_agent_settings(shorter), program), 30.0) << "it was not told of the scenario's";
  program.takes = {"backoff_cap"};
  EXPECT_EQ(declared_cap(with_agent_settings(shorter), program), 2.0);
}

}  // namespace
}  // namespace kitfox::conformance
