#include "gateway/test/program_fixture.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "gateway/audit_record.hpp"
#include "gateway/sqlite.hpp"

namespace kitfox::gateway::test {

namespace fs = std::filesystem;

namespace {
std::string read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}
}  // namespace

void program_fixture::SetUp() {
  const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
  directory_ = fs::temp_directory_path() / ("kitfox-gateway-" + std::to_string(getpid()) + "-" + name);
  fs::remove_all(directory_);
  fs::create_directory(directory_);
  const pki::identity identity = authority_.issue("127.0.0.1");
  write("cert.pem", identity.certificate_pem);
  write("key.pem", identity.private_key_pem);
  complete_ = {
      "KITFOX_GATEWAY_TLS_CERT_FILE=" + path("cert.pem"),  "KITFOX_GATEWAY_TLS_KEY_FILE=" + path("key.pem"),
      "KITFOX_GATEWAY_DATABASE=" + path("gateway.db"),     "KITFOX_GATEWAY_AGENT_LISTEN=127.0.0.1:0",
      "KITFOX_GATEWAY_CALLER_LISTEN=127.0.0.1:0",          "KITFOX_GATEWAY_PEPPER=pepper",
      "KITFOX_GATEWAY_INTERNAL_SECRET=a secret of callers"};
}

void program_fixture::write(const std::string& name, const std::string& text) const {
  std::ofstream{directory_ / name, std::ios::binary} << text;
}

std::vector<std::string> program_fixture::without(std::string_view variable) const {
  std::vector<std::string> left;
  for (const std::string& one : complete_)
    if (!one.starts_with(variable)) left.push_back(one);
  return left;
}

runtime::child_options program_fixture::start_with(std::vector<std::string> arguments) const {
  runtime::child_options how;
  arguments.insert(arguments.begin(), KITFOX_GATEWAY_PROGRAM);
  how.command = std::move(arguments);
  for (const std::string& one : complete_) {
    const std::size_t equals = one.find('=');
    how.environment.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return how;
}

int program_fixture::run(std::vector<std::string> arguments, std::vector<std::string> environment) {
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
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string program_fixture::out() const { return read_file(directory_ / "out"); }
std::string program_fixture::err() const { return read_file(directory_ / "err"); }

void program_fixture::write_audit(const std::string& name) const {
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

}  // namespace kitfox::gateway::test
