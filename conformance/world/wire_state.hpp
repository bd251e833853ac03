#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "conformance/scenario/step.hpp"
#include "conformance/transcript/recorder.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::conformance {

/// What is known now, from the wire alone, about every agent: the eyes of a scenario's `await` and `when`.
class wire_state final : public recorder::listener {
 public:
  explicit wire_state(runtime::asio::any_io_executor executor) : changed_{std::move(executor)} {}
  void on_record(const record&) override;

  [[nodiscard]] bool is(std::string_view node, agent_state state) const;
  /// How often an event was seen so far: of agents in `nodes` (empty: any), for commands of that name (empty:
  /// any).
  [[nodiscard]] std::uint64_t count(event_trigger::what event, const std::set<std::string>* nodes,
                                    const std::string& command) const;
  /// Id of the last command that was delivered to an agent; empty before the first.
  [[nodiscard]] const std::string& last_command() const noexcept { return last_command_; }
  /// Counts the records that may have changed an answer above.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
  /// Completes once version() is another than `known`, the version to which the answers belonged: records are
  /// also made while whoever asks is not running, in simulation on other hosts.
  [[nodiscard]] runtime::task<runtime::error_code> change_since(std::uint64_t known);

 private:
  struct wire {
    std::string from, to;
    bool dialling = true, stream = false, connected = false, over = false;
    bool kept = false;  ///< Over is what was asked for, and not the connection.
  };
  struct party {
    bool running = false, ever = false;
    unsigned dialling = 0, streams = 0, connected = 0;
  };
  void note_change();
  void on_over(wire& one);
  void on_request(wire& one, const record& request);
  void seen(event_trigger::what event, const std::string& node, const std::string& command);

  std::unordered_map<std::uint64_t, wire> wires_;  ///< Gone through only where the order does not matter.
  std::map<std::string, party, std::less<>> parties_;
  struct event_key {
    event_trigger::what event;
    std::string node, command;
    auto operator<=>(const event_key&) const = default;
  };
  std::map<event_key, std::uint64_t> counts_;
  std::string last_command_;
  runtime::notifier changed_;
  std::uint64_t version_ = 0;
};

}  // namespace kitfox::conformance
