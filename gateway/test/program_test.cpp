#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "gateway/limit_list.hpp"
#include "gateway/sqlite.hpp"
#include "gateway/test/program_fixture.hpp"

namespace kitfox::gateway::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

using Program = program_fixture;

TEST_F(Program, RefusesToStartWithoutAPepperOrACallersCredential) {
  for (const std::string missing : {"KITFOX_GATEWAY_PEPPER", "KITFOX_GATEWAY_INTERNAL_SECRET"}) {
    EXPECT_EQ(run({}, without(missing)), 2) << missing;
    const std::string said = err();
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_THAT(said, HasSubstr(missing == "KITFOX_GATEWAY_PEPPER" ? "pepper" : "credential"));
    EXPECT_EQ(out(), "");
    EXPECT_FALSE(fs::exists(directory_ / "gateway.db"));
  }
}

TEST_F(Program, AFlagWinsOverTheEnvironment) {
  std::vector<std::string> environment = complete_;
  environment.push_back("KITFOX_GATEWAY_LOG_LEVEL=NONSENSE");
  EXPECT_EQ(run({}, environment), 2);
  EXPECT_THAT(err(), HasSubstr("log-level"));
  EXPECT_EQ(run({"--log-level", "INFO", "--stream-age-jitter", "7"}, environment), 2);
  EXPECT_THAT(err(), HasSubstr("jitter"));
}

TEST_F(Program, SaysWhenAnAddressOrAFileIsUnusable) {
  EXPECT_EQ(run({"--agent-listen", "203.0.113.1:1"}, complete_), 4);
  EXPECT_THAT(out(), HasSubstr("--agent-listen 203.0.113.1:1: "));
  EXPECT_EQ(run({"--caller-listen", "203.0.113.1:1"}, complete_), 4);
  EXPECT_THAT(out(), HasSubstr("--caller-listen 203.0.113.1:1: "));
  EXPECT_EQ(run({"--tls-cert-file", path("absent.pem")}, complete_), 2);
  EXPECT_THAT(err(), HasSubstr("--tls-cert-file cannot be read: " + path("absent.pem")));
  EXPECT_EQ(run({"--database", path("absent/gateway.db")}, complete_), 3);
}

TEST_F(Program, NamesTheFileThatIsNoCertificateOrNoKeyAndBothThatDoNotFit) {
  const std::string certificate = path("cert.pem"), key = path("key.pem");
  EXPECT_EQ(run({"--tls-cert-file", key}, complete_), 4);
  EXPECT_THAT(out(), HasSubstr("\"--tls-cert-file " + key + ", which must be certificates as PEM: "));
  EXPECT_EQ(run({"--tls-key-file", certificate}, complete_), 4);
  EXPECT_THAT(out(), HasSubstr("\"--tls-key-file " + certificate + ", which must be a private key as PEM"));
  write("other.pem", authority_.issue("127.0.0.1").private_key_pem);
  EXPECT_EQ(run({"--tls-key-file", path("other.pem")}, complete_), 4);
  EXPECT_THAT(out(), HasSubstr("--tls-cert-file " + certificate + ", --tls-key-file " + path("other.pem") +
                               ", which must belong together: "));
}

TEST_F(Program, NamesTheFlagOrTheVariableOfAValueThatItCannotTake) {
  EXPECT_EQ(run({"--heartbeat-seconds", "301"}, complete_), 2);
  EXPECT_EQ(err(), "kitfox-gateway: --heartbeat-seconds must be positive and at most 300 s\n");
  EXPECT_EQ(run({"--heartbeat-seconds", "300", "--database", path("absent/gateway.db")}, complete_), 3);
  EXPECT_EQ(run({"--header-bytes-max", "0"}, complete_), 2);
  EXPECT_EQ(err(), "kitfox-gateway: --header-bytes-max must be positive\n");
  EXPECT_EQ(run({"--body-timeout-seconds", "0"}, complete_), 2);
  EXPECT_EQ(err(), "kitfox-gateway: --body-timeout-seconds must be positive\n");
  std::vector<std::string> environment = complete_;
  environment.push_back("KITFOX_GATEWAY_HEARTBEAT_SECONDS=abc");
  EXPECT_EQ(run({}, environment), 2);
  EXPECT_THAT(err(), HasSubstr("KITFOX_GATEWAY_HEARTBEAT_SECONDS"));
  environment = without("KITFOX_GATEWAY_INTERNAL_SECRET");
  environment.push_back("KITFOX_GATEWAY_INTERNAL_SECRET=x");
  EXPECT_EQ(run({}, environment), 2);
  EXPECT_EQ(err(), "kitfox-gateway: KITFOX_GATEWAY_INTERNAL_SECRET must have at least 16 characters\n");
}

TEST_F(Program, ListsEveryLimitInItsHelp) {
  // Every member is a size or a span, and both are eight bytes.
  EXPECT_EQ(sizeof(gateway_limits),
            count_limits().size() * sizeof(std::size_t) + span_limits().size() * sizeof(duration));
  std::set<std::string_view> names;
  std::set<const void*> members;
  const gateway_limits limits;
  EXPECT_EQ(run({"--help"}), 0);
  const std::string help = out();
  const auto check = [&](std::string_view name, const void* member) {
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(members.insert(member).second) << name;
    std::string flag{name};
    std::replace(flag.begin(), flag.end(), '_', '-');
    EXPECT_THAT(help, HasSubstr("--" + flag));
  };
  for (const count_limit& one : count_limits()) check(one.name, &(limits.*one.member));
  for (const span_limit& one : span_limits()) check(one.name, &(limits.*one.member));
}

TEST_F(Program, RunsOnAtMostTwoHundredAndFiftySixThreads) {
  EXPECT_EQ(run({"--threads", "257"}, complete_), 2);
  EXPECT_EQ(err(), "kitfox-gateway: --threads must be 0 to 256\n");
  // It is the database that is refused here.
  EXPECT_EQ(run({"--threads", "256", "--database", path("absent/gateway.db")}, complete_), 3);
}

TEST_F(Program, PrintsAndVerifiesAnAudit) {
  write_audit("audit.db");
  EXPECT_EQ(run({"audit", "--audit-database", path("audit.db")}), 0);
  EXPECT_THAT(out(), HasSubstr("actor 3"));
  EXPECT_EQ(run({"audit", "--audit-database", path("audit.db"), "--verify"}), 0);
  EXPECT_EQ(out(), "3 records, chain holds\n");
  auto database = sqlite::database::open(path("audit.db"));
  ASSERT_FALSE(
      database.value().run("UPDATE audit SET line = replace(line, 'actor 2', 'actor 9') WHERE seq = 2"));
  EXPECT_EQ(run({"audit", "--audit-database", path("audit.db"), "--verify"}), 3);
  EXPECT_THAT(err(), HasSubstr("record 2"));
}

TEST_F(Program, VerifiesWhatIsLeftOfAnAuditWhoseOldestRecordsWereDeleted) {
  write_audit("audit.db");
  auto database = sqlite::database::open(path("audit.db"));
  ASSERT_FALSE(database.value().run("DELETE FROM audit WHERE seq = 1"));
  EXPECT_EQ(run({"audit", "--audit-database", path("audit.db"), "--verify"}), 0);
  EXPECT_THAT(out(), HasSubstr("2 records, chain holds\n"));
  EXPECT_THAT(out(), HasSubstr("the oldest that is kept has number 2"));
  ASSERT_FALSE(database.value().run("UPDATE audit SET line = replace(line, 'actor 2', 'actor 9')"));
  EXPECT_EQ(run({"audit", "--audit-database", path("audit.db"), "--verify"}), 3);
}

TEST_F(Program, DoesNotTakeAMissingAuditForAnEmptyOne) {
  EXPECT_EQ(run({"audit", "--audit-database", path("mistyped.db"), "--verify"}), 3);
  EXPECT_THAT(err(), HasSubstr("mistyped.db"));
  EXPECT_EQ(out(), "");
  EXPECT_FALSE(fs::exists(directory_ / "mistyped.db"));
}

}  // namespace
}  // namespace kitfox::gateway::test
