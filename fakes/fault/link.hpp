#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/fault/errc.hpp"
#include "fakes/fault/path.hpp"
#include "fakes/fault/registry.hpp"
#include "runtime/entropy.hpp"

namespace kitfox::fault {

class path_chain;
struct active_fault;

/// What a link does to every connection without any fault.
struct link_properties {
  runtime::duration latency{};  ///< One way; a dial takes twice as much.
  runtime::duration jitter{};   ///< Each chunk takes latency +- jitter, in order. At most `latency`.
  std::uint64_t rate_bytes_per_second = 0;  ///< Each direction of each connection; 0: unlimited.
  std::size_t window_bytes = 256 * 1024;    ///< What one direction of a connection holds at most.
};

/// Names one fault that was added to a link.
enum class fault_id : std::uint64_t {};

/// Everything that all connections from one node to another share: the properties of the wire between them
/// and the faults on it. Faults may come and go at any time, and act on established connections too. Without
/// I/O: drivers open a path for each connection and carry out its actions. Not thread-safe. Outlives its
/// paths.
class link {
 public:
  struct options {
    std::string name;  ///< "prod-us-east-1/0->gateway"
    link_properties properties;
    /// Called after every add() and remove(), once all paths were told: what concerns future dials may
    /// differ.
    std::function<void()> faults_changed{};
    std::size_t unfired_names_max = 4096;  ///< Names kept of removed faults that never fired.
  };
  /// Called with a connection id after add() or remove() touched its path: the driver must drain
  /// next_action() and ask next_timer() again, from its own executor or at once.
  using changed_callback = std::function<void(std::uint64_t connection_id)>;

  /// Derives what it draws from `random.child("link/" + name)`. `firings`, if given, must outlive the link.
  link(options settings, const runtime::entropy& random, firing_observer* firings, changed_callback changed);
  ~link();
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  /// A new connection, which counts as the next one of the link; `connection_id` is what firings show. Call
  /// on_dial() on the path next.
  [[nodiscard]] std::unique_ptr<path> open(std::uint64_t connection_id);

  /// Puts a fault on the link, behind those that are on it. Errors: errc::name_taken.
  [[nodiscard]] result<fault_id> add(planned_fault plan, runtime::mono_time now);
  /// Heals it: what it held goes on, in order, unless it is a fault that survives that. Errors:
  /// errc::no_such_fault.
  error_code remove(fault_id id, runtime::mono_time now);
  /// Changes a fault in its place: its order, its counters and what chance decided for each connection stay,
  /// nothing is healed, and connections that the change still takes go on. `plan` has the same name and kind.
  /// Errors: errc::no_such_fault.
  error_code replace(fault_id id, planned_fault plan, runtime::mono_time now);
  /// Removes every fault.
  void remove_all(runtime::mono_time now);
  [[nodiscard]] std::size_t faults() const noexcept { return faults_.size(); }
  /// Changes the wire itself: later chunks and dials follow the new properties.
  void set_properties(const link_properties& properties, runtime::mono_time now);

  /// True while a fault refuses every dial, so that a real listener may close instead of accepting.
  [[nodiscard]] bool refuses_every_dial() const;
  /// Tell it whenever a listener is closed for that: each fault that refuses every dial has fired then, on no
  /// connection, and is recorded once.
  void on_listener_closed(runtime::mono_time now);
  /// Names of the faults added so far that have not fired: removed ones first, each group in order. A fault
  /// still on the link may fire yet. A name that was added again counts as the new fault alone.
  [[nodiscard]] std::vector<std::string> never_fired() const;
  /// Forgets the removed faults that never fired.
  void forget_unfired() noexcept { unfired_.clear(); }
  [[nodiscard]] const std::string& name() const noexcept { return settings_.name; }

  /// Connections opened so far.
  [[nodiscard]] std::uint64_t connections() const noexcept { return connections_; }

 private:
  friend class path_chain;
  friend class fault_context;
  void forget(path_chain& chain) noexcept;
  void tell_changed(const std::vector<std::uint64_t>& touched);

  options settings_;
  std::unique_ptr<runtime::entropy> random_;
  firing_observer* firings_;
  changed_callback changed_;
  // owners: the link while the fault is on it, and every stage that still works for it
  std::vector<std::shared_ptr<active_fault>> faults_;
  std::map<std::uint64_t, path_chain*> open_;  ///< By number of the connection on this link.
  std::uint64_t connections_ = 0;
  std::uint64_t faults_added_ = 0;
  std::vector<std::string> unfired_;
};

}  // namespace kitfox::fault
