#include "runtime/http/message.hpp"

#include <gtest/gtest.h>

#include "runtime/http/client.hpp"
#include "runtime/http/printer.hpp"

namespace kitfox::runtime::http {
namespace {

using namespace std::chrono_literals;

TEST(HttpFields, CompareNamesWithoutCase) {
  fields all;
  all.add("Accept", "a");
  all.add("X", "1");
  all.add("ACCEPT", "b");
  EXPECT_EQ(all.get("accept"), "a");
  all.set("aCCept", "c");
  EXPECT_EQ(all.all().size(), 2u);
  EXPECT_EQ(all.get("Accept"), "c");
  all.set("New", "n");
  EXPECT_EQ(all.get("new"), "n");
  all.erase("x");
  EXPECT_EQ(all.get("X"), std::nullopt);
  EXPECT_EQ(all.all().size(), 2u);
}

TEST(HttpTarget, SplitsAndDecodesTheQuery) {
  const auto parts = split_target("/agent/connect?agent_version=1%2e2&empty=&name=a+b%20c&&flag&x=1&x=2");
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts->path, "/agent/connect");
  EXPECT_EQ(parts->get("agent_version"), "1.2");
  EXPECT_EQ(parts->get("empty"), "");
  EXPECT_EQ(parts->get("name"), "a b c");
  EXPECT_EQ(parts->get("flag"), "");
  EXPECT_EQ(parts->get("x"), "1") << "the first counts";
  EXPECT_EQ(parts->get("none"), std::nullopt);
  EXPECT_EQ(parts->query.size(), 6u);
  EXPECT_EQ(split_target("/a%2Fb")->path, "/a%2Fb") << "the path stays encoded";
}

TEST(HttpTarget, RefusesABrokenPercentSign) {
  for (const char* bad : {"/%", "/%4", "/%zz", "/x?a=%", "/x?%g1=b", "/x?a=%1"}) {
    EXPECT_EQ(split_target(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(percent_decode("%41%4a"), "AJ");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
}

TEST(HttpTarget, EncodesEverythingButUnreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b?c d%\xC3\xA9\n"), "a%2Fb%3Fc%20d%25%C3%A9%0A");
  std::string every;
  for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
  EXPECT_EQ(percent_decode(percent_encode(every)), every);
}

TEST(HttpReason, KnowsTheStandardPhrases) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_phrase(599), "Unknown");
}

TEST(HttpDate, IsInTheFixedFormat) {
  EXPECT_EQ(print_http_date(std::chrono::sys_seconds{784111777s}), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(print_http_date(wall_time{}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(print_http_date(std::chrono::sys_days{std::chrono::February / 29 / 2028} + 86399s + 999ms),
            "Tue, 29 Feb 2028 23:59:59 GMT");
}

TEST(HttpUrl, ParsesAbsoluteUrls) {
  const url plain = parse_url("https://gateway.example.com/gateway/").value();
  EXPECT_EQ(plain.scheme, url::scheme_kind::https);
  EXPECT_EQ(plain.authority, (endpoint{"gateway.example.com", 443}));
  EXPECT_EQ(plain.path, "/gateway");
  EXPECT_EQ(plain.host_header(), "gateway.example.com");

  const url port = parse_url("HTTP://127.0.0.1:8080").value();
  EXPECT_EQ(port.scheme, url::scheme_kind::http);
  EXPECT_EQ(port.authority, (endpoint{"127.0.0.1", 8080}));
  EXPECT_EQ(port.path, "");
  EXPECT_EQ(port.host_header(), "127.0.0.1:8080");

  const url ipv6 = parse_url("https://[2001:db8::1]:8443/a/b").value();
  EXPECT_EQ(ipv6.authority, (endpoint{"2001:db8::1", 8443}));
  EXPECT_EQ(ipv6.host_header(), "[2001:db8::1]:8443");
  EXPECT_EQ(ipv6.path, "/a/b");

  EXPECT_EQ(parse_url("http://a:80/").value().host_header(), "a");
  EXPECT_EQ(parse_url("https://a:/x").value().authority.port, 443);
}

TEST(HttpUrl, TakesNamesThatBeginLikeAnAddress) {
  for (const char* host :
       {"10.0.0.1.nip.io", "127.0.0.1.evil.example", "1.example", "10.0.0.1x", "1.2.3", "300.1.1.1", "7"}) {
    const auto parsed = parse_url("https://" + std::string{host} + ":8443/a/");
    ASSERT_TRUE(parsed.has_value()) << host;
    EXPECT_EQ(parsed->authority, (endpoint{host, 8443}));
    EXPECT_EQ(parsed->path, "/a");
  }
  EXPECT_EQ(parse_url("https://10.0.0.1.nip.io").value().host_header(), "10.0.0.1.nip.io");
  EXPECT_EQ(parse_url("https://10.0.0.1").value().authority, (endpoint{"10.0.0.1", 443}));
}

TEST(HttpUrl, KnowsWhatCannotLeaveTheMachine) {
  for (const char* host : {"127.0.0.1", "127.255.255.254", "::1", "localhost"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host : {"", "127.", "127.1", "127.evil.example", "127.0.0.1.evil.example", "126.0.0.1",
                           "::2", "::ffff:127.0.0.1", "localhost.example", "0.0.0.0", "[::1]"})
    EXPECT_FALSE(is_loopback(host)) << host;
}

TEST(HttpUrl, RefusesWhatIsNoBaseUrl) {
  for (const char* bad : {"",
                          "gateway.example.com",
                          "/gateway",
                          "ftp://host/",
                          "https://",
                          "https:///path",
                          "https:host",
                          "https://user:secret@host/",
                          "https://host/?query=1",
                          "https://host/#fragment",
                          "https://host:0/",
                          "https://host:65536/",
                          "https://host:x/",
                          "https://ho st/",
                          "https://host/a b",
                          "//host/",
                          "https://[::1/",
                          "https://[v1.x]/",
                          "https://a%00b/",
                          "https://1.2.3.4:x/",
                          "https://1@host/",
                          "https://1.2.3.4:65536",
                          "https://1 2/",
                          "https://1:2@host/",
                          "https://9/?q"}) {
    EXPECT_EQ(parse_url(bad).error(), errc::bad_url) << bad;
  }
}

TEST(HttpErrors, HaveMessages) {
  for (int code = 1; code <= static_cast<int>(errc::bad_url); ++code) {
    EXPECT_NE(http_category().message(code), "unknown HTTP error") << code;
  }
  EXPECT_EQ(http_category().message(0), "unknown HTTP error");
}

}  // namespace
}  // namespace kitfox::runtime::http
