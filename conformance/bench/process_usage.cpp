#include "conformance/bench/process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/system/errc.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace kitfox::conformance {
namespace {

runtime::duration span_of(const timeval& time) {
  return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}

}  // namespace

runtime::result<process_usage> read_process_usage(int pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::ifstream status{folder + "/status"}, stat{folder + "/stat"};
  if (!status || !stat) return make_error_code(boost::system::errc::no_such_process);
  process_usage out;
  std::string line;
  bool has_memory = false;
  while (std::getline(status, line)) {
    if (!line.starts_with("VmRSS:")) continue;
    out.resident_bytes = std::stoull(line.substr(6)) * 1024;
    has_memory = true;
  }
  std::getline(stat, line);
  // The name in parentheses may hold blanks; utime and stime are fields 14 and 15, the state is field 3.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos || !has_memory) return make_error_code(boost::system::errc::io_error);
  std::istringstream fields{line.substr(name_end + 1)};
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::uint64_t user = 0, system = 0;
  if (!(fields >> user >> system)) return make_error_code(boost::system::errc::io_error);
  out.cpu = std::chrono::nanoseconds{std::chrono::seconds{1}} * static_cast<std::int64_t>(user + system) /
            sysconf(_SC_CLK_TCK);
  std::error_code unreadable;
  for (std::filesystem::directory_iterator at{folder + "/fd", unreadable}, end; !unreadable && at != end;
       at.increment(unreadable))
    ++out.descriptors;
  if (unreadable) return make_error_code(boost::system::errc::io_error);
  return out;
}

runtime::duration own_cpu() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return span_of(used.ru_utime) + span_of(used.ru_stime);
}

}  // namespace kitfox::conformance
