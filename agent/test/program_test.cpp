// The program itself, badly configured: one line on stderr, exit code 2, and nobody was dialled.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace kitfox::agent {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* good_key = "ixfx_k8s_test.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Somebody who would notice a dial.
class listening_ear {
 public:
  listening_ear() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(listen(socket_, 8), 0);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    url = "https://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  }
  ~listening_ear() { close(socket_); }
  [[nodiscard]] bool was_dialled() const {
    pollfd one{socket_, POLLIN, 0};
    return poll(&one, 1, 0) != 0;
  }
  std::string url;

 private:
  int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

struct bad_configuration {
  const char* name;
  std::vector<std::pair<std::string, std::string>> changed;  ///< Variables; an empty value takes one away.
  const char* arguments;
  const char* said;  ///< Part of the line.
};
void PrintTo(const bad_configuration& one, std::ostream* out) { *out << one.name; }

class AgentProgram : public testing::TestWithParam<bad_configuration> {
 protected:
  void SetUp() override {
    const std::string name = std::to_string(getpid()) + "-" + GetParam().name;
    directory_ = fs::temp_directory_path() / ("kitfox-agent-" + name);
    fs::remove_all(directory_);
    fs::create_directory(directory_);
    write("kubeconfig", kubeconfig_with("", "token: t"));
    write("broken", "contexts: [");
    write("no-authority", kubeconfig_with("certificate-authority-data: bm8gUEVN", "token: t"));
    write("no-authority-file", kubeconfig_with("certificate-authority: broken", "token: t"));
    write("no-certificate", kubeconfig_with("", "client-certificate: broken, client-key-data: bm8gUEVN"));
  }
  void TearDown() override { fs::remove_all(directory_); }
  [[nodiscard]] std::string kubeconfig_with(const std::string& in_cluster, const std::string& in_user) const {
    return "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
           "contexts: [{name: c, context: {cluster: c, user: u}}]\n"
           "clusters: [{name: c, cluster: {server: \"" +
           ear_.url + "\", " + in_cluster + "}}]\nusers: [{name: u, user: {" + in_user + "}}]\n";
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{directory_ / name, std::ios::binary} << text;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in{directory_ / name, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  /// Runs the program with nothing else in its environment and returns its exit code.
  [[nodiscard]] int run(const std::map<std::string, std::string>& environment, const std::string& arguments) {
    std::string line = "cd '" + directory_.string() + "' && exec env -i";
    for (const auto& [variable, value] : environment) line += " " + variable + "='" + value + "'";
    line += std::string{" "} + KITFOX_AGENT + " " + arguments + " > out 2> err < /dev/null";
    const int status = std::system(line.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  listening_ear ear_;
  fs::path directory_;
};

TEST_P(AgentProgram, EndsWithOneLineAndDialsNobody) {
  std::map<std::string, std::string> environment{
      {"INCIDENTFOX_API_KEY", good_key}, {"INCIDENTFOX_GATEWAY_URL", ear_.url}, {"KUBECONFIG", "kubeconfig"}};
  for (const auto& [variable, value] : GetParam().changed) {
    environment.erase(variable);
    if (!value.empty()) environment[variable] = value;
  }
  EXPECT_EQ(run(environment, GetParam().arguments), 2);
  const std::string said = read("err");
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
  EXPECT_THAT(said, HasSubstr(GetParam().said));
  EXPECT_THAT(said, testing::Not(HasSubstr("AAAAAAAAAA"))) << "a secret is told to nobody";
  EXPECT_EQ(read("out"), "");
  EXPECT_FALSE(ear_.was_dialled());
}

INSTANTIATE_TEST_SUITE_P(
    BadConfiguration, AgentProgram,
    testing::Values(bad_configuration{"NoKey", {{"INCIDENTFOX_API_KEY", ""}}, "", "INCIDENTFOX_API_KEY"},
                    bad_configuration{"KeyWithoutSecret",
                                      {{"INCIDENTFOX_API_KEY", "ixfx_k8s_test"}},
                                      "",
                                      "INCIDENTFOX_API_KEY"},
                    bad_configuration{
                        "PlainGateway", {{"INCIDENTFOX_GATEWAY_URL", "http://gateway.example"}}, "", "http"},
                    bad_configuration{"NoUrl", {{"INCIDENTFOX_GATEWAY_URL", "gateway"}}, "", "gateway"},
                    bad_configuration{"LogLevel", {{"LOG_LEVEL", "LOUD"}}, "", "LOG_LEVEL"},
                    bad_configuration{"NoKubernetes", {{"KUBECONFIG", ""}}, "", "KUBERNETES_SERVICE_HOST"},
                    bad_configuration{"AbsentKubeconfig", {{"KUBECONFIG", "absent"}}, "", "absent"},
                    bad_configuration{"BrokenKubeconfig", {{"KUBECONFIG", "broken"}}, "", "broken"},
                    bad_configuration{"NoPemAuthority",
                                      {{"KUBECONFIG", "no-authority"}},
                                      "",
                                      "no-authority: clusters[c].certificate-authority-data: "},
                    bad_configuration{"NoPemAuthorityFile",
                                      {{"KUBECONFIG", "no-authority-file"}},
                                      "",
                                      "no-authority-file: clusters[c].certificate-authority: broken: "},
                    bad_configuration{"NoPemCertificate",
                                      {{"KUBECONFIG", "no-certificate"}},
                                      "",
                                      "users[u].client-certificate: broken, no-certificate: "
                                      "users[u].client-key-data: "},
                    bad_configuration{"NoServiceAccount",
                                      {{"KUBECONFIG", ""},
                                       {"KUBERNETES_SERVICE_HOST", "127.0.0.1"},
                                       {"KUBERNETES_SERVICE_PORT", "443"}},
                                      "",
                                      "service account"},
                    bad_configuration{"UnknownFlag", {}, "--nonsense", "nonsense"}),
    [](const auto& one) { return std::string{one.param.name}; });

}  // namespace
}  // namespace kitfox::agent
