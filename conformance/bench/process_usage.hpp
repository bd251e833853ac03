#pragma once
#include <cstdint>

#include "runtime/clock.hpp"
#include "runtime/outcome.hpp"

namespace kitfox::conformance {

/// What a process has taken of the machine.
struct process_usage {
  std::uint64_t resident_bytes = 0;  ///< Now: VmRSS of /proc/PID/status.
  std::uint64_t descriptors = 0;     ///< Open now: entries of /proc/PID/fd.
  runtime::duration cpu{0};          ///< Since its start, all threads, user and system, in ticks of 10 ms.
};

/// Errors: no_such_process once it has ended and was waited for; io_error for a /proc of another shape.
[[nodiscard]] runtime::result<process_usage> read_process_usage(int pid);
/// Of this process, in microseconds (getrusage(2)).
[[nodiscard]] runtime::duration own_cpu();

}  // namespace kitfox::conformance
