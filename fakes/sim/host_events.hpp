#pragma once
#include "fakes/sim/scheduler.hpp"
#include "runtime/event_sink.hpp"

namespace kitfox::sim {

/// Passes the events of one host on until it is killed, and puts them into the trace.
class host_events final : public runtime::event_sink {
 public:
  host_events(scheduler& time, const node& where, runtime::event_sink* to)
      : time_{time}, where_{where}, to_{to} {}
  void emit(runtime::severity level, std::string_view event,
            std::span<const runtime::event_field> fields) override;

 private:
  scheduler& time_;
  const node& where_;
  runtime::event_sink* to_;
};

}  // namespace kitfox::sim
