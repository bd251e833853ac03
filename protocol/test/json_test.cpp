#include "protocol/json.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "protocol/error_list.hpp"
#include "protocol/field_reader.hpp"

namespace kitfox::protocol {
namespace {

using nlohmann::json;
using namespace std::string_view_literals;
using namespace std::chrono_literals;

/// The error of a text, with the diagnostics as one sentence.
struct refusal {
  error_code error;
  std::string sentence;
};

refusal refuse(std::string_view text, json_limits limits = {}) {
  diagnostics diag;
  const result<json> parsed = parse_json(text, diag, limits);
  return {parsed ? error_code{} : parsed.error(), diag.to_string()};
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, ReadsValidTexts) {
  for (const std::string_view text :
       {"null"sv, "true"sv, "1"sv, "-1.5e3"sv, "\"x\""sv, "[]"sv, R"({"a":[1,{"b":null}],"c":"\u00e9"})"sv}) {
    diagnostics diag;
    const result<json> parsed = parse_json(text, diag);
    ASSERT_TRUE(parsed) << text << ": " << diag.to_string();
    EXPECT_EQ(*parsed, json::parse(text));
    EXPECT_EQ(diag.to_string(), "");
  }
}

TEST(Json, KeepsSixtyFourBitIntegers) {
  diagnostics diag;
  EXPECT_EQ(parse_json("[9223372036854775807,-9223372036854775808,18446744073709551615]", diag).value(),
            json::array({std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(),
                         std::numeric_limits<std::uint64_t>::max()}));
}

TEST(Json, RefusesWhatIsNotStrictJson) {
  for (const std::string_view text : {""sv,
                                      " "sv,
                                      "{"sv,
                                      "[1,]"sv,
                                      "{} x"sv,
                                      "{}{}"sv,
                                      "NaN"sv,
                                      "Infinity"sv,
                                      "-Infinity"sv,
                                      "1e999"sv,
                                      "01"sv,
                                      "+1"sv,
                                      "'x'"sv,
                                      "{a:1}"sv,
                                      "// c\n1"sv,
                                      "/* c */1"sv,
                                      "\"\n\""sv,
                                      "\"\x80\""sv,
                                      "\"\xED\xA0\x80\""sv,
                                      R"("\ud800")"sv,
                                      "\xEF\xBB\xBF{}"sv,
                                      "{}\0"sv,
                                      "tru"sv})
    EXPECT_EQ(refuse(text).error, protocol_errc::json_syntax) << text;
}

TEST(Json, SyntaxErrorTellsTheByte) {
  EXPECT_TRUE(refuse(R"({"a":x})").sentence.starts_with("at byte 5: expected JSON, got "))
      << refuse(R"({"a":x})").sentence;
  EXPECT_TRUE(refuse("[1").sentence.starts_with("at byte 2: ")) << refuse("[1").sentence;
}

TEST(Json, DepthLimitIsExact) {
  EXPECT_FALSE(refuse(nested(32)).error);
  EXPECT_EQ(refuse(nested(33)).error, protocol_errc::json_too_deep);
  EXPECT_EQ(refuse(nested(100'000)).error, protocol_errc::json_too_deep);
  EXPECT_EQ(refuse(R"({"a":[1,{"b~/":[]}]})", {.depth_max = 3}).sentence,
            "/a/1/b~0~1: expected at most 3 nested levels");
  EXPECT_FALSE(refuse("1", {.depth_max = 0}).error);
  EXPECT_EQ(refuse("[]", {.depth_max = 0}).error, protocol_errc::json_too_deep);
}

TEST(Json, SizeLimitIsExact) {
  EXPECT_FALSE(refuse("\"12345678\"", {.size_bytes_max = 10}).error);
  EXPECT_EQ(refuse("\"123456789\"", {.size_bytes_max = 10}).error, protocol_errc::json_too_large);
  EXPECT_EQ(refuse("[[[", {.size_bytes_max = 2}).sentence, "expected at most 2 bytes, got 3");
}

TEST(Json, RefusesAMemberNamedTwice) {
  const refusal twice = refuse(R"({"a":{"b":1,"c":2,"b":3}})");
  EXPECT_EQ(twice.error, protocol_errc::json_duplicate_member);
  EXPECT_EQ(twice.sentence, "/a/b: the object names this member twice");
  EXPECT_FALSE(refuse(R"({"a":{"b":1},"b":{"b":1}})").error);
  EXPECT_EQ(refuse(R"({"a":null,"\u0061":1})").error, protocol_errc::json_duplicate_member);
}

TEST(Json, PrintsInvalidUtf8AsReplacement) { EXPECT_EQ(print_json(json("a\xFF")), "\"a\xEF\xBF\xBD\""); }

TEST(Json, QuotesAreShortAndHoldNoControlCharacters) {
  EXPECT_EQ(quote_for_diagnostics("a\"b\r\n\x1b"), R"("a\"b\r\n\u001b")");
  EXPECT_EQ(quote_for_diagnostics(std::string(64, 'x')), "\"" + std::string(64, 'x') + "\"");
  EXPECT_EQ(quote_for_diagnostics(std::string(65, 'x')), "\"" + std::string(64, 'x') + "...\"");
  EXPECT_EQ(quote_for_diagnostics(std::string(63, 'x') + "\xC3\xA9"), "\"" + std::string(63, 'x') + "...\"");
}

TEST(Json, PointersAreAsHarmlessAsQuotes) {
  EXPECT_EQ(escape_pointer_token("a/b~c"), "a~1b~0c");
  EXPECT_EQ(escape_pointer_token("a\r\nb\xFF"), "a\\r\\nb\xEF\xBF\xBD");
  EXPECT_EQ(escape_pointer_token(std::string(1000, 'x')), std::string(64, 'x') + "...");
  EXPECT_EQ(escape_pointer_token(""), "");
}

TEST(JsonValue, CopiesDeeplyAndComparesByValue) {
  json_value value{json{{"a", 1}}};
  json_value copy = value;
  copy.get()["a"] = 2;
  EXPECT_EQ(value, json_value{(json{{"a", 1}})});
  EXPECT_FALSE(value == copy);
  value = copy;
  EXPECT_EQ(value, copy);
  EXPECT_EQ(json_value{}.get(), json::object());
  EXPECT_EQ(std::move(copy).take(), (json{{"a", 2}}));
}

// --- field_reader ---

/// Reads one member of `{"x": <value>}` (or of `{}`) and returns the failure.
template <class Read>
std::string failure_of(std::string_view object, Read read) {
  const json value = json::parse(object);
  diagnostics diag;
  field_reader in{value, diag, "/params"};
  read(in);
  return in.ok() ? "" : diag.to_string();
}

TEST(FieldReader, SaysWhereAndWhatWasExpected) {
  const auto integer = [](field_reader& in) { in.integer("x", {1, 10'000}); };
  EXPECT_EQ(failure_of(R"({"x":1})", integer), "");
  EXPECT_EQ(failure_of(R"({"x":10000})", integer), "");
  EXPECT_EQ(failure_of(R"({"x":"x"})", integer),
            R"(/params/x: expected an integer between 1 and 10000, got "x")");
  EXPECT_EQ(failure_of(R"({"x":0})", integer), "/params/x: expected an integer between 1 and 10000, got 0");
  EXPECT_EQ(failure_of(R"({"x":10001})", integer),
            "/params/x: expected an integer between 1 and 10000, got 10001");
  EXPECT_EQ(failure_of(R"({"x":1.5})", integer),
            "/params/x: expected an integer between 1 and 10000, got 1.5");
  EXPECT_EQ(failure_of(R"({"x":true})", integer),
            "/params/x: expected an integer between 1 and 10000, got true");
  EXPECT_EQ(failure_of(R"({"x":[1]})", integer),
            "/params/x: expected an integer between 1 and 10000, got an array");
  EXPECT_EQ(failure_of(R"({"x":18446744073709551615})", integer),
            "/params/x: expected an integer between 1 and 10000, got 18446744073709551615");
  EXPECT_EQ(failure_of("{}", integer), "/params/x: expected an integer between 1 and 10000, got nothing");
  EXPECT_EQ(failure_of(R"({"x":null})", integer),
            "/params/x: expected an integer between 1 and 10000, got nothing");
  EXPECT_EQ(failure_of("[]", integer), "/params: expected an object, got an array");
  EXPECT_EQ(failure_of(R"({"x":"a"})", [](field_reader& in) { in.integer("x", {.min = 0}); }),
            R"(/params/x: expected an integer of at least 0, got "a")");
}

TEST(FieldReader, TheUnboundedIntegerStillRefusesOverflow) {
  const auto integer = [](field_reader& in) { in.integer("x"); };
  EXPECT_EQ(failure_of(R"({"x":9223372036854775807})", integer), "");
  EXPECT_EQ(failure_of(R"({"x":9223372036854775808})", integer),
            "/params/x: expected an integer, got 9223372036854775808");
}

TEST(FieldReader, ChecksTexts) {
  const text_rule rule{2, 4, [](std::string_view text) { return text != "bad"; }, "a good word"};
  const auto text = [&rule](field_reader& in) { in.text("x", rule); };
  EXPECT_EQ(failure_of(R"({"x":"good"})", text), "");
  EXPECT_EQ(failure_of(R"({"x":"bad"})", text), R"(/params/x: expected a good word, got "bad")");
  EXPECT_EQ(failure_of(R"({"x":"a"})", text), "/params/x: expected a good word of 2 to 4 bytes, got 1");
  EXPECT_EQ(failure_of(R"({"x":"aaaaa"})", text), "/params/x: expected a good word of 2 to 4 bytes, got 5");
  EXPECT_EQ(failure_of(R"({"x":1})", text), "/params/x: expected a good word, got 1");
}

TEST(FieldReader, ChecksBooleansObjectsAndArrays) {
  EXPECT_EQ(failure_of(R"({"x":1})", [](field_reader& in) { in.boolean("x"); }),
            "/params/x: expected true or false, got 1");
  EXPECT_EQ(failure_of("{}", [](field_reader& in) { in.boolean("x"); }),
            "/params/x: expected true or false, got nothing");
  EXPECT_EQ(failure_of(R"({"x":[]})", [](field_reader& in) { in.object("x"); }),
            "/params/x: expected an object, got an array");
  EXPECT_EQ(failure_of("{}", [](field_reader& in) { in.object("x"); }),
            "/params/x: expected an object, got nothing");
  EXPECT_EQ(failure_of(R"({"x":{}})", [](field_reader& in) { in.array("x"); }),
            "/params/x: expected an array, got an object");
  EXPECT_EQ(failure_of(R"({"x":[]})", [](field_reader& in) { in.array("x"); }), "");
}

TEST(FieldReader, SecondsAreFiniteBoundedAndNeverRoundToZero) {
  const auto read = [](std::string_view object, seconds_rule rule = {}) {
    const json value = json::parse(object);
    diagnostics diag;
    field_reader in{value, diag};
    const auto time = in.seconds("x", rule);
    return in.ok() ? std::optional{time} : std::nullopt;
  };
  EXPECT_EQ(read(R"({"x":30})"), 30s);
  EXPECT_EQ(read(R"({"x":30.0})"), 30s);
  EXPECT_EQ(read(R"({"x":0.3})"), 300ms);
  EXPECT_EQ(read(R"({"x":0.1})"), 100ms);
  EXPECT_EQ(read(R"({"x":0.0014})"), 2ms);
  EXPECT_EQ(read(R"({"x":1e-300})"), 1ms);
  EXPECT_EQ(read(R"({"x":300})"), 300s);
  for (const std::string_view bad :
       {R"({"x":300.001})", R"({"x":0})", R"({"x":-1})", R"({"x":1e300})", R"({"x":"30"})", "{}"})
    EXPECT_EQ(read(bad), std::nullopt) << bad;
  EXPECT_EQ(read(R"({"x":0})", {seconds_rule::lower_bound::zero_or_more, 10s}), 0s);
  EXPECT_EQ(failure_of(R"({"x":301})", [](field_reader& in) { in.seconds("x"); }),
            "/params/x: expected seconds, more than 0 and at most 300, got 301");
}

TEST(FieldReader, OptionalMembersMayBeAbsentOrNullButNotWrong) {
  for (const std::string_view object : {"{}", R"({"x":null})"}) {
    const json value = json::parse(object);
    diagnostics diag;
    field_reader in{value, diag};
    EXPECT_FALSE(in.optional_text("x"));
    EXPECT_FALSE(in.optional_integer("x"));
    EXPECT_FALSE(in.optional_boolean("x"));
    EXPECT_FALSE(in.optional_seconds("x"));
    EXPECT_FALSE(in.optional_time("x"));
    EXPECT_FALSE(in.optional_object("x"));
    EXPECT_TRUE(in.ok());
  }
  EXPECT_EQ(failure_of(R"({"x":1})", [](field_reader& in) { in.optional_text("x"); }),
            "/params/x: expected a string, got 1");
  EXPECT_EQ(failure_of(R"({"x":"soon"})", [](field_reader& in) { in.optional_time("x"); }),
            R"(/params/x: expected an ISO 8601 time, got "soon")");
  EXPECT_EQ(failure_of(R"({"x":1700000000})", [](field_reader& in) { in.time("x"); }),
            "/params/x: expected an ISO 8601 time, got 1700000000");
}

TEST(FieldReader, KeepsTheFirstFailure) {
  EXPECT_EQ(failure_of(R"({"x":"a","y":"b"})",
                       [](field_reader& in) {
                         in.boolean("x");
                         in.boolean("y");
                         EXPECT_EQ(in.text("y"), "");
                         EXPECT_EQ(in.find("y"), nullptr);
                       }),
            R"(/params/x: expected true or false, got "a")");
}

TEST(FieldReader, RefusesOthers) {
  EXPECT_EQ(failure_of(R"({"a":1,"x/y":1})",
                       [](field_reader& in) {
                         in.refuse_others({"a", "b"});
                       }),
            "/params/x~1y: expected one of a, b");
  EXPECT_EQ(failure_of(R"({"a":1})", [](field_reader& in) { in.refuse_others({}); }),
            "/params/a: expected no member");
  EXPECT_EQ(failure_of(R"({"a":1})", [](field_reader& in) { in.refuse_others({"a"}); }), "");
}

TEST(CommandError, WordsAreTheClosedList) {
  std::string words;
  for (const command_error error : command_errors) {
    words += std::string{to_string(error)} + ' ';
    EXPECT_EQ(parse_command_error(to_string(error)), error);
  }
  EXPECT_EQ(words,
            "denied not_found invalid unknown_command busy expired cancelled timeout too_large unavailable "
            "internal ");
  for (const std::string_view other : {"", "Denied", "denied ", "oops"})
    EXPECT_EQ(parse_command_error(other), std::nullopt);
}

TEST(CommandError, RefusalsMapToTheList) {
  EXPECT_EQ(to_command_error(protocol_errc::unknown_command), command_error::unknown_command);
  EXPECT_EQ(to_command_error(protocol_errc::json_too_large), command_error::too_large);
  EXPECT_EQ(to_command_error(protocol_errc::unknown_param), command_error::invalid);
}

TEST(ProtocolErrc, EveryCodeHasAMessageOfItsOwn) {
  std::string unknown = protocol_category().message(9999);
  std::set<std::string> messages;
  for (int code = 1; code <= static_cast<int>(protocol_errc::bad_timestamp); ++code) {
    EXPECT_NE(protocol_category().message(code), unknown);
    EXPECT_TRUE(messages.insert(protocol_category().message(code)).second);
  }
  EXPECT_STREQ(protocol_category().name(), "kitfox.protocol");
}

}  // namespace
}  // namespace kitfox::protocol
