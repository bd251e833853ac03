#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conformance/world/cluster_api.hpp"
#include "conformance/world/folder_watch.hpp"
#include "conformance/world/subject_program.hpp"
#include "conformance/world/world.hpp"
#include "fakes/fault/relay.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/child_process.hpp"
#include "runtime/clock_pace.hpp"

namespace kitfox::conformance {

inline constexpr const char* loopback = "127.0.0.1";

/// A world of real processes on loopback: TLS everywhere, a relay on every link, ports chosen by the system.
/// Nothing of it outlives close().
class sockets_world final : public world {
 public:
  /// `directory` must exist; certificates, databases, kubeconfigs and logs go there. Its API servers are
  /// those that `clusters` opens.
  sockets_world(const scenario& what, std::uint64_t seed, runtime::host& harness, recorder& tape,
                const subject_programs& programs, cluster_source& clusters, std::filesystem::path directory,
                runtime::clock_pace pace = {});
  ~sockets_world() override;

  runtime::host& harness() override { return harness_; }
  recorder& tape() override { return tape_; }
  wire_state& state() override { return state_; }
  link_table& links() override { return links_; }
  runtime::task<runtime::error_code> open(std::string& why) override;
  runtime::task<void> close() override;
  runtime::task<runtime::error_code> start(node_ref node, std::string key) override;
  runtime::task<runtime::error_code> act(node_ref node, node_action action, socket_fate sockets) override;
  bool running(node_ref node) const override;
  std::string refused_settings() const override { return refused_settings_; }
  runtime::error_code set_clock(node_ref node, runtime::duration jump, double drift) override;
  runtime::error_code set_auth_backend(const auth_backend_verb& to, effect met) override;
  runtime::error_code set_audit_store(const audit_store_verb& to, effect met) override;
  void note_audit() override;
  runtime::error_code set_dns(const dns_verb& to, effect met) override;
  cluster_api& kubernetes(std::size_t cluster) override;
  service_address caller_service() override;
  service_address agent_service() override;
  std::string credential(const std::string& team, bool administrator) const override;
  const key_recipe& keys() const override { return keys_of(programs_.gateway); }
  std::shared_ptr<runtime::tls_client> trust_elsewhere() override {
    return gateway_trust_ ? gateway_trust_ : trust_;
  }
  std::string callers_url() override;
  runtime::task<runtime::result<std::string>> run_command(std::vector<std::string> words,
                                                          std::string& why) override;
  bool starts_by_hand() const override { return programs_.agent.attached.has_value(); }
  bool gateway_stays() const override { return programs_.gateway.reached.has_value(); }
  /// After close(): a program that is no reference had loaded the library that makes its clock quicker.
  [[nodiscard]] bool library_was_loaded() const noexcept { return library_was_loaded_; }

 private:
  /// One life of one program.
  struct child {
    std::string node;
    std::unique_ptr<runtime::child_process> process;
    bool exited = false, killed = false;
    bool awaited = false;  ///< Told to somebody, who has not started it yet.
    int exit_code = 0;
    bool said_ready = false;  ///< It wrote the text that its subject file names.
    std::string last_line;    ///< Of what it wrote.
    std::string settings;     ///< That the scenario has it started with; empty: none that it must take.
    bool dialled = false;
  };
  /// Where a relay leads to, and how.
  struct upstream {
    runtime::endpoint at;
    std::shared_ptr<runtime::tls_client> tls;  ///< Empty: plain.  owners: this world, its relays
    std::string path{};                        ///< That URLs of the gateway begin with.
    std::string host = "gateway";
  };

  [[nodiscard]] std::string name_of(node_ref node) const;
  [[nodiscard]] runtime::task<runtime::error_code> start_api(std::size_t cluster, std::string& why);
  [[nodiscard]] runtime::error_code watch_readiness();
  [[nodiscard]] runtime::task<runtime::error_code> start_gateway();
  [[nodiscard]] runtime::task<runtime::error_code> choose_gateway_ports();
  [[nodiscard]] runtime::task<runtime::error_code> await_gateway(child& one);
  [[nodiscard]] runtime::task<runtime::error_code> dial_gateway();
  [[nodiscard]] runtime::task<runtime::error_code> find_gateway(const reached_gateway& where);
  void use_gateway_ports();
  [[nodiscard]] runtime::error_code write_credentials() const;
  [[nodiscard]] runtime::error_code write_kubeconfig(const std::string& file, std::uint16_t port,
                                                     const std::string& token) const;
  [[nodiscard]] std::string last_words(const std::string& node) const;
  [[nodiscard]] runtime::task<runtime::error_code> start_agent(node_ref node, std::string key);
  [[nodiscard]] runtime::task<runtime::result<fault::relay*>> open_relay(std::string key,
                                                                         std::string link_name, upstream to);
  [[nodiscard]] runtime::result<child*> launch(const std::string& node, const char* kind,
                                               const std::string& cluster, runtime::child_options options);
  /// Has somebody start it, and waits until it dials. Errors: timed_out.
  [[nodiscard]] runtime::task<runtime::error_code> attach(const std::string& node, const std::string& cluster,
                                                          const runtime::child_options& options);
  void note_dial(const std::string& link_name);
  void note_attached(const std::string& link_name);
  [[nodiscard]] runtime::task<void> await_end(child& one);
  void on_line(child& one, std::string_view line);
  [[nodiscard]] runtime::task<void> measure_lateness();
  [[nodiscard]] runtime::error_code write(const std::string& name, const std::string& text) const;

  const scenario& what_;
  runtime::host& harness_;
  recorder& tape_;
  const subject_programs& programs_;
  cluster_source& clusters_;
  std::filesystem::path directory_;
  std::unique_ptr<runtime::entropy> random_;
  pki::authority authority_;
  wire_state state_;
  link_table links_;
  std::uint64_t connections_ = 0;
  bool begun_by_hand_ = false, library_was_loaded_ = false;
  runtime::clock_pace pace_;
  // owners: this world, and every stream dialled with it
  std::shared_ptr<runtime::tls_client> trust_, gateway_trust_;
  std::map<std::size_t, std::unique_ptr<cluster_service>> apis_;
  std::map<std::string, std::unique_ptr<fault::relay>> relays_;
  std::map<std::string, std::unique_ptr<child>> children_;  ///< The latest life of each.
  std::vector<std::unique_ptr<child>> ended_;
  std::unique_ptr<folder_watch> probes_;
  std::map<std::string, std::string, std::less<>> node_of_probe_;  ///< By the name of the probe file.
  std::uint16_t agent_port_ = 0, caller_port_ = 0;
  upstream gateway_of_agents_, gateway_of_callers_;
  std::vector<std::pair<std::string, std::string>> gateway_environment_;  ///< Of one that was started here.
  std::string refused_settings_;
  runtime::notifier changed_;
  runtime::task_group tasks_;
};

}  // namespace kitfox::conformance
