#pragma once
#include <limits>

#include "fakes/fault/delay_line.hpp"

namespace kitfox::fault {

/// What faults build on that stop a connection for a while and then let everything go in one burst, in order.
class holding_fault : public fault {
 public:
  void on_bytes(side from, std::string bytes, fault_context& context) override;
  void on_end(side from, end_kind how, fault_context& context) override;
  void on_heal(fault_context& context) override;
  /// What is stopped stays stopped; times that were drawn stay as they are.
  [[nodiscard]] bool on_change(const arguments&, fault_context&) override { return true; }
  [[nodiscard]] std::size_t held(side from) const override { return lines_.of(from).bytes(); }

 protected:
  void hold() noexcept { holding_ = true; }
  /// Passes on everything held, and whatever comes from now on.
  void release(fault_context& context);
  [[nodiscard]] bool holding() const noexcept { return holding_; }

 private:
  static constexpr runtime::mono_time never = runtime::mono_time::max();
  bool holding_ = false;
  bool fired_ = false;
  delay_lines lines_;
};

}  // namespace kitfox::fault
