#include "agent/kube_access.hpp"

#include <gtest/gtest.h>

#include "agent/kube_token.hpp"

namespace kitfox::agent {
namespace {

using namespace std::chrono_literals;

struct pod_with_account {
  pod_with_account() {
    disk.put("/sa/token", "sa-token\n");
    disk.put("/sa/ca.crt", "PEM of the authority");
    environment.service_account_dir = "/sa";
    environment.service_host = "10.96.0.1";
    environment.service_port = "443";
  }
  memory_files disk;
  kube_environment environment;
  std::string complaint;
};

TEST(InClusterAccess, ReadsTheServiceAccount) {
  pod_with_account f;
  const auto access = find_kube_access(f.environment, f.disk, f.complaint);
  ASSERT_TRUE(access);
  EXPECT_EQ(access->server_url, "https://10.96.0.1:443");
  EXPECT_EQ(access->authorities_pem, "PEM of the authority");
  EXPECT_EQ(access->token_path, "/sa/token");
  EXPECT_EQ(access->token, "");
}

TEST(InClusterAccess, BracketsAnAddressOfVersionSix) {
  pod_with_account f;
  f.environment.service_host = "fd00::1";
  EXPECT_EQ(find_kube_access(f.environment, f.disk, f.complaint)->server_url, "https://[fd00::1]:443");
}

TEST(InClusterAccess, NamesWhatIsMissing) {
  const std::vector<std::pair<const char*, const char*>> cases{{"/sa/token", "/sa/token"},
                                                               {"/sa/ca.crt", "/sa/ca.crt"},
                                                               {"host", "KUBERNETES_SERVICE_HOST"},
                                                               {"port", "KUBERNETES_SERVICE_PORT"}};
  for (const auto& [missing, named] : cases) {
    pod_with_account f;
    f.disk.remove(missing);
    if (std::string_view{missing} == "host") f.environment.service_host.clear();
    if (std::string_view{missing} == "port") f.environment.service_port = "65536";
    EXPECT_FALSE(find_kube_access(f.environment, f.disk, f.complaint));
    EXPECT_NE(f.complaint.find(named), std::string::npos) << f.complaint;
    EXPECT_EQ(f.complaint.find('\n'), std::string::npos);
  }
}

const char* const kubeconfig = R"(apiVersion: v1
kind: Config
current-context: prod
contexts:
- name: prod
  context: {cluster: c1, user: u1}
- name: certs
  context: {cluster: c2, user: u2}
- name: anonymous
  context: {cluster: c2}
clusters:
- name: c1
  cluster: {server: "https://k8s.example:6443", certificate-authority-data: UEVN}
- name: c2
  cluster: {server: "http://127.0.0.1:8001", certificate-authority: pki/ca.crt}
users:
- name: u1
  user: {token: secret-token}
- name: u2
  user: {client-certificate: pki/client.crt, client-key-data: S0VZ, tokenFile: token}
)";

struct config {
  config() {
    disk.put("/home/me/.kube/pki/ca.crt", "file authority");
    disk.put("/home/me/.kube/pki/client.crt", "file certificate");
    disk.put("/home/me/.kube/token", "from-file");
  }
  result<kube_access> parse(std::string text, const std::string& context = "") {
    return parse_kubeconfig(text, "/home/me/.kube/config", context, disk, complaint);
  }
  result<kube_access> parse_with(std::string_view from, std::string_view to,
                                 const std::string& context = "") {
    std::string text = kubeconfig;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return parse(std::move(text), context);
  }
  memory_files disk;
  std::string complaint;
};

TEST(Kubeconfig, ReadsServerAuthorityAndToken) {
  config f;
  const auto access = f.parse(kubeconfig);
  ASSERT_TRUE(access) << f.complaint;
  EXPECT_EQ(access->server_url, "https://k8s.example:6443");
  EXPECT_EQ(access->authorities_pem, "PEM");
  EXPECT_EQ(access->token, "secret-token");
}

TEST(Kubeconfig, ReadsFilesRelativeToItself) {
  config f;
  const auto access = f.parse(kubeconfig, "certs");
  ASSERT_TRUE(access) << f.complaint;
  EXPECT_EQ(access->authorities_pem, "file authority");
  EXPECT_EQ(access->client_certificate_pem, "file certificate");
  EXPECT_EQ(access->client_key_pem, "KEY");
  EXPECT_EQ(access->token_path, "/home/me/.kube/token");
}

TEST(Kubeconfig, AllowsAContextWithoutUser) {
  config f;
  EXPECT_TRUE(f.parse(kubeconfig, "anonymous")) << f.complaint;
}

TEST(Kubeconfig, IsReadFromTheFileThatTheEnvironmentNames) {
  config f;
  f.disk.put("/home/me/.kube/config", kubeconfig);
  kube_environment environment;
  environment.kubeconfig_path = "/home/me/.kube/config";
  environment.context = "prod";
  EXPECT_TRUE(find_kube_access(environment, f.disk, f.complaint)) << f.complaint;
  environment.kubeconfig_path = "/nowhere";
  EXPECT_EQ(find_kube_access(environment, f.disk, f.complaint).error(), agent_errc::file_unreadable);
  EXPECT_NE(f.complaint.find("/nowhere"), std::string::npos);
}

struct bad_config {
  const char* from;
  const char* to;
  agent_errc error;
  const char* named;
  const char* context = "";
};

TEST(Kubeconfig, RefusesWhatItCannotHonourAndSaysWhere) {
  const std::vector<bad_config> cases{
      {"kind: Config", "kind: Pod", agent_errc::kubeconfig_malformed, "kind"},
      {"current-context: prod", "x: y", agent_errc::kubeconfig_dangling, "current-context"},
      {"current-context: prod", "current-context: [1]", agent_errc::kubeconfig_malformed, "current-context"},
      {"current-context: prod", "current-context: nope", agent_errc::kubeconfig_dangling, "nope"},
      {"{cluster: c1, user: u1}", "{cluster: c9, user: u1}", agent_errc::kubeconfig_dangling, "c9"},
      {"{cluster: c1, user: u1}", "{cluster: c1, user: u9}", agent_errc::kubeconfig_dangling, "u9"},
      {"https://k8s.example:6443", "k8s.example", agent_errc::kubeconfig_malformed, "server"},
      {"https://k8s.example:6443", "http://k8s.example", agent_errc::kubeconfig_unsupported, "https"},
      {"https://k8s.example:6443", "http://127.evil.example", agent_errc::kubeconfig_unsupported, "https"},
      {"https://k8s.example:6443", "http://127.0.0.1.evil.example:80", agent_errc::kubeconfig_unsupported,
       "https"},
      {"certificate-authority-data: UEVN", "insecure-skip-tls-verify: true",
       agent_errc::kubeconfig_unsupported, "insecure-skip-tls-verify"},
      {"certificate-authority-data: UEVN", "certificate-authority-data: '%'",
       agent_errc::kubeconfig_malformed, "base64"},
      {"certificate-authority-data: UEVN", "proxy-url: 'http://p'", agent_errc::kubeconfig_unsupported,
       "proxy-url: not supported by this agent; it dials the server itself"},
      {"certificate-authority-data: UEVN", "tls-server-name: k8s", agent_errc::kubeconfig_unsupported,
       "tls-server-name: not supported by this agent; name the server by a host name"},
      {"{token: secret-token}", "{exec: {command: x}}", agent_errc::kubeconfig_unsupported,
       "exec: not supported by this agent; use a token or a client certificate"},
      {"{token: secret-token}", "{token: secret-token, as: root}", agent_errc::kubeconfig_unsupported, ".as"},
      {"{token: secret-token}", "{username: a, password: b}", agent_errc::kubeconfig_unsupported, "username"},
      {"{token: secret-token}", "{tokenFile: gone}", agent_errc::file_unreadable, "gone"},
      {"{token: secret-token}", "{client-key-data: S0VZ}", agent_errc::kubeconfig_malformed,
       "need each other"},
      {"{token: secret-token}", "{token: \"a\\nb\"}", agent_errc::kubeconfig_malformed, "token"},
      {"pki/ca.crt", "pki/gone.crt", agent_errc::file_unreadable, "pki/gone.crt", "certs"},
  };
  for (const bad_config& one : cases) {
    config f;
    const auto access = f.parse_with(one.from, one.to, one.context);
    ASSERT_FALSE(access) << one.to;
    EXPECT_EQ(access.error(), one.error) << one.to << ": " << f.complaint;
    EXPECT_NE(f.complaint.find(one.named), std::string::npos) << f.complaint;
    EXPECT_EQ(f.complaint.find('\n'), std::string::npos) << f.complaint;
    EXPECT_EQ(f.complaint.find("secret-token"), std::string::npos) << f.complaint;
  }
}

TEST(Kubeconfig, RefusesWhatIsNoYamlMapping) {
  for (const char* text : {"", "[]", "text", "a: [", "\t- x", "a: b: c", "\"unterminated"}) {
    config f;
    EXPECT_EQ(f.parse(text).error(), agent_errc::kubeconfig_malformed) << text;
    EXPECT_FALSE(f.complaint.empty());
  }
}

struct token_file {
  token_file() { disk.put("/token", "one\n"); }
  memory_files disk;
  kube_access access{.server_url = {}, .token_path = "/token"};
  runtime::mono_time now{1'000s};
};

TEST(KubeToken, IsReadAgainEveryMinute) {
  token_file f;
  kube_token token{f.access, f.disk, 60s};
  EXPECT_EQ(token.current(f.now), "one");
  f.disk.put("/token", "two");
  EXPECT_EQ(token.current(f.now + 59s), "one");
  EXPECT_EQ(token.current(f.now + 60s), "two");
}

TEST(KubeToken, IsReadAtOnceWhenItWasRefused) {
  token_file f;
  kube_token token{f.access, f.disk, 60s};
  EXPECT_EQ(token.current(f.now), "one");
  EXPECT_EQ(token.on_refused("one", f.now + 1s), kube_token::after_refusal::unchanged);
  f.disk.put("/token", "two");
  EXPECT_EQ(token.on_refused("one", f.now + 2s), kube_token::after_refusal::changed);
  EXPECT_EQ(token.current(f.now + 2s), "two");
}

TEST(KubeToken, KeepsTheLastOneWhenTheFileIsGoneOrEmpty) {
  token_file f;
  kube_token token{f.access, f.disk, 60s};
  EXPECT_EQ(token.current(f.now), "one");
  f.disk.put("/token", " \n");
  EXPECT_EQ(token.current(f.now + 60s), "one");
  f.disk.remove("/token");
  EXPECT_EQ(token.current(f.now + 120s), "one");
}

TEST(KubeToken, StaysWhatTheConfigurationSays) {
  memory_files disk;
  kube_token token{kube_access{.server_url = {}, .token = "fixed"}, disk, 60s};
  EXPECT_EQ(token.current(runtime::mono_time{1h}), "fixed");
  EXPECT_EQ(token.on_refused("fixed", runtime::mono_time{1h}), kube_token::after_refusal::unchanged);
}

TEST(MemoryFiles, RefuseWhatIsTooLarge) {
  memory_files disk;
  disk.put("/big", std::string(files::size_bytes_max + 1, 'x'));
  EXPECT_EQ(disk.read("/big").error(), agent_errc::file_too_large);
}

TEST(DiskFiles, ReadNeitherFoldersNorWhatDoesNotExist) {
  disk_files disk;
  EXPECT_EQ(disk.read("/").error(), agent_errc::file_unreadable);
  EXPECT_EQ(disk.read("/no/such/file").error(), agent_errc::file_unreadable);
}

}  // namespace
}  // namespace kitfox::agent
