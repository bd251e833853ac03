#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "fakes/pki/authority.hpp"
#include "gateway/audit_record.hpp"
#include "gateway/limit_list.hpp"
#include "gateway/sqlite.hpp"

namespace kitfox::gateway {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// One run of the real program, with nothing in its environment but what a test puts there.
class Program : public testing::Test {
 protected:
  void SetUp() override {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    directory_ = fs::temp_directory_path() / ("kitfox-gateway-" + std::to_string(getpid()) + "-" + name);
    fs::remove_all(directory_);
    fs::create_directory(directory_);
    const pki::identity identity = pki::authority{}.issue("127.0.0.1");
    write("cert.pem", identity.certificate_pem);
    write("key.pem", identity.private_key_pem);
    complete_ = {
        "KITFOX_GATEWAY_TLS_CERT_FILE=" + path("cert.pem"),  "KITFOX_GATEWAY_TLS_KEY_FILE=" + path("key.pem"),
        "KITFOX_GATEWAY_DATABASE=" + path("gateway.db"),     "KITFOX_GATEWAY_AGENT_LISTEN=127.0.0.1:0",
        "KITFOX_GATEWAY_CALLER_LISTEN=127.0.0.1:0",          "KITFOX_GATEWAY_PEPPER=pepper",
        "KITFOX_GATEWAY_INTERNAL_SECRET=a secret of callers"};
  }
  void TearDown() override { fs::remove_all(directory_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{directory_ / name, std::ios::binary} << text;
  }
  [[nodiscard]] std::vector<std::string> without(std::string_view variable) const {
    std::vector<std::string> left;
    for (const std::string& one : complete_)
      if (!one.starts_with(variable)) left.push_back(one);
    return left;
  }

  pid_t start(std::vector<std::string> arguments, std::vector<std::string> environment) {
    arguments.insert(arguments.begin(), KITFOX_GATEWAY_PROGRAM);
    std::vector<char*> argv, envp;
    for (std::string& one : arguments) argv.push_back(one.data());
    for (std::string& one : environment) envp.push_back(one.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    for (const auto& [descriptor, name] : {std::pair{1, "out"}, std::pair{2, "err"}})
      posix_spawn_file_actions_addopen(&files, descriptor, path(name).c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                       0600);
    pid_t child = 0;
    EXPECT_EQ(posix_spawn(&child, argv.front(), &files, nullptr, argv.data(), envp.data()), 0);
    posix_spawn_file_actions_destroy(&files);
    return child;
  }
  static int exit_code_of(pid_t child) {
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int run(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
    return exit_code_of(start(std::move(arguments), std::move(environment)));
  }
  [[nodiscard]] std::string out() const { return read_file(directory_ / "out"); }
  [[nodiscard]] std::string err() const { return read_file(directory_ / "err"); }
  /// An audit of some lines, as a gateway writes it.
  void write_audit(const std::string& name) {
    audit_head head = empty_audit();
    auto database = sqlite::database::open(path(name));
    ASSERT_TRUE(database.has_value());
    ASSERT_FALSE(database.value().run("CREATE TABLE audit (seq INTEGER PRIMARY KEY NOT NULL, line TEXT)"));
    auto insert = database.value().prepare("INSERT INTO audit VALUES (?1, ?2)");
    for (std::int64_t number = 1; number <= 3; ++number) {
      const std::string actor = "actor " + std::to_string(number);
      audit_record record;
      record.actor = actor;
      const audit_line line = print_audit_line(record, {}, 256, head);
      ASSERT_FALSE(insert.value().bind(1, number).bind(2, line.text).run());
    }
  }

  fs::path directory_;
  std::vector<std::string> complete_;  ///< An environment with which the program starts.
};

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
  EXPECT_EQ(run({"--tls-cert-file", path("absent.pem")}, complete_), 2);
  EXPECT_EQ(run({"--database", path("absent/gateway.db")}, complete_), 3);
}

TEST_F(Program, ListensUntilItIsToldToStopAndEndsInOrder) {
  const pid_t child = start({}, complete_);
  for (int glance = 0; glance < 1000 && out().find("\"listening\"") == std::string::npos; ++glance)
    poll(nullptr, 0, 10);
  EXPECT_THAT(out(), HasSubstr("\"descriptor_limit\""));
  EXPECT_THAT(out(), HasSubstr("\"agent_port\""));
  kill(child, SIGTERM);
  EXPECT_EQ(exit_code_of(child), 0);
  EXPECT_THAT(out(), HasSubstr("\"stopped\""));
  EXPECT_EQ(run({"audit", "--verify"}, complete_), 0);
}

/// Connects to a port of this machine, says nothing, and waits until it is closed; false: it was not.
bool is_closed_on_silence(std::uint16_t port) {
  const int plain = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  EXPECT_EQ(connect(plain, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  pollfd end{plain, POLLIN, 0};
  constexpr int patience_ms = 9'000;  // the default would be 10 s
  char byte = 0;
  const bool closed = poll(&end, 1, patience_ms) == 1 && read(plain, &byte, 1) <= 0;
  close(plain);
  return closed;
}

TEST_F(Program, ClosesConnectionsThatNeverBeginAHandshake) {
  const pid_t child = start({"--handshake-timeout-seconds", "0.2"}, complete_);
  for (int glance = 0; glance < 1000 && out().find("\"listening\"") == std::string::npos; ++glance)
    poll(nullptr, 0, 10);
  const std::string said = out();
  for (const std::string name : {"\"agent_port\":", "\"caller_port\":"}) {
    const std::size_t place = said.find(name);
    ASSERT_NE(place, std::string::npos);
    EXPECT_TRUE(
        is_closed_on_silence(static_cast<std::uint16_t>(std::stoi(said.substr(place + name.size())))));
  }
  kill(child, SIGTERM);
  EXPECT_EQ(exit_code_of(child), 0);
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
}  // namespace kitfox::gateway
