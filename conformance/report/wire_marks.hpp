#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "conformance/transcript/transcript.hpp"

namespace kitfox::conformance {

/// Where in a transcript something stands; `nowhere` where it is not to be found.
using record_index = std::size_t;
inline constexpr record_index nowhere = static_cast<record_index>(-1);

/// One connection, told by the records that made it.
struct connection_marks {
  std::uint64_t id = 0;
  std::string from, to;
  record_index dialled = nowhere;    ///< The client began.
  record_index open = nowhere;       ///< The handshake was through, or the dial where there is none.
  record_index connected = nowhere;  ///< The event `connected` reached the client: it is a stream.
  record_index over = nowhere;       ///< The client knew or decided that it was over.
  std::string how;                   ///< fin, rst, refuse, hang, "TLS: ...": the way it ended.
  int status = 0;                    ///< Of the first answer.
  bool is_stream = false;            ///< GET .../agent/connect was asked on it.
};

/// One request and its answer at both ends.
struct exchange_marks {
  record_index sent = nowhere, arrived = nowhere, answered = nowhere, received = nowhere;
};

/// A span of records: of a process, a fault, a step, a call.
struct span_marks {
  std::string name, detail;
  record_index from = nowhere, until = nowhere;
  std::vector<record_index> firings;  ///< Of a fault.
  bool is_good = true;                ///< Of a step or call: it came to what was wanted, as far as it says.
};

/// The transcript by what is drawn of it, each told by indexes of records. Pure.
struct wire_marks {
  explicit wire_marks(const transcript& of);
  std::vector<connection_marks> connections;
  std::map<std::pair<std::uint64_t, std::uint32_t>, exchange_marks> exchanges;
  std::vector<span_marks> lives;   ///< Of processes; `name` is the node, `detail` how it ended.
  std::vector<span_marks> faults;  ///< `detail` is the link.
  std::vector<span_marks> steps;
  std::vector<span_marks> calls;  ///< `detail` is the outcome.
  std::vector<record_index> signals, late;
};

}  // namespace kitfox::conformance
