#pragma once
#include <array>
#include <deque>
#include <memory>
#include <set>
#include <string>

#include "fakes/fault/path.hpp"
#include "runtime/host.hpp"
#include "runtime/notifier.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::fault {

class relay;

/// Carries bytes between two streams through a path: what it decides is done at once, in order, at its times.
/// Both streams are shown ends and resets separately, so a half-close stays one.
class relay_pump {
 public:
  relay_pump(relay& of, wire_observer::connection name, path& through, runtime::byte_stream& client,
             runtime::byte_stream& server);

  /// Until both ends are through with each other, or stop(), or cancellation.
  [[nodiscard]] runtime::task<void> run();
  void on_path_changed();
  void stop();

 private:
  struct end {
    explicit end(runtime::byte_stream& of, const runtime::asio::any_io_executor& executor)
        : stream{of}, out_changed{executor}, room{executor} {}
    runtime::byte_stream& stream;
    std::deque<std::string> out;  ///< To be written.
    std::size_t out_bytes = 0;
    bool out_ends = false;   ///< FIN after the last of them.
    bool read_done = false;  ///< Nothing more will come from this end.
    bool write_done = false;
    runtime::notifier out_changed;
    runtime::notifier room;  ///< Told when more may be read from this end.
  };
  [[nodiscard]] end& at(side one) noexcept { return one == side::client ? client_ : server_; }
  [[nodiscard]] runtime::task<void> read_from(side one);
  [[nodiscard]] runtime::task<void> write_to(side one);
  [[nodiscard]] runtime::task<void> sleep_until(runtime::mono_time when);
  [[nodiscard]] runtime::task<void> linger();
  [[nodiscard]] bool may_read(side from);
  void carry_out();
  void carry_out(path_action action);
  void reset(side to);
  void lost(side one);
  void arm();
  void check_over();
  void count(side from, std::size_t bytes, bool received);
  [[nodiscard]] runtime::mono_time now() const;

  relay& of_;
  wire_observer::connection name_;
  path& path_;
  end client_, server_;
  bool over_ = false;
  bool lingering_ = false;
  std::multiset<runtime::mono_time> sleeping_;  ///< When the path's timer is looked at again.
  runtime::notifier ended_;
  runtime::task_group tasks_;
};

}  // namespace kitfox::fault
