#include "gateway/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <thread>
#include <utility>

#include "gateway/credentials.hpp"
#include "gateway/limit_list.hpp"
#include "gateway/options_check.hpp"
#include "runtime/json_lines_sink.hpp"
#include "runtime/tls/tls.hpp"

namespace kitfox::gateway {

namespace {
constexpr const char* description =
    "kitfox-gateway: connects callers' commands with the agents of private Kubernetes clusters.\n"
    "Every option can be given by the environment variable named beside it; a flag wins.";
constexpr const char* exit_codes =
    "Exit codes: 0 stopped in order (SIGTERM or SIGINT), 2 bad flags or configuration (nothing was bound),\n"
    "3 a database cannot be opened, its audit chain is broken, or audit records were lost at the end,\n"
    "4 an address or TLS file is unusable.";

/// What the flags were given as, before files are read and values are checked.
struct raw_options {
  std::string agent_listen = "0.0.0.0:8443", caller_listen = "127.0.0.1:8444";
  std::string tls_cert_file, tls_key_file, caller_tls_cert_file, caller_tls_key_file;
  std::string database = "kitfox-gateway.db", audit_database;
  std::string pepper, pepper_file, credentials_file, internal_secret;
  std::string public_url = gateway_options{}.public_url;
  std::string log_level = "INFO";
  std::size_t threads = 0;
  double heartbeat = 15, max_age = 3600, age_jitter = 0.1, drain = 30, key_check = 5, hint_min = 1,
         hint_max = 5;
  gateway_limits limits{};
  std::deque<double> spans{};  ///< In order of span_limits(); a deque, since CLI11 keeps references.
  bool verify = false;
};

template <class Value>
void add(CLI::App& app, std::string_view name, Value& into, const std::string& meaning) {
  app.add_option(flag_of(name), into, meaning)->envname(variable_of(name))->capture_default_str();
}

double seconds_of(duration span) { return std::chrono::duration<double>(span).count(); }
duration span_of(double seconds) {
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
}

void add_server_options(CLI::App& app, raw_options& raw) {
  add(app, "agent_listen", raw.agent_listen, "address and port for agents; port 0: any free one");
  add(app, "caller_listen", raw.caller_listen, "address and port for callers and administrators");
  add(app, "tls_cert_file", raw.tls_cert_file, "certificate chain of both listeners, PEM");
  add(app, "tls_key_file", raw.tls_key_file, "its private key, PEM");
  add(app, "caller_tls_cert_file", raw.caller_tls_cert_file, "another chain for the callers' listener");
  add(app, "caller_tls_key_file", raw.caller_tls_key_file, "its private key");
  add(app, "database", raw.database, "SQLite file of clusters and keys, or :memory:");
  add(app, "audit_database", raw.audit_database, "SQLite file of the audit; default: DATABASE.audit");
  app.add_option("--pepper", raw.pepper, "not accepted as a flag: it would show in process lists")
      ->envname("KITFOX_GATEWAY_PEPPER")
      ->group("");
  add(app, "pepper_file", raw.pepper_file,
      "file with the pepper of all key hashes (or KITFOX_GATEWAY_PEPPER in the environment)");
  add(app, "credentials_file", raw.credentials_file, "JSON file of callers' credentials; see README.md");
  app.add_option("--internal-secret", raw.internal_secret, "not accepted as a flag either")
      ->envname("KITFOX_GATEWAY_INTERNAL_SECRET")
      ->group("");
  add(app, "public_url", raw.public_url, "base URL for agents, in helm_install_command");
  add(app, "threads", raw.threads, "threads that carry agents' streams, 0 to 256; 0: one for each core");
  add(app, "log_level", raw.log_level, "DEBUG, INFO, WARNING or ERROR");
  add(app, "heartbeat_seconds", raw.heartbeat,
      "most seconds without a byte on an agent's stream, at most 300");
  add(app, "max_stream_age_seconds", raw.max_age, "mean age at which a stream is closed with a hint");
  add(app, "stream_age_jitter", raw.age_jitter, "share of that age by which streams differ");
  add(app, "drain_window_seconds", raw.drain, "time over which streams are closed at the end");
  add(app, "key_check_interval_seconds", raw.key_check,
      "after which a key that another process revoked loses its streams, at most 30");
  add(app, "reconnect_hint_min_seconds", raw.hint_min, "least reconnect delay told to agents");
  add(app, "reconnect_hint_max_seconds", raw.hint_max, "greatest reconnect delay told to agents");
}

void add_limits(CLI::App& app, raw_options& raw) {
  for (const count_limit& one : count_limits())
    app.add_option(flag_of(one.name), raw.limits.*one.member, std::string{one.meaning})
        ->envname(variable_of(one.name))
        ->capture_default_str()
        ->group("Limits");
  for (const span_limit& one : span_limits()) {
    raw.spans.push_back(seconds_of(raw.limits.*one.member));
    const std::string name = name_in_seconds(one);
    app.add_option(flag_of(name), raw.spans.back(), "seconds " + std::string{one.meaning})
        ->envname(variable_of(name))
        ->capture_default_str()
        ->group("Limits");
  }
}

/// Collects the first thing that is wrong.
class reader {
 public:
  std::string file(std::string_view name, const std::string& path) {
    const std::string what = flag_of(name);
    if (path.empty()) return fail(what + " is required");
    std::ifstream in{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    if (!in.good() && !in.eof()) return fail(what + " cannot be read: " + path);
    if (text.empty()) return fail(what + " is empty: " + path);
    return text;
  }
  runtime::endpoint address(std::string_view what, const std::string& text) {
    const std::size_t colon = text.rfind(':');
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const bool has_port = colon != std::string::npos &&
                          std::from_chars(text.data() + colon + 1, end, port).ptr == end &&
                          colon + 1 < text.size();
    if (!has_port) fail(flag_of(what) + " must be HOST:PORT, got " + text);
    std::string host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    return {std::move(host), port};
  }
  std::string fail(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
    return {};
  }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
  std::string reason_;
};

std::string trim_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

std::vector<caller_credential> read_callers(const raw_options& raw, reader& in) {
  std::vector<caller_credential> callers;
  constexpr std::size_t least = caller_credential::secret_size_min;
  if (!raw.internal_secret.empty() && raw.internal_secret.size() < least)
    in.fail("KITFOX_GATEWAY_INTERNAL_SECRET must have at least " + std::to_string(least) + " characters");
  if (!raw.internal_secret.empty())
    callers.push_back({"internal", raw.internal_secret, caller_role::admin, std::nullopt});
  if (raw.credentials_file.empty()) return callers;
  const std::string text = in.file("credentials-file", raw.credentials_file);
  if (text.empty()) return callers;
  protocol::diagnostics diag;
  auto parsed = parse_credentials(text, diag);
  if (parsed.has_error()) {
    in.fail("--credentials-file " + raw.credentials_file + ": " + diag.to_string());
    return callers;
  }
  std::move(parsed.value().begin(), parsed.value().end(), std::back_inserter(callers));
  return callers;
}

/// Who is to blame where a listener cannot use `tls`.
std::string blame_for(const runtime::tls_server_options& tls, const std::string& certificate,
                      const std::string& key) {
  using runtime::tls::identity_fault;
  switch (runtime::tls::find_fault(tls.certificate_pem, tls.private_key_pem)) {
    case identity_fault::certificate:
      return certificate + ", which must be certificates as PEM";
    case identity_fault::private_key:
      return key + ", which must be a private key as PEM, without a passphrase";
    case identity_fault::not_a_pair:
      return certificate + ", " + key + ", which must belong together";
    case identity_fault::none:
      break;
  }
  return certificate + ", " + key;
}

gateway_options read_options(const raw_options& raw, reader& in) {
  gateway_options options;
  options.agent_listen = in.address("agent-listen", raw.agent_listen);
  options.caller_listen = in.address("caller-listen", raw.caller_listen);
  runtime::tls_server_options tls;
  tls.certificate_pem = in.file("tls-cert-file", raw.tls_cert_file);
  tls.private_key_pem = in.file("tls-key-file", raw.tls_key_file);
  options.agent_tls = tls;
  options.agent_tls_source =
      blame_for(tls, "--tls-cert-file " + raw.tls_cert_file, "--tls-key-file " + raw.tls_key_file);
  options.caller_tls_source = options.agent_tls_source;
  if (!raw.caller_tls_cert_file.empty() || !raw.caller_tls_key_file.empty()) {
    tls.certificate_pem = in.file("caller-tls-cert-file", raw.caller_tls_cert_file);
    tls.private_key_pem = in.file("caller-tls-key-file", raw.caller_tls_key_file);
    options.caller_tls_source = blame_for(tls, "--caller-tls-cert-file " + raw.caller_tls_cert_file,
                                          "--caller-tls-key-file " + raw.caller_tls_key_file);
  }
  options.caller_tls = tls;
  options.pepper = raw.pepper;
  if (!raw.pepper_file.empty()) options.pepper = trim_line_end(in.file("pepper-file", raw.pepper_file));
  if (options.pepper.empty()) in.fail("a pepper is required: --pepper-file or KITFOX_GATEWAY_PEPPER");
  options.callers = read_callers(raw, in);
  if (options.callers.empty())
    in.fail("a caller credential is required: --credentials-file or KITFOX_GATEWAY_INTERNAL_SECRET");
  options.public_url = raw.public_url;
  options.heartbeat_interval = span_of(raw.heartbeat);
  options.max_stream_age = span_of(raw.max_age);
  options.stream_age_jitter = raw.age_jitter;
  options.drain_window = span_of(raw.drain);
  options.key_check_interval = span_of(raw.key_check);
  options.reconnect_hint_min = span_of(raw.hint_min);
  options.reconnect_hint_max = span_of(raw.hint_max);
  options.limits = raw.limits;
  std::size_t index = 0;
  for (const span_limit& one : span_limits()) options.limits.*one.member = span_of(raw.spans[index++]);
  return options;
}

/// Which variable holds the value that `complaint` is about; empty if it was a flag. CLI11 names the flag in
/// any case.
std::string source_of(const CLI::App& app, const std::string& complaint, std::span<const char* const> given) {
  for (const CLI::Option* option : app.get_options()) {
    const std::string flag = option->get_name();
    const std::string variable = option->get_envname();
    if (flag.empty() || variable.empty() || complaint.find(flag + ' ') == std::string::npos) continue;
    const bool is_flag = std::any_of(given.begin(), given.end(), [&](std::string_view one) {
      return one == flag || one.starts_with(flag + '=');
    });
    if (!is_flag) return " (from " + variable + ")";
  }
  return {};
}

parsed_command_line refuse(const std::string& reason) {
  std::cerr << "kitfox-gateway: " << reason << '\n';
  return {std::nullopt, static_cast<int>(exit_code::usage)};
}
}  // namespace

parsed_command_line parse_command_line(int argc, const char* const* argv) {
  CLI::App app{description, "kitfox-gateway"};
  app.footer(exit_codes);
  app.set_version_flag("--version", "kitfox-gateway " KITFOX_VERSION);
  raw_options raw;
  add_server_options(app, raw);
  add_limits(app, raw);
  app.fallthrough();
  CLI::App* const audit = app.add_subcommand("audit", "print the audit as JSON lines, oldest first");
  audit->add_flag("--verify", raw.verify, "check the chain instead: exit code 0 if it holds, 3 if not");
  for (int index = 1; index < argc; ++index) {
    const std::string_view given = argv[index];
    if (given.starts_with("--pepper=") || given == "--pepper" || given.starts_with("--internal-secret"))
      return refuse("secrets are not accepted on the command line; use the environment or a file");
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return {std::nullopt, app.exit(success)};
  } catch (const CLI::Error& wrong) {
    return refuse(wrong.what() + source_of(app, wrong.what(), {argv, static_cast<std::size_t>(argc)}));
  }
  program_plan plan;
  plan.database_path = raw.database;
  plan.audit_path = raw.audit_database;
  if (plan.audit_path.empty())
    plan.audit_path = raw.database == ":memory:" ? raw.database : raw.database + ".audit";
  if (audit->parsed()) {
    plan.what = raw.verify ? program_plan::task::verify_audit : program_plan::task::print_audit;
    return {std::move(plan)};
  }
  const auto least = runtime::parse_severity(raw.log_level);
  if (least.has_error()) return refuse("--log-level must be DEBUG, INFO, WARNING or ERROR");
  plan.least_severity = least.value();
  constexpr std::size_t threads_max = 256;
  if (raw.threads > threads_max) return refuse("--threads must be 0 to 256");
  plan.threads = raw.threads != 0 ? raw.threads : std::max(1U, std::thread::hardware_concurrency());
  reader in;
  plan.options = read_options(raw, in);
  if (!in.reason().empty()) return refuse(in.reason());
  std::string reason;
  if (check_options(plan.options, reason)) return refuse(reason);
  return {std::move(plan)};
}

}  // namespace kitfox::gateway
