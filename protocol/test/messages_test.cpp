#include "protocol/messages.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "protocol/test/sse_recorder.hpp"

namespace kitfox::protocol {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

const timestamp noon = std::chrono::sys_days{std::chrono::year{2024} / 5 / 6} + 12h;

/// What parsing `text` with `parse` says of it: "" or the diagnostics.
template <class Parse>
std::string failure(Parse parse, std::string_view text) {
  diagnostics diag;
  const auto parsed = parse(text, diag);
  EXPECT_EQ(parsed.has_value(), diag.to_string().empty());
  return diag.to_string();
}

template <class Parse>
auto parsed(Parse parse, std::string_view text) {
  diagnostics diag;
  auto message = parse(text, diag);
  EXPECT_TRUE(message) << text << "\n" << diag.to_string();
  return std::move(message).value();
}

auto with_default_limits(auto parse) {
  return [parse](std::string_view text, diagnostics& diag) { return parse(text, diag, json_limits{}); };
}

/// Every prefix of a valid message, and the message with each member in turn taken away, must parse or be
/// refused with a pointer to that member; with each member in turn made an array of arrays, refused at it or,
/// if it is one of `ignorable`, read as if it were absent.
template <class Parse>
void check_every_member(Parse parse, std::string_view text, const std::set<std::string>& required,
                        const std::set<std::string>& ignorable = {}) {
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_NE(failure(parse, text.substr(0, size)), "") << text.substr(0, size);
  const json whole = json::parse(text);
  for (const auto& member : whole.items()) {
    json without = whole;
    without.erase(member.key());
    const std::string pointer = "/" + member.key() + ": ";
    if (required.contains(member.key())) {
      EXPECT_TRUE(failure(parse, without.dump()).starts_with(pointer)) << member.key();
    } else {
      EXPECT_EQ(failure(parse, without.dump()), "");
    }
    json wrong = whole;
    wrong[member.key()] = json::array({json::array()});
    if (ignorable.contains(member.key())) {
      EXPECT_EQ(parsed(parse, wrong.dump()), parsed(parse, without.dump())) << member.key();
      continue;
    }
    EXPECT_TRUE(failure(parse, wrong.dump()).starts_with(pointer))
        << member.key() << ": " << failure(parse, wrong.dump());
  }
  json more = whole;
  more["from_the_future"] = {{"a", 1}};
  EXPECT_EQ(failure(parse, more.dump()), "");
  EXPECT_EQ(failure(parse, "[]"), "expected an object, got an array");
}

// --- events ---

TEST(ConnectedEvent, BaseAndAddedFormsParse) {
  EXPECT_EQ(parsed(parse_connected_event, R"({"cluster_id":"c1","message":"hi"})"),
            (connected_event{"c1", "hi"}));
  const std::string_view full =
      R"({"cluster_id":"c1","cluster_name":"prod","heartbeat_interval_seconds":15.0,"message":"hi","protocol":1})";
  const connected_event event{"c1", "hi", "prod", 15s, 1};
  EXPECT_EQ(parsed(parse_connected_event, full), event);
  EXPECT_EQ(print_agent_event(event), full);
  check_every_member(parse_connected_event, full, {"cluster_id"},
                     {"message", "cluster_name", "heartbeat_interval_seconds", "protocol"});
}

TEST(CommandEvent, BaseAndAddedFormsParse) {
  EXPECT_EQ(
      parsed(parse_command_event, R"({"request_id":"r-1","command":"list_pods","params":{},"timeout":30.0})"),
      (command_event{"r-1", "list_pods"}));
  EXPECT_EQ(parsed(parse_command_event, R"({"request_id":"r-1","command":"list_pods"})"),
            (command_event{"r-1", "list_pods"}));
  const std::string_view full =
      R"({"command":"list_pods","deadline":"2024-05-06T12:00:00.000Z","params":{"namespace":"x"},"request_id":"r-1","timeout":2.5})";
  const command_event event{"r-1", "list_pods", json_value{json{{"namespace", "x"}}}, 2500ms, noon};
  EXPECT_EQ(parsed(parse_command_event, full), event);
  EXPECT_EQ(print_agent_event(event), full);
  check_every_member(parse_command_event, full, {"request_id", "command"}, {"deadline"});
}

TEST(CommandEvent, TimeoutsAndIdsAreBounded) {
  const auto with = [](std::string_view member, const json& value) {
    json message{{"request_id", "r"}, {"command", "c"}, {"params", json::object()}, {"timeout", 30.0}};
    message[std::string{member}] = value;
    return failure(parse_command_event, message.dump());
  };
  EXPECT_EQ(with("timeout", 300), "");
  EXPECT_EQ(parsed(parse_command_event, R"({"request_id":"r","command":"c","timeout":300.5})").timeout, 300s);
  EXPECT_EQ(parsed(parse_command_event, R"({"request_id":"r","command":"c","timeout":9e300})").timeout, 300s);
  EXPECT_EQ(with("timeout", 0), "/timeout: expected seconds, more than 0 and at most 300, got 0");
  EXPECT_EQ(with("timeout", -1), "/timeout: expected seconds, more than 0 and at most 300, got -1");
  EXPECT_NE(failure(parse_command_event, R"({"request_id":"r","command":"c","timeout":NaN})"), "");
  EXPECT_NE(failure(parse_command_event, R"({"request_id":"r","command":"c","timeout":1e999})"), "");
  EXPECT_EQ(with("request_id", "a/b"),
            R"(/request_id: expected a request id, [A-Za-z0-9_-]{1,64}, got "a/b")");
  EXPECT_NE(with("request_id", std::string(65, 'a')), "");
  EXPECT_NE(with("command", "a\nb"), "");
  EXPECT_NE(with("params", "x"), "");
}

TEST(HeartbeatEvent, TimeMayBeAbsentOrWithoutZone) {
  EXPECT_EQ(parsed(parse_heartbeat_event, R"({"timestamp":"2024-05-06T12:00:00.000Z"})").time, noon);
  EXPECT_EQ(parsed(parse_heartbeat_event, R"({"timestamp":"2024-05-06T12:00:00.000000"})").time, noon);
  EXPECT_EQ(parsed(parse_heartbeat_event, "{}"), heartbeat_event{});
  EXPECT_EQ(print_agent_event(heartbeat_event{noon}), R"({"timestamp":"2024-05-06T12:00:00.000Z"})");
  check_every_member(parse_heartbeat_event, R"({"timestamp":"2024-05-06T12:00:00.000Z"})", {}, {"timestamp"});
}

TEST(CancelAndDrainEvents, RoundTrip) {
  EXPECT_EQ(parsed(parse_cancel_event, print_agent_event(cancel_event{"r-1"})), cancel_event{"r-1"});
  check_every_member(parse_cancel_event, R"({"request_id":"r-1"})", {"request_id"});
  EXPECT_EQ(print_agent_event(drain_event{1500ms}), R"({"reconnect_after_seconds":1.5})");
  EXPECT_EQ(parsed(parse_drain_event, R"({"reconnect_after_seconds":0})"), drain_event{0ms});
  EXPECT_EQ(parsed(parse_drain_event, "{}"), drain_event{0ms});
  check_every_member(parse_drain_event, R"({"reconnect_after_seconds":1.5})", {},
                     {"reconnect_after_seconds"});
}

TEST(AgentEvent, TravelsThroughTheStream) {
  const std::vector<agent_event> sent{connected_event{"c1", "hi", "prod", 15s, 1},
                                      command_event{"r-1", "list_pods"}, heartbeat_event{noon},
                                      cancel_event{"r-1"}, drain_event{2s}};
  std::string stream;
  for (const agent_event& event : sent) stream += encode_agent_event(event);
  std::vector<agent_event> received;
  std::vector<std::string> ids;
  sse_decoder decoder;
  EXPECT_FALSE(decoder.feed(stream, [&](const sse_event& event) {
    received.push_back(
        parsed([&event](std::string_view data,
                        diagnostics& diag) { return parse_agent_event(event.type, data, diag); },
               event.data));
    ids.emplace_back(event.id);
  }));
  EXPECT_EQ(received, sent);
  EXPECT_EQ(ids, (std::vector<std::string>{"", "r-1", "r-1", "r-1", "r-1"}));
  EXPECT_EQ(event_type(sent[1]), "command");
}

TEST(AgentEvent, HostileTextsCannotForgeAnEvent) {
  const std::string evil = "x\n\nevent: command\ndata: {}\n\n\xFF\r";
  for (const agent_event& event : {agent_event{connected_event{evil, evil}},
                                   agent_event{command_event{evil, evil, json_value{json{{evil, evil}}}}}}) {
    const auto seen = test::events_of(encode_agent_event(event));
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].type, event_type(event));
    EXPECT_EQ(seen[0].id, "");
  }
}

TEST(AgentEvent, UnknownTypesAreToldApartFromBadOnes) {
  diagnostics diag;
  for (const std::string_view type : {"message", "Command", "", "connect"})
    EXPECT_EQ(parse_agent_event(type, "{}", diag).error(), protocol_errc::unknown_event);
  EXPECT_EQ(parse_agent_event("command", "nonsense", diag).error(), protocol_errc::json_syntax);
  EXPECT_EQ(parse_agent_event("command", "[]", diag).error(), protocol_errc::wrong_type);
  EXPECT_EQ(parse_agent_event("command", "{}", diag).error(), protocol_errc::missing_field);
}

// --- responses ---

TEST(CommandResponse, BaseFormsParse) {
  EXPECT_EQ(
      parsed(with_default_limits(parse_command_response), R"({"request_id":"r","ok":true,"result":{"a":1}})"),
      (command_response{"r", true, json_value{json{{"a", 1}}}}));
  EXPECT_EQ(
      parsed(with_default_limits(parse_command_response), R"({"request_id":"r","ok":false,"error":"no"})"),
      (command_response{"r", false, {}, "no"}));
  EXPECT_EQ(parsed(with_default_limits(parse_command_response),
                   R"({"request_id":"r","ok":false,"error":"no","result":null})"),
            (command_response{"r", false, {}, "no"}));
}

const error_detail forbidden{403, "Forbidden", "pods is forbidden", "list", "pods", "payments", 1500ms};

TEST(CommandResponse, AddedFormRoundTrips) {
  const command_response response{"r", false, {}, "denied by RBAC", command_error::denied, forbidden, false};
  const std::string text = print_command_response(response);
  EXPECT_EQ(
      json::parse(text),
      json::parse(
          R"({"request_id":"r","ok":false,"error":"denied by RBAC","error_code":"denied","truncated":false,
    "error_detail":{"code":403,"reason":"Forbidden","message":"pods is forbidden","verb":"list","resource":"pods","namespace":"payments","retry_after_seconds":1.5}})"));
  EXPECT_EQ(parsed(with_default_limits(parse_command_response), text), response);
  check_every_member(with_default_limits(parse_command_response), text, {"request_id", "ok"},
                     {"error_code", "error_detail", "truncated"});
  const command_response good{"r", true, json_value{json{{"a", 1}}}, "", {}, {}, true};
  EXPECT_EQ(print_command_response(good),
            R"({"ok":true,"request_id":"r","result":{"a":1},"truncated":true})");
  EXPECT_EQ(parsed(with_default_limits(parse_command_response), print_command_response(good)), good);
}

TEST(CommandResponse, WrongMembersAreNamedByPointer) {
  const auto parse = with_default_limits(parse_command_response);
  EXPECT_EQ(failure(parse, R"({"request_id":"r","ok":false,"error":{"code":7}})"),
            "/error: expected a string, got an object");
  EXPECT_EQ(failure(parse, R"({"request_id":"r","ok":true,"error_code":"busy"})"),
            "/error_code: expected no error code, as ok is true");
  EXPECT_EQ(failure(parse, R"({"request_id":"r","ok":"true"})"),
            R"(/ok: expected true or false, got "true")");
  EXPECT_EQ(failure(parse, R"({"request_id":"r","ok":true,"result":[1]})"),
            "/result: expected an object, got an array");
}

TEST(CommandResponse, LimitsHold) {
  diagnostics diag;
  EXPECT_EQ(parse_command_response(R"({"request_id":"r","ok":true})", diag, {.size_bytes_max = 10}).error(),
            protocol_errc::json_too_large);
  std::string deep = R"({"request_id":"r","ok":true,"result":)";
  for (int level = 0; level < 40; ++level) deep += R"({"a":)";
  EXPECT_EQ(parse_command_response(deep, diag).error(), protocol_errc::json_too_deep);
}

TEST(ConnectQuery, RoundTripsAndMayBeEmpty) {
  const connect_query query{"1.2.3", "v1.29.0+k3s", 12, 0, "i-1", "prod us/east"};
  const std::string text = print_connect_query(query);
  EXPECT_EQ(
      text,
      "agent_version=1.2.3&kubernetes_version=v1.29.0%2Bk3s&node_count=12&namespace_count=0&instance_id=i-1&"
      "cluster_name=prod%20us%2Feast");
  EXPECT_EQ(parsed(parse_connect_query, text), query);
  EXPECT_EQ(parsed(parse_connect_query, ""), connect_query{});
  EXPECT_EQ(print_connect_query({}), "");
}

TEST(ConnectQuery, IgnoresWhatItDoesNotKnow) {
  EXPECT_EQ(
      parsed(parse_connect_query,
             "&&x=1&node_count=&agent_version&agent_version=a+b&agent_version=c&node_count=3&node_count=4"),
      (connect_query{"a b", {}, 3, {}, {}, {}}));
}

TEST(ConnectQuery, RefusesBadValues) {
  for (const std::string& bad :
       {std::string{"agent_version=%"}, std::string{"agent_version=%0a"}, std::string{"agent_version=%ff"},
        std::string{"agent_version=%00"}, std::string{"instance_id=a b"},
        "instance_id=" + std::string(129, 'x'), "agent_version=" + std::string(257, 'x'),
        "unknown=" + std::string(257, 'x')})
    EXPECT_NE(failure(parse_connect_query, bad), "") << bad;
  EXPECT_EQ(failure(parse_connect_query, "agent_version=" + std::string(256, 'x')), "");
}

TEST(GatewayAnswers, Print) {
  EXPECT_EQ(print_ok(), R"({"ok":true})");
  EXPECT_EQ(print_heartbeat_answer({true, noon}), R"({"ok":true,"timestamp":"2024-05-06T12:00:00.000Z"})");
  EXPECT_EQ(parsed(parse_heartbeat_answer, print_heartbeat_answer({true, noon})),
            (heartbeat_answer{true, noon}));
  EXPECT_EQ(print_error_body({"a \"b\""}), R"({"detail":"a \"b\""})");
  EXPECT_EQ(parsed(parse_error_body, print_error_body({"x"})), error_body{"x"});
  EXPECT_EQ(parsed(parse_error_body, R"({"detail":[{"loc":["body"]}]})"),
            error_body{R"([{"loc":["body"]}])"});
  EXPECT_NE(failure(parse_error_body, "{}"), "");
}

// --- callers ---

TEST(ExecuteRequest, BaseAndAddedFormsParse) {
  const auto parse = with_default_limits(parse_execute_request);
  const execute_request base{"c1", {}, "o", "t", "list_pods", {}, 30s, {}, {}};
  EXPECT_EQ(
      parsed(
          parse,
          R"({"cluster_id":"c1","org_id":"o","team_node_id":"t","command":"list_pods","params":{},"timeout":30.0})"),
      base);
  const execute_request added{{},     "prod", {},   {}, "list_pods", json_value{json{{"namespace", "x"}}},
                              1500ms, "k-1",  250ms};
  EXPECT_EQ(parsed(parse, print_execute_request(added)), added);
  EXPECT_EQ(parsed(parse, print_execute_request(base)), base);
  check_every_member(parse, print_execute_request(base), {"cluster_id", "command"});
}

TEST(ExecuteRequest, NamesExactlyOneCluster) {
  const auto parse = with_default_limits(parse_execute_request);
  EXPECT_EQ(failure(parse, R"({"command":"c"})"),
            "/cluster_id: expected exactly one of cluster_id and cluster_name");
  EXPECT_EQ(failure(parse, R"({"command":"c","cluster_id":"a","cluster_name":"b"})"),
            "/cluster_id: expected exactly one of cluster_id and cluster_name");
  EXPECT_EQ(failure(parse, R"({"command":"c","cluster_id":"a","wait_ms":-1})"),
            "/wait_ms: expected an integer between 0 and 300000, got -1");
  EXPECT_NE(failure(parse, R"({"command":"c","cluster_id":"a","timeout":301})"), "");
  EXPECT_NE(failure(parse, R"({"command":"c","cluster_id":""})"), "");
  EXPECT_NE(failure(parse, R"({"command":"c","cluster_id":"a","idempotency_key":"a b"})"), "");
}

TEST(ExecuteAnswer, AlwaysPrintsResultAndError) {
  const auto parse = with_default_limits(parse_execute_answer);
  const execute_answer good{true, json_value{json{{"a", 1}}}, {}, {}, {}, {}, {}};
  EXPECT_EQ(print_execute_answer(good), R"({"error":null,"ok":true,"result":{"a":1}})");
  EXPECT_EQ(parsed(parse, print_execute_answer(good)), good);
  const execute_answer bad{false, {}, "no", command_error::denied, forbidden, true, "r-1"};
  EXPECT_EQ(parsed(parse, print_execute_answer(bad)), bad);
  EXPECT_EQ(parsed(parse, R"({"ok":false,"result":null,"error":"no"})"),
            (execute_answer{false, {}, "no", {}, {}, {}, {}}));
  check_every_member(parse, print_execute_answer(bad), {"ok"});
}

TEST(ClusterList, RoundTripsAndNamesTheElementAtFault) {
  const cluster_list list{
      {{"c1", "prod", "o", "t", noon, noon, "1.0", "v1.29", 3}, {"c2", "dev", "o", "t", {}, {}, {}, {}, {}}}};
  const std::string text = print_cluster_list(list);
  EXPECT_EQ(json::parse(text).at("total"), 2);
  EXPECT_TRUE(json::parse(text).at("clusters").at(1).at("last_heartbeat").is_null());
  const auto parse = with_default_limits(parse_cluster_list);
  EXPECT_EQ(parsed(parse, text), list);
  EXPECT_EQ(parsed(parse_cluster_entry, print_cluster_entry(list.clusters[0])), list.clusters[0]);
  check_every_member(parse_cluster_entry, print_cluster_entry(list.clusters[0]),
                     {"cluster_id", "cluster_name", "org_id", "team_node_id"});
  EXPECT_EQ(
      failure(
          parse,
          R"({"clusters":[{"cluster_id":"a","cluster_name":"a","org_id":"o","team_node_id":"t"},{"cluster_id":7}],"total":2})"),
      "/clusters/1/cluster_id: expected a text without control characters, got 7");
  EXPECT_EQ(failure(parse, R"({"clusters":[1]})"), "/clusters/0: expected an object, got 1");
  EXPECT_EQ(failure(parse, "{}"), "/clusters: expected an array, got nothing");
}

// --- dashboard ---

TEST(CreateCluster, RequestIsChecked) {
  EXPECT_EQ(
      parsed(parse_create_cluster_request, R"({"cluster_name":"prod-us-east-1","display_name":"Prod"})"),
      (create_cluster_request{"prod-us-east-1", "Prod"}));
  EXPECT_EQ(print_create_cluster_request({"p", {}}), R"({"cluster_name":"p"})");
  check_every_member(parse_create_cluster_request, R"({"cluster_name":"p","display_name":"P"})",
                     {"cluster_name"});
  for (const std::string_view bad : {"", "A", "a b", "-a", "a/b"})
    EXPECT_NE(failure(parse_create_cluster_request, json{{"cluster_name", bad}}.dump()), "");
  EXPECT_NE(failure(parse_create_cluster_request,
                    json{{"cluster_name", "a"}, {"display_name", std::string(257, 'x')}}.dump()),
            "");
  EXPECT_NE(failure(parse_create_cluster_request, R"({"cluster_name":"a","display_name":"x\ny"})"), "");
}

TEST(CreateCluster, AnswerRoundTrips) {
  const create_cluster_answer answer{"c1", "prod", "Prod", "ixfx_k8s_a.b", "helm install ..."};
  EXPECT_EQ(parsed(parse_create_cluster_answer, print_create_cluster_answer(answer)), answer);
}

TEST(DashboardList, RoundTripsAndAcceptsABareArray) {
  const dashboard_list list{
      {{"c1", "prod", "Prod", cluster_status::connected, noon, "1.0", "v1.29", 3, noon, {}},
       {"c2", "dev", "Dev", cluster_status::disconnected, {}, {}, {}, {}, noon, noon}}};
  const auto parse = with_default_limits(parse_dashboard_list);
  const std::string text = print_dashboard_list(list);
  EXPECT_EQ(json::parse(text).at("total"), 2);
  EXPECT_EQ(parsed(parse, text), list);
  EXPECT_EQ(parsed(parse, json::parse(text).at("clusters").dump()), list);
  EXPECT_EQ(parsed(parse_dashboard_cluster, print_dashboard_cluster(list.clusters[0])), list.clusters[0]);
  check_every_member(parse_dashboard_cluster, print_dashboard_cluster(list.clusters[0]),
                     {"cluster_id", "cluster_name", "status", "created_at"});
  EXPECT_EQ(failure(parse_dashboard_cluster, R"({"cluster_id":"a","cluster_name":"a","status":"up"})"),
            R"(/status: expected connected, disconnected or error, got "up")");
}

TEST(Health, RoundTrips) {
  EXPECT_EQ(print_health_answer({}), R"({"service":"k8s-gateway","status":"healthy"})");
  EXPECT_EQ(parsed(parse_health_answer, print_health_answer({})), health_answer{});
}

}  // namespace
}  // namespace kitfox::protocol
