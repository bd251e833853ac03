#pragma once
#include <array>
#include <deque>

#include "fakes/fault/path.hpp"

namespace kitfox::sim {

struct straight_path_options {
  runtime::duration latency{};              ///< One way; a dial takes two.
  std::uint64_t rate_bytes_per_second = 0;  ///< Of each direction; 0: unlimited.
  std::size_t window_bytes = 64 * 1024;     ///< Bytes on the way in each direction at most.
};

/// A path without faults: constant latency and rate, in order. Used for connections of a host to itself, and
/// wherever the simulation was given no path_source.
class straight_path final : public fault::path {
 public:
  explicit straight_path(straight_path_options options) : options_{options} {}
  dial_decision on_dial(runtime::mono_time now) override;
  fault::tls_answer on_tls(runtime::mono_time now) override;
  void on_bytes(fault::side from, std::string_view bytes, runtime::mono_time now) override;
  void on_end(fault::side from, fault::end_kind how, runtime::mono_time now) override;
  void on_timer(runtime::mono_time now) override;
  std::optional<runtime::mono_time> next_timer() const override;
  std::optional<fault::path_action> next_action() override;
  std::size_t held(fault::side from) const override;
  std::size_t window_bytes() const override { return options_.window_bytes; }

 private:
  struct parcel {
    runtime::mono_time due;
    fault::path_action action;
  };
  struct direction {
    std::deque<parcel> under_way;
    runtime::mono_time line_free{};  ///< When the last byte has left at the given rate.
    std::size_t held_bytes = 0;
  };
  static std::size_t index(fault::side from) { return from == fault::side::client ? 0 : 1; }
  straight_path_options options_;
  std::array<direction, 2> directions_;
  runtime::mono_time now_{};
};

}  // namespace kitfox::sim
