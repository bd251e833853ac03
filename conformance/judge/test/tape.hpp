#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/judge.hpp"
#include "conformance/transcript/transcript.hpp"

namespace kitfox::conformance {

/// A transcript made by hand, in the order of time. Times are seconds since the start. Members that stand for
/// something seen at both ends of a connection record both, in the same instant.
class tape {
 public:
  explicit tape(std::string world = "sim");

  nlohmann::json& facts() { return header_.more; }
  tape& starts(double t, const std::string& node, const std::string& kind, const std::string& cluster = {});
  tape& exits(double t, const std::string& node, int code);
  tape& signals(double t, const std::string& node, const std::string& name);
  tape& logs(double t, const std::string& node, const std::string& event,
             nlohmann::json fields = nlohmann::json::object());
  tape& issues_key(double t, const std::string& id, const std::string& cluster, const std::string& team);
  tape& revokes(double begun, double returned, const std::string& key);

  /// A dial that ends at once as `answer` says.
  tape& dials(double t, std::uint64_t conn, const std::string& link, const std::string& answer = "proceed");
  /// A dial of which nothing more is heard.
  tape& dials_in_vain(double t, std::uint64_t conn, const std::string& link);
  tape& tls_fails(double t, std::uint64_t conn, const std::string& why);
  tape& asks(double t, std::uint64_t conn, std::uint32_t exchange, const std::string& method,
             const std::string& target, const std::string& key = {}, const std::string& body = {},
             nlohmann::json more = nullptr);
  tape& answers(double t, std::uint64_t conn, std::uint32_t exchange, int status,
                const std::string& body = {}, nlohmann::json more = nullptr);
  /// A request that something on the way answers: the server sees neither.
  tape& turned_away(double t, std::uint64_t conn, std::uint32_t exchange, const std::string& target,
                    const std::string& key, int status);
  /// A connect that is the client's `exchange` on a kept connection and the server's first, with its stream.
  tape& connects_again(double t, std::uint64_t conn, std::uint32_t exchange, const std::string& key);
  enum class ends { both, sent_only, delivered_only };
  tape& event(double t, std::uint64_t conn, const std::string& type, nlohmann::json data,
              ends seen_at = ends::both);
  /// An event without a type of its own that carries a retry field, seen at both ends.
  tape& retries(double t, std::uint64_t conn, int milliseconds);
  tape& heartbeats(double first, double last, std::uint64_t conn, double gap);
  /// One side ends in order and the other sees it.
  tape& ends_by(double t, std::uint64_t conn, wire_end by, const std::string& how = "fin");
  /// The server ends its first response on the connection in order, and leaves the connection open.
  tape& response_ends(double t, std::uint64_t conn);
  /// Both sides see an end that neither made.
  tape& cut(double t, std::uint64_t conn, const std::string& how = "rst");

  /// Dial, request, 200 and the `connected` event, all in one instant.
  tape& connects(double t, std::uint64_t conn, const std::string& agent, const std::string& key,
                 const std::string& instance = "i");
  tape& refused(double t, std::uint64_t conn, const std::string& agent, const std::string& key, int status,
                nlohmann::json more = nullptr);
  tape& command(double t, std::uint64_t conn, const std::string& id, const std::string& name,
                double timeout = 30, ends seen_at = ends::both);
  /// An answer of an agent over a connection of its own.
  tape& responds(double t, std::uint64_t conn, const std::string& agent, const std::string& key,
                 const std::string& id, nlohmann::json body, int status = 200);
  /// A call of an agent to its API server over a connection of its own. `head`: fields of the answer.
  tape& reads(double sent, double received, std::uint64_t conn, const std::string& agent,
              const std::string& target, int status = 200, const std::string& method = "GET",
              nlohmann::json head = nullptr);
  tape& calls(double begun, double ended, const std::string& id, nlohmann::json begun_facts,
              const std::string& command, int status, nlohmann::json answer);
  tape& step(double begun, double ended, const std::string& id, const std::string& name,
             nlohmann::json outcome = {{"ok", true}});
  tape& plans_fault(double t, const std::string& name, const std::string& link);
  tape& fires_fault(double t, const std::string& name, std::uint64_t conn);
  tape& heals_fault(double t, const std::string& name);
  tape& late(double t, double by);

  /// The transcript, ended at `t`. Records are put in order of time, those of one instant as they were added.
  [[nodiscard]] transcript until(double t) const;

 private:
  record& add(double t, record_kind kind);
  void add_both(double t, record_kind kind, std::uint64_t conn, const record& like);
  record header_;
  std::vector<record> records_;
};

/// A gateway, and an agent `prod/0` of team acme/payments that is connected from second 1, with key `k`.
[[nodiscard]] tape connected_tape();

/// What one of the requirement checks makes of a transcript.
enum class opinion { nothing_to_see, fine, broken, unclear };
std::ostream& operator<<(std::ostream& to, opinion one);
/// Runs the check of that name, and no other, and tells what it said of that requirement.
[[nodiscard]] opinion opinion_of(std::string_view check, std::string_view requirement, const transcript& on);

}  // namespace kitfox::conformance
