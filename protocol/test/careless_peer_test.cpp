// Messages of a peer that gets wrong what its reader may as well do without.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "protocol/messages.hpp"

namespace kitfox::protocol {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// What `parse` makes of `text`, which it must take.
template <class Parse>
auto taken(Parse parse, const std::string& text) {
  diagnostics diag;
  auto message = parse(text, diag);
  EXPECT_TRUE(message) << text << "\n" << diag.to_string();
  return std::move(message).value();
}

TEST(AddedMembers, ThatDoNotFitNeverCostTheEvent) {
  const auto interval = [](const char* value) {
    return taken(parse_connected_event,
                 std::string{R"({"cluster_id":"c1","heartbeat_interval_seconds":)"} + value + "}")
        .heartbeat_interval;
  };
  EXPECT_EQ(interval("0"), std::nullopt);
  EXPECT_EQ(interval("-3"), std::nullopt);
  EXPECT_EQ(interval("\"15\""), std::nullopt);
  EXPECT_EQ(interval("7200"), heartbeat_interval_max) << "long is not the same as unknown";
  EXPECT_EQ(taken(parse_drain_event, R"({"reconnect_after_seconds":600})"), drain_event{300s});
  EXPECT_EQ(taken(parse_drain_event, R"({"reconnect_after_seconds":-1})"), drain_event{0ms});
}

TEST(RequestId, IsFoundInAMessageThatCannotBeRead) {
  EXPECT_EQ(find_request_id(R"({"request_id":"r-1","params":[]})"), "r-1");
  EXPECT_EQ(find_request_id(R"({"request_id":"a/b"})"), std::nullopt);
  EXPECT_EQ(find_request_id(R"({"request_id":7})"), std::nullopt);
  EXPECT_EQ(find_request_id(R"({"request_id":"r-1")"), std::nullopt);
  EXPECT_EQ(find_request_id("[]"), std::nullopt);
}

TEST(CommandResponse, WhatSurroundsAnAnswerNeverCostsIt) {
  const auto parse = [](std::string_view text, diagnostics& diag) {
    return parse_command_response(text, diag);
  };
  EXPECT_EQ(taken(parse, R"({"request_id":"r","ok":false,"error":"no","error_code":"forbidden"})"),
            (command_response{"r", false, {}, "no"}))
      << "without a code it is read as internal";
  EXPECT_EQ(taken(parse, R"({"request_id":"r","ok":false,"error":"no","error_detail":{"code":0}})"),
            (command_response{"r", false, {}, "no"}));
  const std::string text =
      json{{"request_id", "r"}, {"ok", false}, {"error", "x" + std::string(65535, 'y') + "\u00e4"}}.dump();
  const auto cut = taken(parse, text);
  EXPECT_EQ(cut.error, "x" + std::string(65535, 'y'));
  std::string half = "x";
  for (int letter = 0; letter < 40'000; ++letter) half += "\u00e4";
  EXPECT_EQ(taken(parse, json{{"request_id", "r"}, {"ok", false}, {"error", half}}.dump()).error,
            half.substr(0, 65535))
      << "between two characters";
}

TEST(ConnectQuery, CountsThatAreNoneAreAbsent) {
  for (const std::string bad : {"unknown", "None", "-1", "3.0", "99999999999999999999", "3x"})
    EXPECT_EQ(taken(parse_connect_query, "node_count=" + bad + "&namespace_count=" + bad), connect_query{})
        << bad;
}

}  // namespace
}  // namespace kitfox::protocol
