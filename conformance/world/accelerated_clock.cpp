#include "conformance/world/accelerated_clock.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace kitfox::conformance {
namespace {

namespace fs = std::filesystem;

bool maps(const fs::path& process, const std::string& name) {
  std::ifstream in{process / "maps"};
  for (std::string line; std::getline(in, line);)
    if (line.ends_with("/" + name)) return true;
  return false;
}

}  // namespace

void add_clock(const subject_program& what, const acceleration& faster, const runtime::clock_pace& pace,
               runtime::wall_time now, runtime::child_options& to) {
  if (!faster.is_any()) return;
  if (what.is_reference()) {
    to.environment.emplace_back(runtime::clock_pace_variable, runtime::print_clock_pace(pace));
    return;
  }
  // libfaketime counts from the start of the process, and knows the real time alone.
  const runtime::duration real = (now - pace.since) / pace.times;
  const double ahead = runtime::in_seconds(now - pace.since - real);
  to.environment.emplace_back("LD_PRELOAD", faster.library);
  to.environment.emplace_back("FAKETIME", fmt::format("+{:.6f} x{}", ahead, faster.times));
}

bool group_has_loaded(int leader, const std::string& library) {
  const std::string name = fs::path{library}.filename().string();
  std::error_code failure;
  for (const auto& one : fs::directory_iterator{"/proc", failure}) {
    const std::string number = one.path().filename().string();
    if (number.find_first_not_of("0123456789") != std::string::npos) continue;
    if (getpgid(std::atoi(number.c_str())) == leader && maps(one.path(), name)) return true;
  }
  return false;
}

std::string find_libfaketime() {
  // The library for programs with threads; the other stops at the first that a thread starts.
  constexpr const char* name = "libfaketimeMT.so.1";
  if (const char* const named = std::getenv("KITFOX_LIBFAKETIME"))
    return fs::is_regular_file(named) ? named : std::string{};
  std::error_code failure;
  std::vector<fs::path> folders{"/usr/lib/faketime", "/usr/lib64/faketime", "/usr/local/lib/faketime"};
  for (const auto& one : fs::directory_iterator{"/usr/lib", failure})
    if (one.path().filename().string().find("-linux-") != std::string::npos)
      folders.push_back(one.path() / "faketime");
  std::ranges::sort(folders);
  for (const fs::path& folder : folders)
    if (fs::is_regular_file(folder / name, failure)) return (folder / name).string();
  return {};
}

}  // namespace kitfox::conformance
