#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/sim/simulation.hpp"
#include "gateway/gateway.hpp"
#include "protocol/sse_decoder.hpp"
#include "runtime/http/client.hpp"
#include "runtime/notifier.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::gateway::test {

inline constexpr std::string_view acme_secret = "secret-of-acme-0123456789";
inline constexpr std::string_view umbrella_secret = "secret-of-umbrella-0123456789";
inline constexpr std::string_view trusted_secret = "secret-of-the-orchestrator";
inline constexpr std::string_view caller_only_secret = "secret-of-acme-without-admin";

/// Key look-ups that a test can break or slow down.
class breakable_keys final : public key_source {
 public:
  explicit breakable_keys(store& from) : inner_{from} {}
  runtime::task<runtime::result<std::optional<key_record>>> find(std::string key_id) override {
    if (down) co_return gateway_errc::store_failed;
    co_return co_await inner_.find(std::move(key_id));
  }
  bool down = false;

 private:
  store_keys inner_;
};

/// An audit that keeps its lines and can refuse or hold them back.
class breakable_audit final : public audit_sink {
 public:
  explicit breakable_audit(runtime::clock& time) : time_{time} {}
  runtime::result<audit_head> head() override;
  runtime::task<runtime::error_code> append(std::span<const audit_line> lines) override;
  [[nodiscard]] bool contains(std::string_view text) const;
  std::vector<std::string> lines;
  std::size_t groups = 0;
  bool down = false;
  duration delay{0};

 private:
  runtime::clock& time_;
};

/// A cluster as the dashboard hands it out.
struct issued_cluster {
  std::string id, key;
};

struct received_event {
  std::string type, id, data;
  runtime::mono_time at{};
};

class gateway_rig;

/// An agent as a test plays it: one stream, every event kept.
class test_agent {
 public:
  /// `at` is the host of the gateway that it dials.
  test_agent(gateway_rig& in, std::string key, std::string instance = {}, std::string at = "gateway");
  ~test_agent();

  /// Opens the stream and returns the HTTP status; 0 if there was no answer. Events are collected from then
  /// on.
  runtime::task<int> connect(std::string more_query = {});
  /// The first event of that type not yet taken; none after `patience`.
  runtime::task<std::optional<received_event>> next(std::string type,
                                                    duration patience = std::chrono::seconds{5});
  /// Posts an answer and returns the HTTP status.
  runtime::task<int> respond(std::string request_id, std::string body = {});
  runtime::task<int> post(std::string target, std::string body);
  runtime::task<void> wait_for_end(duration patience = std::chrono::seconds{5});
  /// Closes the connection and waits until the reader has ended.
  runtime::task<void> leave();
  [[nodiscard]] bool open() const noexcept { return open_; }
  [[nodiscard]] std::size_t count(std::string_view type) const;
  [[nodiscard]] const std::vector<received_event>& all() const noexcept { return events_; }
  std::optional<std::string> retry_after;
  runtime::mono_time ended_at{};

 private:
  runtime::task<void> read();
  gateway_rig& rig_;
  std::string key_, instance_, at_;
  std::optional<runtime::http::client_connection> stream_;
  std::vector<received_event> events_;
  std::vector<bool> taken_;
  runtime::task_group tasks_;
  runtime::notifier changed_;
  bool open_ = false;
};

/// A gateway on a simulated host, and a script on another one. Make it, change options, then run().
class gateway_rig {
 public:
  explicit gateway_rig(sim::simulation_options of = {});
  ~gateway_rig();
  /// Starts the gateway, runs the script, stops the gateway in order and checks that nothing is left.
  void run(std::function<runtime::task<void>(gateway_rig&)> script);

  /// Lets so many further hosts, gateway-1 and so on, carry agents' streams; call it before the start.
  void add_shards(std::size_t count);

  /// Starts the gateway alone; for tests that end it in their own way.
  void start();
  /// After run(): stores as they are, everything else as at the beginning.
  void prepare_again();

  /// A request to the callers' listener.
  runtime::task<runtime::http::response> call(std::string method, std::string target, std::string body = {},
                                              std::string_view secret = acme_secret);
  /// A request to the agents' listener, with whatever headers.
  runtime::task<runtime::http::response> send(runtime::http::request message, std::uint16_t port);
  runtime::task<issued_cluster> create_cluster(std::string name, std::string_view secret = acme_secret);
  runtime::task<runtime::http::response> execute(std::string cluster_id, std::string more = {},
                                                 std::string_view secret = acme_secret);
  runtime::task<void> sleep(duration span);
  [[nodiscard]] runtime::mono_time now() { return script_host->clock().now(); }
  /// Value of a metric line, like `kitfox_gateway_connected`.
  runtime::task<std::string> metric(std::string line_start);
  /// Runs `body` beside the script, which must call join() while what `body` refers to lives.
  void beside(runtime::task<void> body) { side->spawn("beside", std::move(body)); }
  runtime::task<void> join() { return side->join(); }

  sim::simulation world;
  sim::sim_host* gateway_host = nullptr;
  sim::sim_host* script_host = nullptr;
  std::vector<runtime::host*> more_hosts;
  std::unique_ptr<store> clusters;
  std::unique_ptr<breakable_keys> keys;
  std::unique_ptr<breakable_audit> audit;
  gateway_options options;
  gateway_policy policy;
  key_writer* changes = nullptr;  ///< As in gateway_parts; outlives the program.
  std::unique_ptr<gateway> program;
  std::unique_ptr<runtime::stop_source> stop;
  std::unique_ptr<runtime::task_group> side;
  std::optional<runtime::error_code> started;
  runtime::mono_time stopped_at{};

 private:
  runtime::task<void> live();
  runtime::task<void> play(std::function<runtime::task<void>(gateway_rig&)> script);
  std::unique_ptr<runtime::task_group> gateway_tasks_;
};

/// An execute call beside the script.
struct running_call {
  runtime::http::response answer;
  runtime::mono_time ended{};
  bool done = false;
};
runtime::task<void> execute_into(gateway_rig& rig, std::string cluster, std::string more, running_call& out);

/// The text value of a top-level member of a JSON object; empty if there is none.
[[nodiscard]] std::string member(const std::string& json, const std::string& name);

}  // namespace kitfox::gateway::test
