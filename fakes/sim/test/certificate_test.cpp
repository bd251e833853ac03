#include "fakes/sim/certificate.hpp"

#include <gtest/gtest.h>

#include "runtime/errc.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using runtime::errc;
using runtime::wall_time;

certificate gateway_certificate() {
  return {{"gateway.example", "*.apps.example", "10.0.0.1"}, wall_time{100s}, wall_time{200s}, "ca-one", 42};
}
const std::vector<std::string> trusted{"ca-zero", "ca-one"};

TEST(Certificate, SurvivesPrintingAndParsing) {
  const certificate given = gateway_certificate();
  const certificate back = parse_certificate("a chain begins\n" + print_certificate(given)).value();
  EXPECT_EQ(back.hosts, given.hosts);
  EXPECT_EQ(back.not_before, given.not_before);
  EXPECT_EQ(back.not_after, given.not_after);
  EXPECT_EQ(back.issuer, given.issuer);
  EXPECT_EQ(parse_private_key(print_private_key(given)).value(), 42U);
  EXPECT_EQ(parse_authorities(print_authority("ca-zero") + print_authority("ca-one")).value(), trusted);
}

TEST(Certificate, TextThatIsNoneIsAConfigurationError) {
  const std::string good = print_certificate(gateway_certificate());
  EXPECT_EQ(parse_certificate("").error(), errc::tls_configuration_invalid);
  EXPECT_EQ(parse_certificate(good.substr(0, good.size() / 2)).error(), errc::tls_configuration_invalid);
  std::string no_number = good;
  no_number.replace(no_number.find("serial: 42"), 10, "serial: 4x");
  EXPECT_EQ(parse_certificate(no_number).error(), errc::tls_configuration_invalid);
  EXPECT_EQ(parse_private_key(good).error(), errc::tls_configuration_invalid);
  EXPECT_EQ(parse_authorities(good).error(), errc::tls_configuration_invalid);
}

TEST(Certificate, IsCheckedForIssuerThenDatesThenHost) {
  const certificate one = gateway_certificate();
  const auto verify = [&](wall_time now, std::string_view host) {
    return verify_certificate(one, trusted, now, host);
  };
  EXPECT_FALSE(verify(wall_time{100s}, "gateway.example"));
  EXPECT_FALSE(verify(wall_time{200s}, "10.0.0.1"));
  EXPECT_EQ(verify(wall_time{99s}, "gateway.example"), errc::certificate_not_yet_valid);
  EXPECT_EQ(verify(wall_time{200s + 1ns}, "gateway.example"), errc::certificate_expired);
  EXPECT_EQ(verify(wall_time{150s}, "other.example"), errc::certificate_wrong_host);
  EXPECT_EQ(verify(wall_time{999s}, "other.example"), errc::certificate_expired);
  EXPECT_EQ(verify_certificate(one, {"ca-two"}, wall_time{999s}, "other.example"),
            errc::certificate_untrusted);
}

TEST(Certificate, AWildcardStandsForOneLabel) {
  const certificate one = gateway_certificate();
  const auto named = [&](std::string_view host) {
    return !verify_certificate(one, trusted, wall_time{150s}, host);
  };
  EXPECT_TRUE(named("a.apps.example"));
  EXPECT_FALSE(named("a.b.apps.example"));
  EXPECT_FALSE(named("apps.example"));
  EXPECT_FALSE(named(".apps.example"));
}

}  // namespace
}  // namespace kitfox::sim
