// Keys, ids and times: the small texts inside of messages.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <concepts>
#include <ostream>
#include <string>
#include <string_view>

#include "protocol/ids.hpp"
#include "protocol/keys.hpp"
#include "protocol/timestamps.hpp"

namespace kitfox::protocol {
namespace {

using namespace std::string_view_literals;
using namespace std::chrono_literals;
using namespace std::chrono;

// --- keys ---

const std::string secret(43, 's');
const std::string key_text = "ixfx_k8s_Abc-1." + secret;

template <std::size_t Size>
std::array<std::byte, Size> bytes_from(int first) {
  std::array<std::byte, Size> bytes{};
  for (std::size_t index = 0; index < Size; ++index)
    bytes[index] = static_cast<std::byte>(first + static_cast<int>(index));
  return bytes;
}

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!printable<api_key>);
static_assert(!std::equality_comparable<api_key>);
static_assert(!std::convertible_to<api_key, std::string> && !std::convertible_to<api_key, std::string_view>);

TEST(ApiKey, PartsAreSplitAtTheFirstDot) {
  const api_key key = api_key::parse(key_text).value();
  EXPECT_EQ(key.key_id(), "ixfx_k8s_Abc-1");
  EXPECT_EQ(key.reveal_secret(), secret);
  EXPECT_EQ(key.reveal(), key_text);
}

TEST(ApiKey, RefusesEverythingElse) {
  for (const std::string& bad :
       {std::string{}, std::string{"ixfx_k8s_"}, "ixfx_k8s_." + secret, "ixfx_k8s_a" + secret,
        "ixfx_k8s_a." + secret.substr(1), "ixfx_k8s_a." + secret + "=", "ixfx_k8s_a." + secret + ".x",
        "ixfx_k8s_a." + secret + "\n", " " + key_text, key_text + " ", "ixfx_k8s_a b." + secret,
        "IXFX_k8s_a." + secret, "ixfx_k8s_" + std::string(65, 'a') + "." + secret, "a." + secret,
        "ixfx_k8s_a." + std::string(512, 's'), key_text + std::string("\0", 1)})
    EXPECT_EQ(api_key::parse(bad).error(), protocol_errc::bad_key) << bad;
}

TEST(ApiKey, MadeKeysParseAndHoldAllTheRandomBits) {
  const api_key key = api_key::make(bytes_from<12>(1), bytes_from<32>(200));
  const api_key parsed = api_key::parse(key.reveal()).value();
  EXPECT_EQ(parsed.key_id(), key.key_id());
  EXPECT_EQ(key.reveal_secret(), encode_base64url(bytes_from<32>(200)));
  EXPECT_EQ(key.reveal_secret().size(), api_key::secret_size_min);
}

TEST(ApiKey, CopiesAndMovesKeepTheKey) {
  api_key key = api_key::parse(key_text).value();
  api_key copy = key;
  EXPECT_EQ(copy.reveal(), key_text);
  const api_key moved = std::move(key);
  EXPECT_EQ(moved.reveal(), key_text);
  key = copy;
  EXPECT_EQ(key.reveal(), key_text);
  copy = std::move(key);
  EXPECT_EQ(copy.key_id(), "ixfx_k8s_Abc-1");
}

TEST(ApiKey, HashIsSha256OfSecretAndPepper) {
  // printf 'abc' | sha256sum
  EXPECT_EQ(hash_secret("ab", "c"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_secret("a", "bc"), hash_secret("ab", "c"));
  EXPECT_NE(hash_secret(secret, "pepper"), hash_secret(secret, "Pepper"));
}

TEST(ApiKeyDeathTest, HashWithoutPepperAborts) { EXPECT_DEATH((void)hash_secret("secret", ""), "pepper"); }

TEST(ApiKey, ComparisonSeesEveryByteAndTheLength) {
  const std::string hash = hash_secret(secret, "p");
  EXPECT_TRUE(equal_in_constant_time(hash, hash));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_FALSE(equal_in_constant_time(hash, hash.substr(1)));
  for (std::size_t at = 0; at < hash.size(); ++at) {
    std::string other = hash;
    other[at] = static_cast<char>(other[at] ^ 1);
    EXPECT_FALSE(equal_in_constant_time(hash, other));
  }
}

TEST(ApiKey, RedactionShowsNothingOfTheSecret) {
  EXPECT_EQ(redact(api_key::parse(key_text).value()), "api key Abc-1");
  EXPECT_EQ(redact("no key here"), "no key here");
  EXPECT_EQ(redact("Bearer " + key_text + ", then " + key_text), "Bearer [api key], then [api key]");
  EXPECT_EQ(redact("{\"token\":\"" + key_text + "\"}"), "{\"token\":\"[api key]\"}");
  EXPECT_EQ(redact("IXFX_K8S_x.y z"), "[api key] z");
  EXPECT_EQ(redact("ixfx_k8s_"), "[api key]");
  EXPECT_EQ(redact(""), "");
}

// --- ids ---

TEST(RequestId, HasOneAlphabetAndLength) {
  for (const std::string& good : {std::string{"a"}, std::string{"AZaz09_-"}, std::string(64, 'x')})
    EXPECT_TRUE(is_request_id(good));
  for (const std::string& bad :
       {std::string{}, std::string(65, 'x'), std::string{"a/b"}, std::string{"%2f"}, std::string{"a\r"},
        std::string("a\0b", 3), std::string{"a b"}, std::string{"\xC3\xA9"}, std::string{"."}})
    EXPECT_FALSE(is_request_id(bad)) << bad;
}

TEST(RequestId, MadeIdsHoldAllBits) {
  std::array<std::byte, 16> random{};
  EXPECT_EQ(make_request_id(random), std::string(22, 'A'));
  std::string last;
  for (int bit = 0; bit < 128; ++bit) {
    random[static_cast<std::size_t>(bit / 8)] ^= std::byte{1} << (bit % 8);
    const std::string id = make_request_id(random);
    EXPECT_TRUE(is_request_id(id));
    EXPECT_NE(id, last);
    last = id;
  }
}

TEST(Base64Url, MatchesTheTestVectors) {
  const auto encode = [](std::string_view text) { return encode_base64url(std::as_bytes(std::span{text})); };
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg");
  EXPECT_EQ(encode("fo"), "Zm8");
  EXPECT_EQ(encode("foo"), "Zm9v");
  EXPECT_EQ(encode("foob"), "Zm9vYg");
  EXPECT_EQ(encode("\xFB\xFF"), "-_8");
}

TEST(OpaqueToken, IsPrintableAsciiWithoutSpace) {
  EXPECT_TRUE(is_opaque_token("!~aZ09"));
  EXPECT_TRUE(is_opaque_token(std::string(128, 'x')));
  for (const std::string& bad : {std::string{}, std::string(129, 'x'), std::string{"a b"}, std::string{"a\n"},
                                 std::string{"\x7F"}, std::string{"\xC3\xA9"}})
    EXPECT_FALSE(is_opaque_token(bad));
}

TEST(DnsNames, FollowKubernetes) {
  for (const std::string& good :
       {std::string{"a"}, std::string{"0"}, std::string{"a-b"}, std::string(63, 'a')}) {
    EXPECT_TRUE(is_dns_label(good));
    EXPECT_TRUE(is_dns_subdomain(good));
  }
  for (const std::string& bad :
       {std::string{}, std::string{"-a"}, std::string{"a-"}, std::string{"A"}, std::string{"a_b"},
        std::string{"a/b"}, std::string{"a%2f"}, std::string{"a b"}, std::string{"a\n"},
        std::string("a\0", 2), std::string{"*"}, std::string{".."}}) {
    EXPECT_FALSE(is_dns_label(bad)) << bad;
    EXPECT_FALSE(is_dns_subdomain(bad)) << bad;
  }
  EXPECT_FALSE(is_dns_label(std::string(64, 'a')));
  EXPECT_FALSE(is_dns_label("a.b"));
  EXPECT_TRUE(is_dns_subdomain("kube-root-ca.crt"));
  EXPECT_TRUE(is_dns_subdomain(std::string(253, 'a')));
  EXPECT_FALSE(is_dns_subdomain(std::string(254, 'a')));
  for (const std::string_view bad : {".a", "a.", "a..b", "a.-b", "a-.b"})
    EXPECT_FALSE(is_dns_subdomain(bad)) << bad;
}

TEST(Labels, FollowKubernetes) {
  for (const std::string_view good : {"app", "a.b_c-D", "app.kubernetes.io/name", "x/y"})
    EXPECT_TRUE(is_label_key(good)) << good;
  for (const std::string_view bad : {"", "/", "a/", "/a", "A.io/x", "a/b/c", "-a", "a-", "a b"})
    EXPECT_FALSE(is_label_key(bad)) << bad;
  EXPECT_TRUE(is_label_value(""));
  EXPECT_TRUE(is_label_value(std::string(63, 'v')));
  EXPECT_FALSE(is_label_value(std::string(64, 'v')));
  EXPECT_FALSE(is_label_value("a/b"));
}

TEST(LabelSelector, AcceptsTheGrammarOfKubernetes) {
  for (const std::string_view good :
       {"app=nginx", "app==nginx", "app != nginx", "app", "!app", "! app", "app in (a,b)",
        "app notin (a, b ),tier", "x in ()", "a=,b", "a in (a,)", "n>1", "n < -5",
        "app.kubernetes.io/name=x,tier=web", " a = b ", "in in (in)", "a in(b)"})
    EXPECT_TRUE(is_label_selector(good)) << good;
}

TEST(LabelSelector, RefusesEverythingElse) {
  for (const std::string_view bad :
       {"",       " ",    ",",      "a,",      ",a",          "a=b=c",     "a=b c",
        "a b",    "a in", "a in (", "a in (b", "a in (b c)",  "a in (b))", "a like b",
        "a>b",    "a>",   "!a=b",   "!!a",     "a=b&limit=1", "a=b%2Cc",   "a=b;c",
        "a=b\nc", "a=*",  "=b",     "()",      "a===b",       "a=!b"})
    EXPECT_FALSE(is_label_selector(bad)) << bad;
  EXPECT_FALSE(is_label_selector("a\0"sv));
  std::string longest = "a";
  while (longest.size() + 2 <= label_selector_size_max) longest += ",a";
  EXPECT_TRUE(is_label_selector(longest));
  EXPECT_FALSE(is_label_selector(longest + ",a"));
}

TEST(PercentEncoding, LeavesOnlyUnreservedBytes) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b?c#d%e f+g&h=\r\n\0\xFF"sv), "a%2Fb%3Fc%23d%25e%20f%2Bg%26h%3D%0D%0A%00%FF");
}

TEST(PercentEncoding, RoundTripsEveryByte) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(percent_decode(percent_encode(all)).value(), all);
  EXPECT_EQ(percent_decode("%2f%2F+").value(), "//+");
  for (const std::string_view bad : {"%", "%2", "%zz", "a%2", "%%20"})
    EXPECT_EQ(percent_decode(bad).error(), protocol_errc::bad_format) << bad;
}

// --- times ---

constexpr timestamp moment(int year_number, unsigned month_number, unsigned day_number,
                           nanoseconds since_midnight) {
  return sys_days{year{year_number} / month{month_number} / day{day_number}} + since_midnight;
}

TEST(Rfc3339, ParsesDatesOffsetsAndFractions) {
  const timestamp expected = moment(2024, 5, 6, 7h + 8min + 9s);
  EXPECT_EQ(parse_rfc3339("2024-05-06T07:08:09Z").value(), expected);
  EXPECT_EQ(parse_rfc3339("2024-05-06t07:08:09z").value(), expected);
  EXPECT_EQ(parse_rfc3339("2024-05-06T09:08:09+02:00").value(), expected);
  EXPECT_EQ(parse_rfc3339("2024-05-05T23:38:09-07:30").value(), expected);
  EXPECT_EQ(parse_rfc3339("2024-05-06T07:08:09.5Z").value(), expected + 500ms);
  EXPECT_EQ(parse_rfc3339("2024-05-06T07:08:09.123456789Z").value(), expected + 123456789ns);
  EXPECT_EQ(parse_rfc3339("2024-05-06T07:08:09.1234567899999Z").value(), expected + 123456789ns);
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z").value(), moment(2017, 1, 1, 0s));
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z").value(), moment(2024, 2, 29, 0s));
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59.9Z").value().time_since_epoch(), -100ms);
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const std::string_view bad : {"",
                                     "2024-05-06",
                                     "2024-05-06T07:08:09",
                                     "2024-05-06 07:08:09Z",
                                     "2024-05-06T07:08Z",
                                     "2024-05-06T07:08:09.Z",
                                     "2024-05-06T07:08:09,5Z",
                                     "2024-05-06T07:08:09+0200",
                                     "2024-05-06T07:08:09+02",
                                     "2024-05-06T07:08:09+24:00",
                                     "2024-05-06T07:08:09+00:60",
                                     "2024-05-06T24:00:00Z",
                                     "2024-05-06T07:60:00Z",
                                     "2024-05-06T07:08:61Z",
                                     "2023-02-29T00:00:00Z",
                                     "2024-13-01T00:00:00Z",
                                     "2024-00-01T00:00:00Z",
                                     "2024-01-00T00:00:00Z",
                                     "24-05-06T07:08:09Z",
                                     "2024-5-6T07:08:09Z",
                                     "2024-05-06T07:08:09Z ",
                                     " 2024-05-06T07:08:09Z",
                                     "+2024-05-06T07:08:09Z",
                                     "1677-12-31T23:59:59Z",
                                     "2262-01-01T00:00:00Z",
                                     "0000-01-01T00:00:00Z",
                                     "9999-12-31T23:59:59Z"})
    EXPECT_EQ(parse_rfc3339(bad).error(), protocol_errc::bad_timestamp) << bad;
  EXPECT_FALSE(parse_rfc3339("2024-05-06T07:08:09Z\0"sv));
}

TEST(Rfc3339, TheEdgesOfTheRangeDoNotOverflow) {
  EXPECT_TRUE(parse_rfc3339("1678-01-01T00:00:00+23:59"));
  EXPECT_TRUE(parse_rfc3339("2261-12-31T23:59:60.999999999-23:59"));
}

TEST(Iso8601, ParsesWhatBasePeersSend) {
  const timestamp expected = moment(2024, 5, 6, 7h + 8min + 9s);
  for (const std::string_view good :
       {"2024-05-06T07:08:09Z", "2024-05-06 07:08:09Z", "2024-05-06T07:08:09", "2024-05-06 07:08:09",
        "2024-05-06T09:08:09+0200", "2024-05-06T09:08:09+02", "2024-05-06T09:08:09+02:00",
        "2024-05-06T07:08:09.000000+00:00"})
    EXPECT_EQ(parse_iso8601(good).value(), expected) << good;
  EXPECT_EQ(parse_iso8601("2024-05-06T07:08:09,25").value(), expected + 250ms);
  for (const std::string_view bad : {"", "2024-05-06", "now", "2024-05-06T07:08:09+", "2024-05-06T07:08:09+2",
                                     "2024-05-06T07:08:09+020", "2024-05-06T07:08:09Zx"})
    EXPECT_FALSE(parse_iso8601(bad)) << bad;
}

TEST(Rfc3339, PrintsWithTheAskedPrecision) {
  const timestamp time = moment(2024, 5, 6, 7h + 8min + 9s + 987654321ns);
  EXPECT_EQ(print_rfc3339(time, time_precision::seconds), "2024-05-06T07:08:09Z");
  EXPECT_EQ(print_rfc3339(time), "2024-05-06T07:08:09.987Z");
  EXPECT_EQ(print_rfc3339(time, time_precision::microseconds), "2024-05-06T07:08:09.987654Z");
  EXPECT_EQ(print_rfc3339(time, time_precision::nanoseconds), "2024-05-06T07:08:09.987654321Z");
  EXPECT_EQ(print_rfc3339(timestamp{-1ms}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(parse_rfc3339(print_rfc3339(time, time_precision::nanoseconds)).value(), time);
  EXPECT_EQ(parse_rfc3339(print_rfc3339(timestamp::min() + days{400}, time_precision::nanoseconds)).value(),
            timestamp::min() + days{400});
}

const timestamp now = moment(2024, 5, 6, 0s);

TEST(HttpDate, ParsesAllThreeForms) {
  const timestamp expected = moment(1994, 11, 6, 8h + 49min + 37s);
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now).value(), expected);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now).value(), expected);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", now).value(), expected);
  EXPECT_EQ(parse_http_date("Sun Nov 16 08:49:37 1994", now).value(), expected + days{10});
  EXPECT_EQ(print_http_date(expected), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(HttpDate, TwoDigitYearsLieAtMostFiftyYearsAhead) {
  EXPECT_EQ(parse_http_date("Monday, 06-Nov-74 08:49:37 GMT", now).value(),
            moment(2074, 11, 6, 8h + 49min + 37s));
  EXPECT_EQ(parse_http_date("Monday, 06-Nov-75 08:49:37 GMT", now).value(),
            moment(1975, 11, 6, 8h + 49min + 37s));
}

TEST(HttpDate, RefusesEverythingElse) {
  for (const std::string_view bad :
       {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
        "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT "})
    EXPECT_FALSE(parse_http_date(bad, now)) << bad;
}

TEST(RetryAfter, TakesSecondsOrADate) {
  EXPECT_EQ(parse_retry_after("0", now).value(), 0ms);
  EXPECT_EQ(parse_retry_after("120", now).value(), 120s);
  EXPECT_EQ(parse_retry_after("Mon, 06 May 2024 00:02:00 GMT", now).value(), 120s);
  EXPECT_EQ(parse_retry_after("Mon, 06 May 2024 00:02:00 GMT", now + 500us).value(),
            120s);  // Rounded up: it is a floor.
  EXPECT_EQ(parse_retry_after("Sun, 05 May 2024 00:00:00 GMT", now).value(), 0ms);
}

TEST(RetryAfter, IsClamped) {
  EXPECT_EQ(parse_retry_after("301", now).value(), 5min);
  EXPECT_EQ(parse_retry_after(std::string(500, '9'), now).value(), 5min);
  EXPECT_EQ(parse_retry_after("Mon, 06 May 2024 00:05:01 GMT", now).value(), 5min);
  EXPECT_EQ(parse_retry_after("Fri, 31 Dec 2261 00:00:00 GMT", timestamp::min() + days{1}).value(), 5min);
  EXPECT_EQ(parse_retry_after("Fri, 01 Jan 1700 00:00:00 GMT", timestamp::max() - days{1}).value(), 0ms);
  EXPECT_EQ(parse_retry_after("7200", now, 1h).value(), 1h);
}

TEST(RetryAfter, RefusesEverythingElse) {
  for (const std::string_view bad : {"", "-1", "+1", "1.5", " 1", "1 ", "soon", "1s"})
    EXPECT_EQ(parse_retry_after(bad, now).error(), protocol_errc::bad_timestamp) << bad;
}

}  // namespace
}  // namespace kitfox::protocol
