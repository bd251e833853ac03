#pragma once
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::conformance {

/// Nanoseconds since the start of the run, on the world's clock.
using instant = std::int64_t;

/// What a black-box observer saw. The names in transcripts are those of `to_string`.
enum class record_kind {
  header,          ///< First line: format, case, world, topology, expectations.
  node_started,    ///< `node`; `more`: {kind, cluster}.
  node_exited,     ///< `node`, `status` = exit code, `name` = "exit" or the signal.
  node_signalled,  ///< The harness did `name` (stop, kill, pause, resume) to `node`.
  log,             ///< A log line of `node` that the specification demands: `name`, `more` = its fields.
  dial,            ///< A client dialled over `link`.
  dialled,         ///< The dial ended as `name`: proceed, refuse, hang, unreachable, given_up.
  tls,             ///< The handshake ended; `name` is empty or the failure.
  end_sent,        ///< `at` ended its side: `name` = fin or rst.
  end_delivered,   ///< `at` was shown the end; `more`: bytes and times of the direction.
  http_request,    ///< Seen at end `at`: `name` = method, `target`, `key`, `text` = body.
  http_response,   ///< Seen at end `at`: `status`, `target` of its request, `text` = body, `more` = headers
                   ///< that matter.
  http_end,        ///< A streamed response ended in order.
  http_malformed,  ///< Bytes that are not HTTP/1.1: `name` says why.
  sse_event,  ///< `name` = type, `id`, `text` = data; or a field that counts without an event, by its name:
              ///< retry, or id with what it was set to.
  sse_quiet,  ///< A run of heartbeats and comments: `count`, first and last time, `gap_max`.
  fault_planned,  ///< `name` = fault as planned, `link`, `more` = parameters.
  fault_fired,    ///< `name`, `conn`, `more`: what, offset, planned.
  fault_healed,   ///< `name`.
  step_begun,     ///< A step of the scenario: `name` = verb, `id` = its number, `more` = its parameters.
  step_ended,     ///< `name`, `id`; `more`: outcome.
  call_begun,     ///< A caller asks: `name` = command, `id` = call number; `more`: tenant, cluster, params.
  call_ended,     ///< Its answer: `status` = HTTP, `id`; `more`: ok, error_code, result; expectation.
  lateness,       ///< The harness itself was late by `count` nanoseconds.
  footer,         ///< Last line: `name` = how the run ended, trace hash, counts.
};
inline constexpr std::size_t record_kinds = static_cast<std::size_t>(record_kind::footer) + 1;

[[nodiscard]] std::string_view to_string(record_kind kind) noexcept;
[[nodiscard]] std::optional<record_kind> parse_record_kind(std::string_view text) noexcept;

/// The end of a connection at which something was seen.
enum class wire_end { client, server };

/// One line of a transcript. Which members mean something depends on `kind`; the others are empty and not
/// written.
struct record {
  instant t = 0;
  record_kind kind = record_kind::header;
  std::uint64_t conn = 0;  ///< Connection, unique in a run; 0: none.
  wire_end at = wire_end::client;
  std::uint32_t exchange = 0;  ///< Number of the request on its connection, from 1.
  int status = 0;
  std::string node, link, name, target, id, key, text;
  std::uint64_t count = 0;
  instant first = 0, last = 0, gap_max = 0;
  std::vector<std::string> canaries;  ///< Tenants' canaries in the whole body, also beyond its cap.
  nlohmann::json more;                ///< null, or an object.

  /// `more`, or an empty object where there is none.
  [[nodiscard]] const nlohmann::json& facts() const noexcept;
};

/// One line of JSON, without the line end. Bytes that are not UTF-8 are written as U+FFFD.
[[nodiscard]] std::string print_record(const record& one);
/// Empty when the line is not a record; `why` then says what is wrong with it.
[[nodiscard]] std::optional<record> parse_record(std::string_view line, std::string& why);

}  // namespace kitfox::conformance
