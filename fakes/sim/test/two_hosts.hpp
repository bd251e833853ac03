#pragma once
#include <gtest/gtest.h>

#include <boost/asio/this_coro.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fakes/sim/simulation.hpp"
#include "runtime/errc.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::sim::test {

/// What the wire of a test does beside what a straight path does; every open path looks at it.
struct wire_switches {
  fault::dial_answer dial = fault::dial_answer::proceed;
  fault::tls_answer tls = fault::tls_answer::proceed;
  /// New connections swallow everything for ever, also after this is switched back.
  enum class hole { none, both, upstream } swallow = hole::none;
  straight_path_options straight{std::chrono::milliseconds{10}, 0, 64 * 1024};
};

/// A straight path that answers dials as told and may be a black hole from its opening on.
class switched_path final : public fault::path {
 public:
  explicit switched_path(const wire_switches& to) : switches_{to}, hole_{to.swallow}, inner_{to.straight} {}
  dial_decision on_dial(runtime::mono_time now) override {
    return {switches_.dial, inner_.on_dial(now).delay};
  }
  fault::tls_answer on_tls(runtime::mono_time) override { return switches_.tls; }
  void on_bytes(fault::side from, std::string_view bytes, runtime::mono_time now) override {
    if (swallows(from))
      swallowed_ += bytes.size();
    else
      inner_.on_bytes(from, bytes, now);
  }
  void on_end(fault::side from, fault::end_kind how, runtime::mono_time now) override {
    if (!swallows(from)) inner_.on_end(from, how, now);
  }
  void on_timer(runtime::mono_time now) override { inner_.on_timer(now); }
  std::optional<runtime::mono_time> next_timer() const override { return inner_.next_timer(); }
  std::optional<fault::path_action> next_action() override {
    if (pushed_.empty()) return inner_.next_action();
    fault::path_action first = std::move(pushed_.front());
    pushed_.erase(pushed_.begin());
    return first;
  }
  std::size_t held(fault::side from) const override {
    return inner_.held(from) + (swallows(from) ? swallowed_ : 0);
  }
  std::size_t window_bytes() const override { return inner_.window_bytes(); }
  /// What a fault on the link does on its own; tell simulation::on_link_changed().
  void push(fault::path_action action) { pushed_.push_back(std::move(action)); }

 private:
  [[nodiscard]] bool swallows(fault::side from) const {
    return hole_ == wire_switches::hole::both ||
           (hole_ == wire_switches::hole::upstream && from == fault::side::client);
  }
  const wire_switches& switches_;
  wire_switches::hole hole_;
  straight_path inner_;
  std::size_t swallowed_ = 0;
  std::vector<fault::path_action> pushed_;
};

class switched_paths final : public path_source {
 public:
  opened_path open(const path_request& request) override {
    auto made = std::make_unique<switched_path>(switches);
    paths[request.connection] = made.get();
    return {std::move(made), {}};
  }
  wire_switches switches;
  std::map<std::uint64_t, switched_path*> paths;  ///< Dangling once the connection is over.
};

/// Writes down what it is told, one line an event: "10ms dialled 1 agent->gateway proceed".
class wire_notes final : public fault::wire_observer {
 public:
  std::vector<std::string> lines;

  void on_dial(connection c, runtime::mono_time t) override { note(t, "dial", c, std::string{c.link}); }
  void on_dialled(connection c, std::optional<fault::dial_answer> answer, runtime::mono_time t) override {
    note(t, "dialled", c, answer ? std::to_string(static_cast<int>(*answer)) : "given up");
  }
  void on_tls(connection c, std::string_view failure, runtime::mono_time t) override {
    note(t, "tls", c, failure.empty() ? "ok" : std::string{failure});
  }
  void on_sent(connection c, fault::side from, std::string_view bytes, runtime::mono_time t) override {
    note(t, "sent", c, name(from) + ' ' + std::string{bytes});
  }
  void on_delivered(connection c, fault::side from, std::string_view bytes, runtime::mono_time t) override {
    note(t, "delivered", c, name(from) + ' ' + std::string{bytes});
  }
  void on_end_sent(connection c, fault::side by, fault::end_kind how, runtime::mono_time t) override {
    note(t, "end_sent", c, name(by) + ' ' + name(how));
  }
  void on_end_delivered(connection c, fault::side to, fault::end_kind how, runtime::mono_time t) override {
    note(t, "end_delivered", c, name(to) + ' ' + name(how));
  }

 private:
  static std::string name(fault::side one) { return one == fault::side::client ? "client" : "server"; }
  static std::string name(fault::end_kind how) { return how == fault::end_kind::fin ? "fin" : "rst"; }
  void note(runtime::mono_time t, const char* what, connection c, const std::string& rest) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
    lines.push_back(std::to_string(ms) + "ms " + what + ' ' + std::to_string(c.id) + ' ' + rest);
  }
};

/// An agent and a gateway 10 ms apart, and the connection between them that most tests need.
class two_hosts : public testing::Test {
 protected:
  explicit two_hosts(simulation_options options = {}) : sim{with_wire(options)} {}
  ~two_hosts() override {
    // What tasks refer to are members of the test: they end first.
    EXPECT_TRUE(sim.shut_down().empty());
  }

  /// Runs until both tasks have ended, which must be within an hour.
  void run_both(runtime::task<void> on_agent, runtime::task<void> on_gateway) {
    tasks_of_gateway.spawn("gateway", std::move(on_gateway));
    tasks_of_agent.spawn("agent", std::move(on_agent));
    const run_outcome outcome =
        sim.run_until([this] { return tasks_of_agent.size() + tasks_of_gateway.size() == 0; },
                      sim.now() + std::chrono::hours{1});
    EXPECT_TRUE(outcome.done()) << print_outcome(outcome);
  }

  /// One connection: the stream of each side once it is there.
  runtime::task<void> accept_one() {
    const runtime::endpoint at{"", 8443};
    auto made = co_await gateway.network().listen(at, server_tls);
    EXPECT_TRUE(made.has_value());
    listener = std::move(made.value());
    auto accepted = co_await listener->accept();
    if (accepted) server = std::move(accepted.value());
  }
  runtime::task<void> dial_one() {
    const runtime::endpoint to{"gateway", 8443};
    auto made = co_await agent.network().dial(to, client_tls);
    if (made)
      client = std::move(made.value());
    else
      dial_failure = made.error();
    dialled_at = sim.now();
  }
  void connect() {
    run_both(dial_one(), accept_one());
    ASSERT_TRUE(client != nullptr && server != nullptr);
  }

  switched_paths wire;
  wire_notes notes;
  simulation sim;
  sim_host& agent = sim.start_host("agent");
  sim_host& gateway = sim.start_host("gateway");
  runtime::task_group tasks_of_agent{agent}, tasks_of_gateway{gateway};
  std::shared_ptr<runtime::tls_client> client_tls;  // owners: the test, its dials
  std::shared_ptr<runtime::tls_server> server_tls;  // owners: the test, its listeners
  std::unique_ptr<runtime::listener> listener;
  std::unique_ptr<runtime::byte_stream> client, server;
  runtime::error_code dial_failure;
  runtime::mono_time dialled_at{};

 private:
  simulation_options with_wire(simulation_options options) {
    options.paths = &wire;
    options.observer = &notes;
    return options;
  }
};

}  // namespace kitfox::sim::test
