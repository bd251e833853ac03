#pragma once
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/io_context.hpp>
#include <utility>

#include "fakes/sim/scheduler.hpp"

namespace kitfox::sim {

/// Runs functions on the simulation's loop, in the name of one node. Never runs one from inside execute().
/// The context is a real io_context because a user-defined one would start a hidden thread; nothing runs
/// there.
class executor {
 public:
  explicit executor(node& where) noexcept : where_{&where} {}

  [[nodiscard]] boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
    return where_->owner->context();
  }
  static constexpr boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) noexcept {
    return boost::asio::execution::blocking.never;
  }
  template <class F>
  void execute(F&& function) const {
    where_->owner->post(*where_, handler{std::forward<F>(function)});
  }
  friend bool operator==(const executor& a, const executor& b) noexcept = default;

 private:
  node* where_;
};

}  // namespace kitfox::sim
