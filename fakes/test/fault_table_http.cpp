#include "fakes/test/fault_bench.hpp"

namespace kitfox::test {
namespace {

using namespace std::chrono_literals;
using order = fault_case::order;

const std::string plain_request = "GET / HTTP/1.1\r\nHost: g\r\n\r\n";
const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
const std::string stream_head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
const std::string event_a = "event: a\ndata: 1\n\n", event_b = "event: b\ndata: 2\n\n";

/// A request, and "ok" as its answer.
fault_case exchange_with(std::string name, std::string kind, std::string json, std::string client_sees) {
  return {.name = std::move(name),
          .kind = std::move(kind),
          .json = std::move(json),
          .client_sends = plain_request,
          .server_sends = head + "ok",
          .sending = order::in_turn,
          .client_sees = std::move(client_sees),
          .server_sees = plain_request + "|open"};
}

fault_case stall_that_heals(std::string name, std::string json, std::string client_sees) {
  fault_case one = exchange_with(std::move(name), "stall", std::move(json), std::move(client_sees));
  one.client_sees_healed = head + "ok|open";
  return one;
}

/// A request that the server never sees.
fault_case answered(std::string name, std::string kind, std::string json, std::string client_sees) {
  return {.name = std::move(name),
          .kind = std::move(kind),
          .json = std::move(json),
          .client_sends = plain_request,
          .client_sees = std::move(client_sees)};
}

/// A request, and a stream of `events` as its answer.
fault_case stream_with(std::string name, std::string kind, std::string json, std::string events,
                       std::string client_sees) {
  fault_case one =
      exchange_with(std::move(name), std::move(kind), std::move(json), stream_head + std::move(client_sees));
  one.server_sends = stream_head + std::move(events);
  return one;
}

std::string chunk_of(const std::string& event) { return "12\r\n" + event + "\r\n"; }

/// Two streams on one connection: the second greets, and then tells what the first has told.
fault_case replay_on_one_connection() {
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string last = "0\r\n\r\n";
  fault_case one = exchange_with("SseReplay", "sse_replay", "{}", "");
  one.client_sends = plain_request + plain_request;
  one.server_sends = chunked + chunk_of(event_a) + last + chunked + chunk_of(event_b) + last;
  one.client_sees =
      chunked + chunk_of(event_a) + last + chunked + chunk_of(event_b) + chunk_of(event_a) + last + "|open";
  one.server_sees = plain_request + plain_request + "|open";
  return one;
}

}  // namespace

std::vector<fault_case> http_cases() {
  const std::string interim = "HTTP/1.1 103 Interim\r\nLink: </style.css>; rel=preload\r\n\r\n";
  fault_case lost = exchange_with("LoseResponse", "lose_response", "{}", "|rst");
  lost.server_sees = plain_request + "|rst";
  fault_case cut = exchange_with("Truncate", "truncate", R"({"bytes": 1})", head + "o|fin");
  cut.server_sees = plain_request + "|fin";
  fault_case twice = exchange_with("DuplicateRequest", "duplicate_request", "{}", head + "ok|open");
  twice.server_sends = head + "ok" + head + "no";
  twice.server_sees = plain_request + plain_request + "|open";
  fault_case drops = exchange_with("Drip", "drip", R"({"every": "30ms"})", head + "ok|open");
  drops.takes_at_least = 30ms;
  fault_case buffered = exchange_with("Buffer", "buffer", R"({"timeout": "30ms"})", head + "o|open");
  buffered.server_sends = head + "o";
  buffered.takes_at_least = 30ms;
  return {
      stall_that_heals("StallBeforeHeaders", R"({"at": "before_headers"})", "|open"),
      stall_that_heals("StallAfterHeaders", R"({"at": "after_headers"})", head + "|open"),
      stall_that_heals("StallMidBody", R"({"at": "mid_body", "bytes": 1})", head + "o|open"),
      lost,
      cut,
      twice,
      drops,
      buffered,
      exchange_with("ContentLength", "content_length", R"({"change": 3})",
                    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok|open"),
      exchange_with("Interim", "interim", R"({"code": 103, "times": 2})",
                    interim + interim + head + "ok|open"),
      answered("Status", "status", R"({"code": 503, "retry_after": "5s", "body": "no"})",
               "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Type: application/json\r\n"
               "Content-Length: 2\r\n\r\nno|open"),
      answered("Redirect", "redirect", R"({"location": "/b"})",
               "HTTP/1.1 307 Temporary Redirect\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n|open"),
  };
}

std::vector<fault_case> sse_cases() {
  fault_case split =
      stream_with("SseSplit", "sse_split", R"({"at": 5, "delay": "30ms"})", event_a, event_a + "|open");
  split.takes_at_least = 30ms;
  fault_case cut = stream_with("SseTruncate", "sse_truncate", R"({"bytes": 9})", event_a, "event: a\n|fin");
  cut.server_sees = plain_request + "|fin";
  fault_case silent = stream_with("SseSilence", "sse_silence", R"({"what": "data"})", event_a, "|open");
  silent.client_sees_healed = stream_head + event_a + "|open";
  fault_case mistyped = stream_with("SseWrongType", "sse_wrong_type", "{}", event_a, "");
  mistyped.client_sees = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + event_a + "|open";
  return {
      split,
      cut,
      silent,
      mistyped,
      replay_on_one_connection(),
      stream_with("SseDuplicate", "sse_duplicate", "{}", event_a, event_a + event_a + "|open"),
      stream_with("SseDrop", "sse_drop", R"({"event": 1})", event_a + event_b, event_b + "|open"),
      stream_with("SseReorder", "sse_reorder", R"({"event": 1})", event_a + event_b,
                  event_b + event_a + "|open"),
      stream_with("SseCorrupt", "sse_corrupt", "{}", event_a, "event: a\ndata: ~\n\n|open"),
      stream_with("SsePad", "sse_pad", R"({"bytes": 4})", event_a, ":xxxx\n" + event_a + "|open"),
      stream_with("SseInsert", "sse_insert", R"({"bytes": ":%0D%0A"})", event_a, ":\r\n" + event_a + "|open"),
      stream_with("SseRewrite", "sse_rewrite", R"({"as": "crlf"})", "event: a\ndata: 1\n\n",
                  "event: a\r\ndata: 1\r\n\r\n|open"),
      stream_with("SseSetRetry", "sse_set_retry", R"({"value": "5"})", event_a,
                  "retry: 5\n" + event_a + "|open"),
  };
}

}  // namespace kitfox::test
