#include "conformance/world/folder_watch.hpp"

#include <sys/inotify.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>

namespace kitfox::conformance {

namespace asio = runtime::asio;

struct folder_watch::state {
  explicit state(runtime::host& on) : events{on.executor()} {}
  asio::posix::stream_descriptor events;
  on_change changes;

  void take(std::string_view bytes) {
    while (bytes.size() >= sizeof(inotify_event)) {
      inotify_event one{};
      std::memcpy(&one, bytes.data(), sizeof one);
      if (bytes.size() < sizeof one + one.len) return;
      std::string_view name = bytes.substr(sizeof one, one.len);
      name = name.substr(0, name.find('\0'));
      changes(name, (one.mask & (IN_CREATE | IN_MOVED_TO)) != 0);
      bytes.remove_prefix(sizeof one + one.len);
    }
  }
};

folder_watch::folder_watch(std::unique_ptr<state> owned) : state_{std::move(owned)} {}
folder_watch::~folder_watch() = default;

runtime::result<std::unique_ptr<folder_watch>> folder_watch::open(runtime::host& on,
                                                                  const std::filesystem::path& folder,
                                                                  on_change changes) {
  const auto last_error = [] { return runtime::error_code{errno, boost::system::system_category()}; };
  auto owned = std::make_unique<state>(on);
  const int descriptor = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (descriptor < 0) return last_error();
  owned->events.assign(descriptor);
  owned->changes = std::move(changes);
  if (inotify_add_watch(descriptor, folder.c_str(), IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM) < 0)
    return last_error();
  return std::unique_ptr<folder_watch>{new folder_watch{std::move(owned)}};
}

runtime::task<void> folder_watch::run() {
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto [failure, size] =
        co_await state_->events.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (failure) co_return;
    state_->take({buffer.data(), size});
  }
}

}  // namespace kitfox::conformance
