#pragma once
#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/sse_decoder.hpp"

namespace kitfox::protocol::test {

/// An event as a test expects it.
struct seen_event {
  std::string data;
  std::string type{"message"};
  std::string id{};
  bool operator==(const seen_event&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const seen_event& event) {
  return out << "{type " << testing::PrintToString(event.type) << ", id " << testing::PrintToString(event.id)
             << ", data " << testing::PrintToString(event.data) << '}';
}

/// Copies what a decoder finds.
struct recorder : sse_sink {
  std::vector<seen_event> events;
  std::vector<std::string> comments;
  void on_event(const sse_event& event) override {
    events.push_back({std::string{event.data}, std::string{event.type}, std::string{event.id}});
  }
  void on_comment(std::string_view text) override { comments.emplace_back(text); }
};

/// All that one stream leaves behind.
struct outcome {
  std::vector<seen_event> events;
  std::vector<std::string> comments;
  std::string last_id;
  std::optional<std::chrono::milliseconds> retry;
  error_code error;
  bool operator==(const outcome&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const outcome& seen) {
  return out << "events " << testing::PrintToString(seen.events) << ", comments "
             << testing::PrintToString(seen.comments) << ", id " << testing::PrintToString(seen.last_id)
             << ", retry " << (seen.retry ? seen.retry->count() : -1) << ", " << seen.error.message();
}

/// Decodes `bytes` cut at the given offsets (ascending), each chunk in memory of its own, so that a view kept
/// too long reads freed memory.
inline outcome decode_cut(std::string_view bytes, const std::vector<std::size_t>& cuts,
                          sse_limits limits = {}) {
  sse_decoder decoder{limits};
  recorder sink;
  outcome seen;
  std::size_t begin = 0;
  for (std::size_t index = 0; index <= cuts.size() && !seen.error; ++index) {
    const std::size_t end = index < cuts.size() ? cuts[index] : bytes.size();
    const std::vector<char> chunk(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                                  bytes.begin() + static_cast<std::ptrdiff_t>(end));
    seen.error = decoder.feed({chunk.data(), chunk.size()}, sink);
    begin = end;
  }
  seen.events = std::move(sink.events);
  seen.comments = std::move(sink.comments);
  seen.last_id = decoder.last_event_id();
  seen.retry = decoder.retry();
  return seen;
}

inline outcome decode_in_chunks(std::string_view bytes, std::size_t chunk_size, sse_limits limits = {}) {
  std::vector<std::size_t> cuts;
  for (std::size_t at = chunk_size; at < bytes.size(); at += chunk_size) cuts.push_back(at);
  return decode_cut(bytes, cuts, limits);
}

/// Decodes `bytes` whole, and checks that every single cut and chunks of 1, 2 and 3 bytes leave the same
/// behind.
inline outcome decode_every_way(std::string_view bytes, sse_limits limits = {}) {
  const outcome whole = decode_cut(bytes, {}, limits);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut)
    EXPECT_EQ(decode_cut(bytes, {cut}, limits), whole) << "cut at " << cut;
  for (const std::size_t chunk_size : {1U, 2U, 3U})
    EXPECT_EQ(decode_in_chunks(bytes, chunk_size, limits), whole) << "chunks of " << chunk_size;
  return whole;
}

/// The events of a stream, decoded every way.
inline std::vector<seen_event> events_of(std::string_view bytes) { return decode_every_way(bytes).events; }

using events = std::vector<seen_event>;

}  // namespace kitfox::protocol::test
