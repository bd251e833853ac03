#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/mutants/rewired_host.hpp"
#include "gateway/options.hpp"

namespace kitfox::conformance {

/// The two listeners of a gateway.
enum class door { agents, callers };

class watched_stream;

/// A gateway's connections at one of its two listeners are made to be of class Stream, which is given the
/// connection and this.
class gateway_rewiring : public rewiring {
 public:
  gateway_rewiring(runtime::host& on, const gateway::gateway_options& of) : on_{on}, options_{of} {}
  [[nodiscard]] runtime::host& on() noexcept { return on_; }
  [[nodiscard]] const std::vector<gateway::caller_credential>& callers() const noexcept {
    return options_.callers;
  }
  [[nodiscard]] door door_at(const runtime::endpoint& at) const {
    return at.port == options_.agent_listen.port ? door::agents : door::callers;
  }
  bool on_event(std::string_view event, std::span<const runtime::event_field>) override {
    draining_ = draining_ || event == "draining";
    lost_a_stream_ = lost_a_stream_ || event == "agent_disconnected";
    return true;
  }
  [[nodiscard]] bool draining() const noexcept { return draining_; }
  /// When the next of what takes turns may go, if each takes `turn`.
  [[nodiscard]] runtime::duration wait_for_turn(runtime::duration turn) {
    const runtime::mono_time now = on_.clock().now();
    next_turn_ = std::max(next_turn_, now) + turn;
    return next_turn_ - now;
  }
  [[nodiscard]] bool lost_a_stream() const noexcept { return lost_a_stream_; }
  std::vector<watched_stream*> open_streams;  ///< Of those that watch themselves, oldest first.

 private:
  runtime::host& on_;
  const gateway::gateway_options options_;
  runtime::mono_time next_turn_{};
  bool draining_ = false, lost_a_stream_ = false;
};

template <door At, class Stream>
class rewired_door final : public gateway_rewiring {
 public:
  using gateway_rewiring::gateway_rewiring;
  std::unique_ptr<runtime::byte_stream> on_accepted(const runtime::endpoint& at,
                                                    std::unique_ptr<runtime::byte_stream> inner) override {
    if (door_at(at) != At) return inner;
    return std::make_unique<Stream>(std::move(inner), *this);
  }
};

/// Puts streams of class Stream in place of the connections at one door.
template <door At, class Stream>
std::unique_ptr<runtime::host> around_door(runtime::host& inner, const gateway::gateway_options& of) {
  return std::make_unique<rewired_host>(inner, std::make_unique<rewired_door<At, Stream>>(inner, of));
}

/// A gateway's connection whose bytes are changed in passing.
class gateway_stream : public edited_stream {
 public:
  gateway_stream(std::unique_ptr<runtime::byte_stream> inner, gateway_rewiring& of)
      : edited_stream{std::move(inner), of.on().clock()}, of_{of} {}

 protected:
  gateway_rewiring& of_;
};

/// What begins an agent's stream.
[[nodiscard]] inline bool opens_stream(std::string_view written) {
  return written.starts_with("HTTP/1.1 200") && written.find("text/event-stream") != std::string_view::npos;
}

}  // namespace kitfox::conformance
