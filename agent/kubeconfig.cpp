#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "agent/kube_access.hpp"
#include "runtime/base64.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::agent {

namespace {

namespace http = runtime::http;

/// Reads one kubeconfig and keeps the first complaint.
class kubeconfig_reader {
 public:
  kubeconfig_reader(const std::string& path, files& disk, std::string& complaint)
      : path_{path}, disk_{disk}, complaint_{complaint} {}

  result<kube_access> read(const YAML::Node& root, const std::string& wanted_context);

 private:
  bool fail(agent_errc code, const std::string& sentence) {
    if (!error_) {
      error_ = code;
      complaint_ = fmt::format("{}: {}", path_, sentence);
    }
    return false;
  }
  std::string text(const YAML::Node& in, const char* key, const std::string& where);
  YAML::Node entry(const YAML::Node& root, const char* list, const std::string& name, const char* member);
  void refuse(const YAML::Node& in, std::initializer_list<const char*> keys, const std::string& where,
              const char* advice);
  std::string resolved(const std::string& file) const;
  std::string pem(const YAML::Node& in, const std::string& key, const std::string& where);
  std::string source(const YAML::Node& in, const std::string& key, const std::string& where);
  void read_cluster(const YAML::Node& cluster, const std::string& where);
  void read_user(const YAML::Node& user, const std::string& where);

  const std::string& path_;
  files& disk_;
  std::string& complaint_;
  error_code error_;
  kube_access access_;
};

std::string kubeconfig_reader::text(const YAML::Node& in, const char* key, const std::string& where) {
  const YAML::Node value = in[key];
  if (!value || value.IsNull()) return {};
  if (value.IsScalar()) return value.Scalar();
  fail(agent_errc::kubeconfig_malformed, fmt::format("{}.{}: expected a text", where, key));
  return {};
}

YAML::Node kubeconfig_reader::entry(const YAML::Node& root, const char* list, const std::string& name,
                                    const char* member) {
  const YAML::Node all = root[list];
  if (all && all.IsSequence()) {
    for (const YAML::Node& one : all) {
      if (!one.IsMap() || text(one, "name", list) != name) continue;
      const YAML::Node found = one[member];
      if (found && found.IsMap()) return found;
    }
  }
  fail(agent_errc::kubeconfig_dangling,
       fmt::format("{}: no entry named \"{}\" with a {}", list, name, member));
  return YAML::Node{YAML::NodeType::Map};
}

void kubeconfig_reader::refuse(const YAML::Node& in, std::initializer_list<const char*> keys,
                               const std::string& where, const char* advice) {
  for (const char* key : keys)
    if (const YAML::Node value = in[key]; value && !value.IsNull())
      fail(agent_errc::kubeconfig_unsupported,
           fmt::format("{}.{}: not supported by this agent; {}", where, key, advice));
}

std::string kubeconfig_reader::resolved(const std::string& file) const {
  const auto slash = path_.rfind('/');
  if (file.empty() || file.front() == '/' || slash == std::string::npos) return file;
  return path_.substr(0, slash + 1) + file;
}

/// The content of `key`-data, or of the file that `key` names.
std::string kubeconfig_reader::pem(const YAML::Node& in, const std::string& key, const std::string& where) {
  const std::string data_key = key + "-data";
  if (const std::string encoded = text(in, data_key.c_str(), where); !encoded.empty()) {
    auto decoded = runtime::base64_decode(encoded);
    if (decoded) return std::move(*decoded);
    fail(agent_errc::kubeconfig_malformed, fmt::format("{}.{}: expected base64", where, data_key));
    return {};
  }
  const std::string file = resolved(text(in, key.c_str(), where));
  if (file.empty()) return {};
  auto content = disk_.read(file);
  if (content) return std::move(*content);
  if (!error_) {
    error_ = content.error();
    complaint_ = fmt::format("{}: {}.{}: {}: {}", path_, where, key, file, content.error().message());
  }
  return {};
}

/// Where pem() reads, in words.
std::string kubeconfig_reader::source(const YAML::Node& in, const std::string& key,
                                      const std::string& where) {
  const std::string data_key = key + "-data";
  if (!text(in, data_key.c_str(), where).empty()) return fmt::format("{}: {}.{}", path_, where, data_key);
  return fmt::format("{}: {}.{}: {}", path_, where, key, resolved(text(in, key.c_str(), where)));
}

void kubeconfig_reader::read_cluster(const YAML::Node& cluster, const std::string& where) {
  access_.server_url = text(cluster, "server", where);
  const auto server = http::parse_url(access_.server_url);
  if (!server) {
    fail(agent_errc::kubeconfig_malformed, fmt::format("{}.server: expected https://host[:port]", where));
    return;
  }
  if (server->scheme == http::url::scheme_kind::http && !http::is_loopback(server->authority.host))
    fail(
        agent_errc::kubeconfig_unsupported,
        fmt::format("{}.server: must begin with https://, since the token would travel in the clear", where));
  if (const std::string skip = text(cluster, "insecure-skip-tls-verify", where);
      !skip.empty() && skip != "false")
    fail(agent_errc::kubeconfig_unsupported,
         fmt::format("{}.insecure-skip-tls-verify: never honoured; name the authority by "
                     "certificate-authority or certificate-authority-data",
                     where));
  refuse(cluster, {"proxy-url"}, where, "it dials the server itself: remove it");
  refuse(cluster, {"tls-server-name"}, where,
         "name the server by a host name that its certificate is for, and remove it");
  access_.authorities_pem = pem(cluster, "certificate-authority", where);
  access_.authorities_source = source(cluster, "certificate-authority", where);
}

void kubeconfig_reader::read_user(const YAML::Node& user, const std::string& where) {
  refuse(user,
         {"exec", "auth-provider", "username", "password", "as", "as-groups", "as-uid", "as-user-extra"},
         where, "use a token or a client certificate");
  access_.token = text(user, "token", where);
  // As in kubectl, a token given in the file itself is used and tokenFile is not.
  if (access_.token.empty()) {
    access_.token_path = resolved(text(user, "tokenFile", where));
    if (!access_.token_path.empty()) {
      const auto readable = disk_.read(access_.token_path);
      if (!readable && !error_) {
        error_ = readable.error();
        complaint_ = fmt::format("{}: {}.tokenFile: {}: {}", path_, where, access_.token_path,
                                 readable.error().message());
      }
    }
  }
  access_.client_certificate_pem = pem(user, "client-certificate", where);
  access_.client_key_pem = pem(user, "client-key", where);
  access_.client_source =
      source(user, "client-certificate", where) + ", " + source(user, "client-key", where);
  if (access_.client_certificate_pem.empty() != access_.client_key_pem.empty())
    fail(agent_errc::kubeconfig_malformed,
         fmt::format("{}: client-certificate and client-key need each other", where));
  const bool printable = access_.token.find_first_of(std::string_view{"\r\n\0 ", 4}) == std::string::npos;
  if (!printable)
    fail(agent_errc::kubeconfig_malformed, fmt::format("{}.token: must not hold spaces or line ends", where));
}

result<kube_access> kubeconfig_reader::read(const YAML::Node& root, const std::string& wanted_context) {
  if (!root.IsMap()) {
    fail(agent_errc::kubeconfig_malformed, "expected a mapping of kind Config");
    return error_;
  }
  if (const std::string kind = text(root, "kind", "kubeconfig"); !kind.empty() && kind != "Config")
    fail(agent_errc::kubeconfig_malformed, "kind: expected Config");
  const std::string context_name =
      wanted_context.empty() ? text(root, "current-context", "kubeconfig") : wanted_context;
  if (context_name.empty())
    fail(agent_errc::kubeconfig_dangling, "current-context: not set; set it, or choose one with --context");
  if (error_) return error_;
  const YAML::Node context = entry(root, "contexts", context_name, "context");
  if (error_) return error_;
  const std::string cluster_name = text(context, "cluster", "context");
  const std::string user_name = text(context, "user", "context");
  const YAML::Node cluster = entry(root, "clusters", cluster_name, "cluster");
  if (error_) return error_;
  read_cluster(cluster, fmt::format("clusters[{}]", cluster_name));
  if (!error_ && !user_name.empty()) {
    const YAML::Node user = entry(root, "users", user_name, "user");
    if (!error_) read_user(user, fmt::format("users[{}]", user_name));
  }
  if (error_) return error_;
  return std::move(access_);
}

}  // namespace

result<kube_access> parse_kubeconfig(const std::string& text, const std::string& path,
                                     const std::string& context, files& disk, std::string& complaint) {
  result<kube_access> access = agent_errc::kubeconfig_malformed;
  // yaml-cpp reports by exception; this is the one place where it is called.
  try {
    const YAML::Node root = YAML::Load(text);
    access = kubeconfig_reader{path, disk, complaint}.read(root, context);
  } catch (const YAML::Exception& error) {
    complaint = fmt::format("{}: line {}: {}", path, error.mark.line + 1, error.msg);
  }
  // Names in the file may hold anything; a complaint is one line.
  std::ranges::replace_if(
      complaint, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }, ' ');
  return access;
}

}  // namespace kitfox::agent
