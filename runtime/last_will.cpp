#include "runtime/last_will.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <mutex>

namespace kitfox::runtime {
namespace {

/// Its arguments are the entries; "+entry" adds one, "-entry" drops it.
constexpr const char* script = R"(while IFS= read -r line; do
  case $line in
    +*) set -- "$@" "${line#+}" ;;
    -*) left=$#
        while [ "$left" -gt 0 ]; do
          one=$1; shift; left=$((left - 1))
          [ "$one" = "${line#-}" ] || set -- "$@" "$one"
        done ;;
  esac
done
for one in "$@"; do case $one in group*) kill -KILL -- "-${one#group }" ;; esac; done
for one in "$@"; do case $one in folder*) rm -rf -- "${one#folder }" ;; esac; done
)";

}  // namespace

last_will::last_will() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  std::array<std::string, 3> words{"sh", "-c", script};
  std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
  pid_t shell = -1;
  if (posix_spawn(&shell, "/bin/sh", &files, &attributes, arguments.data(), environ) == 0)
    socket_ = ends[0];
  else
    close(ends[0]);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  close(ends[1]);
}

void last_will::write(const std::string& line) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock{one_at_a_time};
  static const last_will will;
  if (will.socket_ < 0) return;
  const std::string bytes = line + "\n";
  // The shell may be gone, which is no reason to end here.
  const auto sent = send(will.socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  static_cast<void>(sent);
}

void last_will::add_group(int id) { write("+group " + std::to_string(id)); }
void last_will::drop_group(int id) { write("-group " + std::to_string(id)); }
void last_will::add_folder(const std::filesystem::path& path) { write("+folder " + path.string()); }
void last_will::drop_folder(const std::filesystem::path& path) { write("-folder " + path.string()); }

}  // namespace kitfox::runtime
