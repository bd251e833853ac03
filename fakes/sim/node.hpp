#pragma once
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fakes/sim/handler.hpp"
#include "fakes/sim/ring.hpp"

namespace kitfox::sim {

class scheduler;
class leaf;

/// What the scheduler knows of one process: its queue of handlers, its tasks and the operations they wait
/// for. Lives as long as the scheduler, so that executors may refer to it for ever.
struct node {
  enum class state { running, paused, killed };
  struct root {
    std::string name;
    boost::asio::cancellation_signal* stop = nullptr;
  };

  scheduler* owner = nullptr;
  std::string label;         ///< "gateway#2"
  std::uint32_t number = 0;  ///< In order of starting; 0: the world itself.
  state now = state::running;
  ring<handler> ready;
  std::uint64_t steps = 0;  ///< Handlers run so far.
  bool listed = false;      ///< Seeded order: in the scheduler's list of nodes with ready handlers.
  std::map<std::uint64_t, root> tasks;
  leaf* first_leaf = nullptr;
  leaf* last_leaf = nullptr;

  [[nodiscard]] std::vector<std::string> task_names() const {
    std::vector<std::string> names;
    for (const auto& [id, one] : tasks) names.push_back(one.name);
    return names;
  }
};

/// One operation of a node that a coroutine waits for, so that killing the node can end it.
class leaf {
 public:
  leaf() = default;
  leaf(const leaf&) = delete;
  leaf& operator=(const leaf&) = delete;
  /// Ends the wait with errc::cancelled.
  virtual void abandon() = 0;

 protected:
  ~leaf() = default;
  void link(node& where) noexcept {
    where_ = &where;
    previous_ = where.last_leaf;
    next_ = nullptr;
    (previous_ != nullptr ? previous_->next_ : where.first_leaf) = this;
    where.last_leaf = this;
  }
  void unlink() noexcept {
    if (where_ == nullptr) return;
    (previous_ != nullptr ? previous_->next_ : where_->first_leaf) = next_;
    (next_ != nullptr ? next_->previous_ : where_->last_leaf) = previous_;
    where_ = nullptr;
  }

 private:
  node* where_ = nullptr;
  leaf* previous_ = nullptr;
  leaf* next_ = nullptr;
};

/// Ends every wait of a node, in the order in which they began.
inline void abandon_all(node& where) {
  while (where.first_leaf != nullptr) where.first_leaf->abandon();
}

}  // namespace kitfox::sim
