#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "runtime/clock.hpp"

namespace kitfox::agent {

// Every number that the agent's behaviour hangs on, with the reference value as default. All of them are
// plain values: a deployment may tune them, and a deliberately different agent is made by changing one.

/// Delays between two attempts to reach the gateway. See backoff.hpp for how they combine.
struct backoff_options {
  runtime::duration initial{std::chrono::seconds{1}};  ///< Envelope of the first delay.
  double factor{2.0};                                  ///< Growth of the envelope, >= 1.
  runtime::duration cap{std::chrono::seconds{60}};     ///< The envelope never exceeds it.
  /// A stream healthy for at least this long, counted from `connected`, starts the count anew.
  runtime::duration healthy_after{std::chrono::seconds{30}};
  /// The first delay after an established session is drawn from at least this range.
  runtime::duration session_spread{std::chrono::seconds{5}};
  /// What a gateway may ask for at most (Retry-After, `retry:`, drain).
  runtime::duration floor_max{std::chrono::minutes{5}};
  /// Middle of the delays after 401 or 403; drawn from [half of it, one and a half of it].
  runtime::duration slow_lane{std::chrono::seconds{60}};
};

/// When the agent counts as connected.
enum class ready_on {
  connected_event,  ///< The gateway's `connected` event, as the contract says.
  response_head,    ///< Already a 200 with the right content type.
};

/// Time limits of one attempt and one stream.
struct session_options {
  runtime::duration dial_timeout{std::chrono::seconds{10}};  ///< Name, TCP and TLS together.
  runtime::duration head_timeout{std::chrono::seconds{15}};  ///< From the request to the end of its head.
  /// From the head to the `connected` event, however many other bytes arrive.
  runtime::duration connected_timeout{std::chrono::seconds{45}};
  /// Assumed until `connected` says otherwise; what it says is clamped to [1 s, 5 min].
  runtime::duration heartbeat_interval{std::chrono::seconds{15}};
  /// Silence of this many heartbeat intervals ends the stream; 0: never.
  std::uint32_t watchdog_intervals{3};
  ready_on ready{ready_on::connected_event};
  std::size_t event_bytes_max{1024 * 1024};  ///< One SSE event; over it the stream is dropped.
  /// Time between two `POST /agent/heartbeat` while connected; 0: none are sent.
  runtime::duration heartbeat_post_interval{std::chrono::seconds{60}};
};

/// Bounds on running commands.
struct command_options {
  std::size_t workers{8};
  std::size_t queue_max{64};
  /// From the request to stop until the process ends; commands get it less `answer_reserve`.
  runtime::duration drain_timeout{std::chrono::seconds{25}};
  runtime::duration answer_reserve{std::chrono::seconds{2}};
};

/// What is remembered of answered commands. The oldest go first.
struct idempotency_options {
  std::size_t entries_max{10'000};  ///< 0: nothing is remembered.
  runtime::duration keep{std::chrono::minutes{10}};
  /// Bytes of stored answers; over it the oldest answers go, but their ids stay.
  std::size_t answer_bytes_max{16 * 1024 * 1024};
};

/// Delivery of answers.
struct response_options {
  std::size_t body_bytes_max{1024 * 1024};           ///< A longer result is truncated.
  std::size_t prompt_bytes_max{64 * 1024};           ///< Longer bodies go by a connection of their own.
  std::uint32_t tries_min{3};                        ///< Made even if the deadline passes meanwhile ...
  runtime::duration grace{std::chrono::seconds{5}};  ///< ... but by at most this much.
  std::uint32_t tries_max{1'000};
  runtime::duration try_timeout{std::chrono::seconds{10}};
  /// After this long without a response a post leaves its connection's place to the next one ...
  runtime::duration slow_after{std::chrono::seconds{2}};
  std::size_t slow_connections_max{3};  ///< ... so many at a time, for short and for long bodies each.
  /// How long nothing is posted after a 401, unless the stream is accepted meanwhile.
  runtime::duration key_hold{std::chrono::seconds{60}};
  runtime::duration retry_initial{std::chrono::milliseconds{500}};  ///< Envelope of the first pause.
  runtime::duration retry_cap{std::chrono::seconds{5}};
  std::size_t pending_max{4'096};                   ///< Answers not delivered yet; more are dropped.
  std::size_t pending_bytes_max{16 * 1024 * 1024};  ///< Their bodies.
};

/// The cluster's version and size, which accompany a connect.
struct metadata_options {
  runtime::duration refresh{std::chrono::minutes{10}};      ///< Gathered at most this often.
  runtime::duration startup_wait{std::chrono::seconds{1}};  ///< What the first connect waits for it at most.
  runtime::duration timeout{std::chrono::seconds{10}};      ///< One gathering.
};

/// Bounds on calls to the Kubernetes API.
struct kube_options {
  runtime::duration dial_timeout{std::chrono::seconds{10}};
  std::size_t connections_max{8};       ///< Open at a time.
  std::size_t idle_connections_max{4};  ///< Kept for the next call.
  runtime::duration idle_max{std::chrono::seconds{30}};
  std::size_t page_items{100};    ///< Asked for at a time.
  std::size_t items_max{10'000};  ///< One answer holds; what is left is told by `continue`.
  std::size_t page_bytes_max{16 * 1024 * 1024};
  std::uint32_t restarts_max{2};  ///< After 410 in mid-list.
  std::size_t log_bytes_max{1024 * 1024};
  runtime::duration token_reread{std::chrono::minutes{1}};  ///< A token file is read again after this long.
};

struct agent_policy {
  backoff_options backoff;
  session_options session;
  command_options commands;
  idempotency_options idempotency;
  response_options responses;
  metadata_options metadata;
  kube_options kubernetes;
};

}  // namespace kitfox::agent
