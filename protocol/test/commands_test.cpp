#include "protocol/commands.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "protocol/ids.hpp"

namespace kitfox::protocol {
namespace {

using nlohmann::json;

json accepted(std::string_view command, const json& params) {
  diagnostics diag;
  const result<json> valid = validate_params(command, params, diag);
  EXPECT_TRUE(valid) << command << ' ' << params << ": " << diag.to_string();
  return valid ? *valid : json();
}

std::string refused(std::string_view command, const json& params, protocol_errc expected) {
  diagnostics diag;
  const result<json> valid = validate_params(command, params, diag);
  EXPECT_FALSE(valid) << command << ' ' << params;
  EXPECT_EQ(valid ? error_code{} : valid.error(), expected) << diag.to_string();
  return diag.to_string();
}

TEST(CommandList, IsExactlyTheContract) {
  std::string base;
  std::string added;
  for (const command_rule& rule : command_list()) {
    (rule.origin == command_origin::base ? base : added) += std::string{rule.name} + ' ';
    EXPECT_EQ(find_command(rule.name), &rule);
    EXPECT_FALSE(rule.summary.empty());
  }
  EXPECT_EQ(base, "list_pods get_pod_logs describe_pod get_pod_events describe_deployment list_namespaces ");
  EXPECT_EQ(
      added,
      "list_deployments list_replicasets list_services list_nodes describe_node list_events list_configmaps "
      "get_configmap cluster_info ");
}

TEST(CommandList, KnowsNothingElse) {
  for (const std::string_view name :
       {"", "LIST_PODS", "list_pods ", "list_secrets", "exec", "delete_pod", "get_pod_log"}) {
    EXPECT_EQ(find_command(name), nullptr);
    refused(name, json::object(), protocol_errc::unknown_command);
  }
  EXPECT_EQ(refused("drop\n", json::object(), protocol_errc::unknown_command),
            R"(/command: unknown command "drop\n")");
}

TEST(CommandParams, DefaultsAreFilledIn) {
  EXPECT_EQ(accepted("list_pods", json::object()), (json{{"namespace", "default"}}));
  EXPECT_EQ(accepted("get_pod_logs", {{"pod_name", "p"}}),
            (json{{"pod_name", "p"}, {"namespace", "default"}, {"tail_lines", 100}, {"previous", false}}));
  EXPECT_EQ(accepted("describe_pod", {{"pod_name", "p"}, {"namespace", "x"}}),
            (json{{"pod_name", "p"}, {"namespace", "x"}}));
  EXPECT_EQ(accepted("list_namespaces", json::object()), json::object());
  EXPECT_EQ(accepted("cluster_info", json::object()), json::object());
}

TEST(CommandParams, NullAndEmptyOptionalsCountAsAbsent) {
  EXPECT_EQ(accepted("get_pod_logs", {{"pod_name", "p"},
                                      {"namespace", nullptr},
                                      {"container", nullptr},
                                      {"tail_lines", nullptr},
                                      {"previous", nullptr}}),
            accepted("get_pod_logs", {{"pod_name", "p"}}));
  EXPECT_EQ(accepted("get_pod_logs", {{"pod_name", "p"}, {"container", ""}}),
            accepted("get_pod_logs", {{"pod_name", "p"}}));
  EXPECT_EQ(accepted("list_pods", {{"label_selector", ""}, {"continue", ""}, {"limit", nullptr}}),
            accepted("list_pods", json::object()));
}

TEST(CommandParams, AnEmptyNamespaceIsNotAllNamespaces) {
  refused("list_pods", {{"namespace", ""}}, protocol_errc::out_of_range);
  refused("get_pod_logs", {{"pod_name", "p"}, {"namespace", ""}}, protocol_errc::out_of_range);
}

TEST(CommandParams, OnlyListsTakeAllNamespaces) {
  EXPECT_EQ(accepted("list_pods", {{"namespace", "*"}}), (json{{"namespace", "*"}}));
  EXPECT_EQ(accepted("list_nodes", {{"namespace", "*"}}), (json{{"namespace", "*"}}));
  refused("describe_pod", {{"pod_name", "p"}, {"namespace", "*"}}, protocol_errc::bad_format);
  EXPECT_EQ(accepted("list_nodes", {{"namespace", "default"}}), (json{{"namespace", "default"}}));
  EXPECT_EQ(accepted("list_namespaces", {{"namespace", "x"}}), (json{{"namespace", "x"}}));
  refused("list_nodes", {{"namespace", "../x"}}, protocol_errc::bad_format);
}

TEST(CommandParams, TailLinesAreBounded) {
  for (const int lines : {1, 10'000})
    EXPECT_EQ(accepted("get_pod_logs", {{"pod_name", "p"}, {"tail_lines", lines}}).at("tail_lines"), lines);
  for (const json& bad : {json(0), json(-1), json(10'001)})
    refused("get_pod_logs", {{"pod_name", "p"}, {"tail_lines", bad}}, protocol_errc::out_of_range);
  EXPECT_EQ(refused("get_pod_logs", {{"pod_name", "p"}, {"tail_lines", "x"}}, protocol_errc::wrong_type),
            R"(/params/tail_lines: expected an integer between 1 and 10000, got "x")");
}

TEST(CommandParams, TypesAreNotConverted) {
  refused("get_pod_logs", {{"pod_name", 7}}, protocol_errc::wrong_type);
  refused("get_pod_logs", {{"pod_name", "p"}, {"tail_lines", "10"}}, protocol_errc::wrong_type);
  refused("get_pod_logs", {{"pod_name", "p"}, {"tail_lines", 10.0}}, protocol_errc::wrong_type);
  refused("get_pod_logs", {{"pod_name", "p"}, {"previous", "true"}}, protocol_errc::wrong_type);
  refused("get_pod_logs", {{"pod_name", "p"}, {"previous", 1}}, protocol_errc::wrong_type);
  refused("list_pods", {{"namespace", json::array({"default"})}}, protocol_errc::wrong_type);
  refused("list_pods", json::array(), protocol_errc::wrong_type);
  refused("list_pods", nullptr, protocol_errc::wrong_type);
  refused("list_pods", "namespace=x", protocol_errc::wrong_type);
}

TEST(CommandParams, UnknownOnesAreRefused) {
  EXPECT_EQ(refused("describe_pod", {{"pod_name", "p"}, {"ns", "x"}}, protocol_errc::unknown_param),
            "/params/ns: describe_pod takes only pod_name, namespace");
  EXPECT_EQ(refused("cluster_info", {{"a/b", 1}}, protocol_errc::unknown_param),
            "/params/a~1b: cluster_info takes no parameters");
  refused("list_pods", {{"Namespace", "x"}}, protocol_errc::unknown_param);
}

TEST(CommandParams, NamesThatCouldLeaveThePathAreRefused) {
  for (const std::string& bad : {std::string{"../secrets/x"}, std::string{"a/b"}, std::string{"a%2fb"},
                                 std::string{"a?b"}, std::string{"a b"}, std::string{"a\r\nX: y"},
                                 std::string("a\0b", 3), std::string{".."}, std::string{"A"}}) {
    for (const command_rule& rule : command_list()) {
      for (const param_rule& param : rule.params) {
        if (param.kind == param_kind::integer || param.kind == param_kind::boolean ||
            param.kind == param_kind::continue_token)
          continue;
        if (param.kind == param_kind::label_selector && is_label_selector(bad)) continue;
        json params{{std::string{param.name}, bad}};
        for (const param_rule& other : rule.params)
          if (other.presence == param_presence::required && other.name != param.name)
            params[std::string{other.name}] = "ok";
        EXPECT_TRUE(refused(rule.name, params, protocol_errc::bad_format)
                        .starts_with("/params/" + std::string{param.name}));
      }
    }
  }
}

TEST(CommandParams, RequiredOnesAreRequired) {
  for (const command_rule& rule : command_list()) {
    for (const param_rule& param : rule.params) {
      if (param.presence != param_presence::required) continue;
      EXPECT_TRUE(refused(rule.name, json::object(), protocol_errc::missing_field)
                      .starts_with("/params/" + std::string{param.name}));
      refused(rule.name, {{std::string{param.name}, nullptr}}, protocol_errc::missing_field);
      refused(rule.name, {{std::string{param.name}, ""}}, protocol_errc::out_of_range);
    }
  }
}

TEST(CommandParams, ListsTakeSelectorLimitAndContinue) {
  for (const command_rule& rule : command_list()) {
    if (!rule.name.starts_with("list_")) continue;
    const json params{{"namespace", "*"},
                      {"label_selector", "app in (a,b),!c"},
                      {"limit", 500},
                      {"continue", "eyJ2IjoibWV0YSJ9=="}};
    EXPECT_EQ(accepted(rule.name, params), params);
    refused(rule.name, {{"limit", 0}}, protocol_errc::out_of_range);
    refused(rule.name, {{"limit", list_limit_max + 1}}, protocol_errc::out_of_range);
    refused(rule.name, {{"label_selector", "a=b&x=y"}}, protocol_errc::bad_format);
    refused(rule.name, {{"continue", "a b"}}, protocol_errc::bad_format);
    refused(rule.name, {{"continue", std::string(2049, 'x')}}, protocol_errc::out_of_range);
  }
}

TEST(CommandParams, ValidatedOnesAreValidAgain) {
  for (const command_rule& rule : command_list()) {
    json params = json::object();
    for (const param_rule& param : rule.params)
      if (param.presence == param_presence::required) params[std::string{param.name}] = "name";
    const json once = accepted(rule.name, params);
    EXPECT_EQ(accepted(rule.name, once), once);
  }
}

}  // namespace
}  // namespace kitfox::protocol
