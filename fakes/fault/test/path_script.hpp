#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/fault/link.hpp"

namespace kitfox::fault::test {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

/// Drives the paths of one link in virtual time and writes down what they do, one line an action:
/// `40ms 1 server "hello"`, `30s 2 client rst`, `30s 2 server fin` (time, connection, who sees it, what).
class path_script : private firing_observer {
 public:
  explicit path_script(link_properties wire = {}, std::uint64_t seed = 1);
  ~path_script() override;

  /// Adds a fault of that kind, planned from JSON text; it is named `name`, or like its kind.
  fault_id add(std::string_view kind, std::string_view json = "{}", std::string name = {});
  void heal(fault_id id);
  /// Changes a fault in its place; the arguments are those of add().
  void change(fault_id id, std::string_view kind, std::string_view json, std::string name = {});
  void set_wire(const link_properties& wire);

  /// Dials connection n = 1, 2, ...; when the answer is proceed, time moves on to its establishment.
  int dial();
  /// The answer of the last dial: "proceed after 80ms".
  [[nodiscard]] const std::string& dial_answer() const { return dial_answer_; }
  tls_answer tls(int connection = 1);
  /// The driver forgets the connection.
  void close(int connection);

  void client(std::string_view bytes, int connection = 1) { bytes_from(side::client, bytes, connection); }
  void server(std::string_view bytes, int connection = 1) { bytes_from(side::server, bytes, connection); }
  void end(side by, end_kind how = end_kind::fin, int connection = 1);
  /// Moves time on to `t` since the start, with every timer on the way.
  void until(runtime::duration t);

  [[nodiscard]] std::size_t held(side from, int connection = 1) { return paths_.at(connection)->held(from); }
  [[nodiscard]] link& on() { return *link_; }
  /// What has happened since the last call.
  lines log() { return std::exchange(log_, {}); }
  /// All bytes that `to` was given since the last call, joined.
  std::string received(side to, int connection = 1);
  /// Firings since the last call: `rst#1 1 "rst" at byte 12, planned 30s, fired 30s`.
  [[nodiscard]] lines firings() { return std::exchange(firings_, {}); }

 private:
  void on_fired(const firing& one) override;
  void bytes_from(side from, std::string_view bytes, int connection);
  void drain();
  [[nodiscard]] runtime::mono_time now() const { return runtime::mono_time{now_}; }

  runtime::duration now_{};
  std::unique_ptr<runtime::entropy> random_;
  std::unique_ptr<link> link_;
  std::map<int, std::unique_ptr<path>> paths_;
  int dialled_ = 0;
  std::string dial_answer_;
  lines log_, firings_;
  std::map<std::pair<int, side>, std::string> received_;
};

/// A fault of the standard registry; the JSON must be right.
[[nodiscard]] planned_fault plan_of(std::string name, std::string_view kind, std::string_view json = "{}");

/// "40ms", "1500ms", "0".
[[nodiscard]] std::string print_time(runtime::duration t);

/// A chunked response of one chunk for each of `chunks`, left open.
[[nodiscard]] std::string event_stream(const std::vector<std::string>& chunks);
[[nodiscard]] std::string chunk(std::string_view bytes);
inline constexpr std::string_view connect_request = "GET /agent/connect?v=1 HTTP/1.1\r\nHost: g\r\n\r\n";
inline constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
[[nodiscard]] std::string post(std::string_view target, std::string_view body);
[[nodiscard]] std::string response(int status, std::string_view body);

}  // namespace kitfox::fault::test
