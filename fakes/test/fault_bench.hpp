#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/fault/firing_log.hpp"
#include "fakes/fault/link.hpp"
#include "runtime/host.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::test {

/// What one end of a connection has seen.
struct observed {
  std::unique_ptr<runtime::byte_stream> stream;
  std::string bytes;
  std::string state = "open";  ///< "open", "fin", "rst", or the name of a failure of TLS.

  /// "hello|open".
  [[nodiscard]] std::string print() const { return bytes + "|" + state; }
};

/// Connections through one link in one world. Clients and servers may be on different hosts: each does what
/// it does in a task of its own host.
class fault_bench {
 public:
  fault_bench(runtime::host& client, runtime::host& server)
      : client_host{client}, server_host{server}, at_client{client}, at_server{server} {}
  virtual ~fault_bench() = default;
  [[nodiscard]] virtual fault::link& through() = 0;
  [[nodiscard]] virtual fault::firing_log& firings() = 0;
  [[nodiscard]] virtual runtime::endpoint front() = 0;  ///< Where clients dial.
  [[nodiscard]] virtual runtime::listener& upstream() = 0;
  [[nodiscard]] virtual std::shared_ptr<runtime::tls_client> trusting() { return nullptr; }

  runtime::host& client_host;
  runtime::host& server_host;
  std::vector<std::unique_ptr<observed>> dialled, accepted;  ///< By order.
  runtime::task_group at_client, at_server;
};

/// One fault, what happens on the first connection of its link, and what both ends see of it. Whatever the
/// fault does not say itself is limited to that connection, so that another shows when nothing more comes.
struct fault_case {
  std::string name;
  std::string kind;
  std::string json = "{}";
  enum class begins { established, before_dial } added = begins::established;
  std::string client_sends{}, server_sends{};
  enum class order {
    at_once,
    in_turn,       ///< The server answers what it got whole.
    after_firing,  ///< Both send once the fault has fired.
  } sending = order::at_once;
  enum class afterwards { stays, ends_its_direction } client = afterwards::stays;  ///< Once it has sent.
  std::string client_sees = "|open", server_sees = "|open";
  /// What both see once the fault was removed; both absent: it is not removed.
  std::optional<std::string> client_sees_healed{}, server_sees_healed{};
  /// A lower bound: how late a machine is on top of it is its own business.
  runtime::duration takes_at_least{};
  /// What the next dial meets: "rst", "silence", or the name of a failure of TLS; empty: there is none.
  std::string second_dial{};

  /// Without TLS the fault has nothing to act on.
  [[nodiscard]] bool needs_tls() const;
};

/// The faults of the table, each with what it shows.
[[nodiscard]] const std::vector<fault_case>& fault_table();
/// Those on HTTP and on server-sent events.
[[nodiscard]] std::vector<fault_case> http_cases();
[[nodiscard]] std::vector<fault_case> sse_cases();

/// Plays one case, in a task of the client's host. Ends early, with a failure of the test, when cancelled.
[[nodiscard]] runtime::task<void> play(fault_bench& in, fault_case what);

}  // namespace kitfox::test
