// How bytes, ends and resets move through the stages of a path.
#include <algorithm>
#include <utility>

#include "fakes/fault/path_chain.hpp"
#include "runtime/assert.hpp"

namespace kitfox::fault {

path_stage* path_chain::next_stage(const path_stage* stage, side from) const {
  const auto count = static_cast<std::ptrdiff_t>(stages_.size());
  const std::ptrdiff_t step = from == side::client ? 1 : -1;
  std::ptrdiff_t at = from == side::client ? 0 : count - 1;
  if (stage != nullptr) {
    const auto found =
        std::find_if(stages_.begin(), stages_.end(), [&](const auto& s) { return s.get() == stage; });
    KITFOX_ASSERT(found != stages_.end());
    at = found - stages_.begin() + step;
  }
  while (at >= 0 && at < count) {
    path_stage* const candidate = stages_[static_cast<std::size_t>(at)].get();
    if (candidate->severed || candidate->concerns_bytes(from)) return candidate;
    at += step;
  }
  return nullptr;
}

void path_chain::forward(const path_stage* stage, side from, std::string bytes) {
  if (over_) return;
  path_stage* const next = next_stage(stage, from);
  if (next == nullptr) {
    if (from == side::client) tracker_.observe(from, bytes);
    deliver(other(from), std::move(bytes));
    return;
  }
  if (next->severed) {
    // The socket that the fault closed here is gone: its kernel answers with RST.
    if (state_of(from) != end_state::reset) reset(from);
    return;
  }
  fault_context context{*this, *next};
  next->body->on_bytes(from, std::move(bytes), context);
}

void path_chain::forward_end(const path_stage* stage, side from, end_kind how) {
  if (over_) return;
  path_stage* const next = next_stage(stage, from);
  if (next == nullptr) {
    deliver_end(other(from), how);
    return;
  }
  if (next->severed) {
    note_over();
    return;
  }
  fault_context context{*this, *next};
  next->body->on_end(from, how, context);
}

void path_chain::deliver(side to, std::string bytes) {
  if (state_of(to) == end_state::reset) {
    // A fault reset this end alone; what still comes for it is answered with RST by its kernel.
    const side from = other(to);
    const bool left_by_itself = gone_[slot(to)];
    if (!left_by_itself && state_of(from) != end_state::reset) reset(from);
    return;
  }
  if (gone_[slot(to)] || state_of(to) == end_state::ended) return;
  actions_.push_back({path_action::what::deliver, to, std::move(bytes)});
}

void path_chain::deliver_end(side to, end_kind how) {
  if (how == end_kind::rst) {
    reset(to);
    return;
  }
  if (state_of(to) != end_state::open) return;
  state_of(to) = end_state::ended;
  if (!gone_[slot(to)]) actions_.push_back({path_action::what::end, to, {}});
  note_over();
}

void path_chain::reset(side to) {
  if (state_of(to) == end_state::reset) return;
  state_of(to) = end_state::reset;
  if (!gone_[slot(to)]) actions_.push_back({path_action::what::reset, to, {}});
  note_over();
}

void path_chain::cut(path_stage& at, end_kind how) {
  if (how == end_kind::rst) {
    reset(side::client);
    reset(side::server);
    return;
  }
  at.severed = true;
  at.wake.reset();
  forward_end(&at, side::server, end_kind::fin);
  forward_end(&at, side::client, end_kind::fin);
}

void path_chain::note_over() {
  const auto finished = [this](side which) {
    return state_of(which) == end_state::reset || gone_[slot(which)];
  };
  const bool both_ended =
      state_of(side::client) != end_state::open && state_of(side::server) != end_state::open;
  // Where a fault cut the connection in order, an end that still sends is answered with RST: such a path is
  // over only when neither end can send any more.
  const bool severed = std::any_of(stages_.begin(), stages_.end(), [](const auto& s) { return s->severed; });
  if ((finished(side::client) && finished(side::server)) ||
      (both_ended && (!severed || (said_end_[0] && said_end_[1])))) {
    over_ = true;
  }
}

void path_chain::tidy() {
  if (over_) {
    stages_.erase(stages_.begin() + 1, stages_.end());
    stages_.front()->wake.reset();
    return;
  }
  std::erase_if(stages_, [](const auto& stage) {
    return stage->healed && !stage->severed && !stage->body->lives_on();
  });
}

runtime::entropy& path_chain::random_of(path_stage& stage) {
  if (!stage.random) {
    const std::string name = stage.of ? "fault/" + stage.of->plan.name : std::string{"wire"};
    stage.random = link_.random_->child(name)->child(std::to_string(number_));
  }
  return *stage.random;
}

}  // namespace kitfox::fault
