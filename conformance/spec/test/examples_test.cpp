// Every example of SPEC.md is fed to the parsers of the reference: HTTP, server-sent events, messages, keys.
#include <gtest/gtest.h>

#include <map>

#include "conformance/spec/requirement_text.hpp"
#include "conformance/spec/test/document_file.hpp"
#include "conformance/spec/test/fenced_example.hpp"
#include "conformance/transcript/http_reader.hpp"
#include "protocol/commands.hpp"
#include "protocol/keys.hpp"
#include "protocol/messages.hpp"
#include "protocol/sse_decoder.hpp"
#include "runtime/http/message_parser.hpp"

namespace kitfox::conformance {
namespace {

std::string specification() { return read_document(std::filesystem::path{KITFOX_SPEC} / "SPEC.md"); }

std::vector<fenced_example> examples_in(std::string_view language) {
  std::vector<fenced_example> out;
  for (const fenced_example& one : find_fenced_examples(specification()))
    if (one.language == language) out.push_back(one);
  return out;
}

std::string place(const fenced_example& one) { return "SPEC.md:" + std::to_string(one.line); }

/// The bytes of an HTTP message: its head with the line ends of the wire, its body without the one that the
/// document puts behind it.
std::string on_the_wire(const fenced_example& one) {
  const std::size_t blank = one.text.find("\n\n");
  EXPECT_NE(blank, std::string::npos) << place(one) << ": a head ends with an empty line";
  std::string out;
  for (const char c : one.text.substr(0, blank + 2)) out += c == '\n' ? std::string{"\r\n"} : std::string{c};
  std::string body = one.text.substr(blank + 2);
  if (!body.empty()) body.pop_back();
  return out + body;
}

template <class Parser>
void put_all(Parser& parser, std::string_view bytes, const fenced_example& from) {
  while (!bytes.empty() && !parser.complete()) {
    const auto taken = parser.put(bytes);
    ASSERT_TRUE(taken.has_value()) << place(from) << ": " << taken.error().message();
    if (taken.value() == 0) return;
    bytes.remove_prefix(taken.value());
  }
  EXPECT_TRUE(bytes.empty()) << place(from) << ": more than its length says: " << bytes;
}

using message_reader = protocol::error_code (*)(std::string_view, protocol::diagnostics&);
template <auto Parse>
protocol::error_code read_message(std::string_view text, protocol::diagnostics& diag) {
  const auto read = Parse(text, diag);
  return read.has_value() ? protocol::error_code{} : read.error();
}
template <auto Parse>
protocol::error_code read_bounded_message(std::string_view text, protocol::diagnostics& diag) {
  const auto read = Parse(text, diag, protocol::json_limits{});
  return read.has_value() ? protocol::error_code{} : read.error();
}

const std::map<std::string, message_reader>& message_readers() {
  static const std::map<std::string, message_reader> all{
      {"execute_request", read_bounded_message<&protocol::parse_execute_request>},
      {"execute_answer", read_bounded_message<&protocol::parse_execute_answer>},
      {"cluster_list", read_bounded_message<&protocol::parse_cluster_list>},
      {"command_response", read_bounded_message<&protocol::parse_command_response>},
      {"create_cluster_request", read_message<&protocol::parse_create_cluster_request>},
      {"create_cluster_answer", read_message<&protocol::parse_create_cluster_answer>},
      {"heartbeat_answer", read_message<&protocol::parse_heartbeat_answer>},
      {"error_body", read_message<&protocol::parse_error_body>}};
  return all;
}

void expect_message(const std::string& what, std::string_view text, const fenced_example& from) {
  const auto reader = message_readers().find(what);
  ASSERT_NE(reader, message_readers().end()) << place(from) << ": no message is called \"" << what << "\"";
  protocol::diagnostics diag;
  const protocol::error_code failure = reader->second(text, diag);
  EXPECT_FALSE(failure) << place(from) << ": " << what << ": " << diag.to_string();
}

/// What a request of a route carries; empty: nothing.
std::string message_of_request(std::string_view target) {
  if (target.find("/agent/response/") != target.npos) return "command_response";
  if (target == "/internal/execute") return "execute_request";
  return {};
}

std::string message_of_answer(int status, std::string_view body) {
  if (status >= 400) return "error_body";
  if (body.find("\"timestamp\"") != body.npos) return "heartbeat_answer";
  return body == protocol::print_ok() ? "" : "execute_answer";
}

void expect_request(const fenced_example& one) {
  const runtime::http::limits bounds;
  runtime::http::request_parser parser{bounds};
  put_all(parser, on_the_wire(one), one);
  ASSERT_TRUE(parser.complete()) << place(one) << ": the request is not whole";
  const runtime::http::request& read = parser.message();
  EXPECT_TRUE(read.headers.get("Host")) << place(one) << ": RFC 9112 §3.2 demands Host";
  if (const std::string what = message_of_request(read.target); !what.empty())
    expect_message(what, read.body, one);
  if (const std::size_t query = read.target.find('?'); query != std::string::npos) {
    protocol::diagnostics diag;
    EXPECT_TRUE(protocol::parse_connect_query(read.target.substr(query + 1), diag).has_value())
        << place(one) << ": " << diag.to_string();
  }
  constexpr std::string_view scheme = "Bearer ";
  if (const auto credential = read.headers.get("Authorization")) {
    ASSERT_TRUE(credential->starts_with(scheme)) << place(one);
    EXPECT_TRUE(protocol::api_key::parse(credential->substr(scheme.size())).has_value()) << place(one);
  }
}

void expect_response(const fenced_example& one) {
  const runtime::http::limits bounds;
  runtime::http::response_parser parser{bounds, "GET", runtime::http::body_mode::whole};
  put_all(parser, on_the_wire(one), one);
  ASSERT_TRUE(parser.head_complete()) << place(one) << ": the head is not whole";
  const runtime::http::response& read = parser.message();
  if (read.headers.get("Content-Type") == "text/event-stream") return;  // its events stand in another example
  EXPECT_TRUE(parser.complete()) << place(one) << ": the response is not whole";
  if (const std::string what = message_of_answer(read.status, read.body); !what.empty())
    expect_message(what, read.body, one);
}

/// What follows connections from outside must agree that it is HTTP.
struct strict_observer final : http_reader_sink {
  void on_head(http_head) override { ++heads; }
  void on_body(std::string_view) override {}
  void on_message_end() override {}
  void on_malformed(std::string_view why) override { complaint = why; }
  int heads = 0;
  std::string complaint;
};

TEST(SpecificationExamples, OfHttpAreReadByTheParsersOfAgentAndGateway) {
  const auto all = examples_in("http");
  EXPECT_GE(all.size(), 10u);
  for (const fenced_example& one : all) {
    const bool response = one.text.starts_with("HTTP/1.1 ");
    response ? expect_response(one) : expect_request(one);
    strict_observer seen;
    http_reader reader{response ? http_reader::direction::responses : http_reader::direction::requests, seen};
    reader.feed(on_the_wire(one));
    EXPECT_EQ(seen.complaint, "") << place(one);
    EXPECT_EQ(seen.heads, 1) << place(one);
  }
}

TEST(SpecificationExamples, OfStreamsAreDecodedToEventsThatTheAgentReads) {
  const auto all = examples_in("sse");
  EXPECT_GE(all.size(), 4u);
  std::map<std::string, int> seen;
  for (const fenced_example& one : all) {
    protocol::sse_decoder decoder;
    int events = 0;
    const auto failure = decoder.feed(one.text, [&](const protocol::sse_event& event) {
      protocol::diagnostics diag;
      EXPECT_TRUE(protocol::parse_agent_event(event.type, event.data, diag).has_value())
          << place(one) << ": " << event.type << ": " << diag.to_string();
      ++seen[std::string{event.type}];
      ++events;
    });
    EXPECT_FALSE(failure) << place(one);
    EXPECT_GT(events, 0) << place(one) << ": an event ends with an empty line";
  }
  for (const char* type : {"connected", "command", "heartbeat", "cancel", "drain"})
    EXPECT_GT(seen[type], 0) << "no example of the event " << type;
}

TEST(SpecificationExamples, OfMessagesAreReadByTheirCodecs) {
  const auto all = examples_in("json");
  EXPECT_GE(all.size(), 4u);
  for (const fenced_example& one : all) expect_message(one.what, one.text, one);
}

TEST(SpecificationExamples, AreOfKindsThatAreRead) {
  for (const fenced_example& one : find_fenced_examples(specification())) {
    const bool drawing = one.language == "mermaid" || one.language == "text";
    EXPECT_TRUE(drawing || one.language == "http" || one.language == "sse" || one.language == "json")
        << place(one) << ": " << one.language;
  }
}

TEST(SpecificationLists, NameEveryCommandAndErrorCode) {
  const std::string document = specification();
  for (const protocol::command_rule& one : protocol::command_list())
    EXPECT_NE(document.find("`" + std::string{one.name} + "`"), document.npos) << one.name;
  for (const protocol::command_error one : protocol::command_errors)
    EXPECT_NE(document.find("| `" + std::string{to_string(one)} + "` |"), document.npos) << to_string(one);
}

TEST(SpecificationText, DemandsNothingOutsideOfRequirements) {
  std::string document = specification();
  const auto blocks = find_requirement_blocks(document);
  for (auto one = blocks.rbegin(); one != blocks.rend(); ++one) document.erase(one->begin, one->text.size());
  const std::size_t conventions = document.find("## 1. "), terms = document.find("## 2. ");
  ASSERT_NE(terms, document.npos);
  document.erase(conventions, terms - conventions);
  for (const char* word : {"MUST NOT ", "MUST ", "REQUIRED", "SHOULD ", "SHALL ", "RECOMMENDED"})
    EXPECT_EQ(document.find(word), document.npos)
        << "without an id: " << document.substr(document.find(word), 80);
}

}  // namespace
}  // namespace kitfox::conformance
