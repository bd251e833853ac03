#include "fakes/fault/cutting.hpp"

#include <utility>

#include "runtime/assert.hpp"

namespace kitfox::fault {

parameter cut_parameter(std::string name, std::string standard) {
  return {std::move(name),
          parameter_type::choice,
          "How the connection ends; silent: everything vanishes from then on.",
          std::move(standard),
          {"fin", "rst", "silent"}};
}

cut_kind cut_kind_of(std::string_view word) {
  if (word == "fin") return cut_kind::fin;
  if (word == "rst") return cut_kind::rst;
  KITFOX_ASSERT(word == "silent");
  return cut_kind::silent;
}

std::string_view to_string(cut_kind how) noexcept {
  switch (how) {
    case cut_kind::fin:
      return "fin";
    case cut_kind::rst:
      return "rst";
    case cut_kind::silent:
      return "silent";
  }
  KITFOX_ASSERT(false);
}

void cutting_fault::cut(fault_context& context, runtime::mono_time planned, side direction) {
  if (std::exchange(cut_, true)) return;
  context.cancel_wake();
  context.fired(std::string{to_string(how_)}, direction, planned);
  switch (how_) {
    case cut_kind::fin:
      context.cut(end_kind::fin);
      return;
    case cut_kind::rst:
      context.cut(end_kind::rst);
      return;
    case cut_kind::silent:
      silent_ = true;
      return;
  }
}

void cutting_fault::on_bytes(side from, std::string bytes, fault_context& context) {
  if (silent_) {
    swallowed_[from == side::client ? 0 : 1] += bytes.size();
  } else {
    on_live_bytes(from, std::move(bytes), context);
  }
}

void cutting_fault::on_live_bytes(side from, std::string bytes, fault_context& context) {
  context.pass(from, std::move(bytes));
}

void cutting_fault::on_end(side from, end_kind how, fault_context& context) {
  if (!silent_) context.pass_end(from, how);
}

std::size_t cutting_fault::held(side from) const { return swallowed_[from == side::client ? 0 : 1]; }

runtime::mono_time timed_cut::planned_time(fault_context& context) { return context.now() + after_; }

void timed_cut::on_begin(fault_context& context) {
  planned_ = planned_time(context);
  if (planned_ <= context.now()) {
    cut(context, planned_);
  } else {
    context.wake_at(planned_);
  }
}

void timed_cut::on_timer(fault_context& context) { cut(context, planned_); }

void timed_cut::on_heal(fault_context& context) { context.cancel_wake(); }

}  // namespace kitfox::fault
