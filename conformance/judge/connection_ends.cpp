// Who ended a connection, and when either side knew.
#include <algorithm>

#include "conformance/judge/evidence.hpp"

namespace kitfox::conformance {
namespace {

std::optional<instant> earlier(std::optional<instant> a, std::optional<instant> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}  // namespace

std::optional<instant> connection::over_for_client() const {
  return earlier(ended_by_client, end_seen_by_client);
}
std::optional<instant> connection::over_for_server() const {
  return earlier(ended_by_server, end_seen_by_server);
}

connection connection::continued_at(instant t) const {
  connection out;
  out.id = id;
  out.link = link;
  out.from = from;
  out.to = to;
  out.by = by;
  out.dialled_at = t;
  out.dial_ended = t;
  out.answer = answer;
  if (tls_ended) out.tls_ended = t;
  out.first_fault = first_fault;
  return out;
}

void connection::note_end(wire_end at, end_role what, instant t) {
  const bool client = at == wire_end::client;
  auto& slot = what == end_role::sent ? (client ? ended_by_client : ended_by_server)
                                      : (client ? end_seen_by_client : end_seen_by_server);
  if (slot) return;
  if (!client && what == end_role::sent) server_was_first = !ended_by_client && !end_seen_by_server;
  slot = t;
}

bool connection::ended_by_server_first() const { return ended_by_server && server_was_first; }

}  // namespace kitfox::conformance
