#pragma once
#include <array>

#include "fakes/fault/delay_line.hpp"
#include "fakes/fault/latency_model.hpp"
#include "fakes/fault/link.hpp"
#include "fakes/fault/serializer.hpp"

namespace kitfox::fault {

/// The wire of a connection without any fault: latency, jitter and rate of its link.
class wire final : public fault {
 public:
  explicit wire(const link_properties& properties);
  /// Later chunks follow `properties`; what is on its way keeps its time.
  void set(const link_properties& properties);

  void on_dial(path::dial_decision& decision, fault_context& context) override;
  void on_bytes(side from, std::string bytes, fault_context& context) override;
  void on_end(side from, end_kind how, fault_context& context) override;
  void on_timer(fault_context& context) override;
  [[nodiscard]] std::size_t held(side from) const override { return lines_.of(from).bytes(); }

 private:
  [[nodiscard]] runtime::duration delay(fault_context& context);

  latency_model model_;
  bool instant_;  ///< Neither latency nor rate: nothing needs a timer.
  std::array<serializer, 2> senders_;
  double last_deviation_ = 0.0;
  delay_lines lines_;
};

}  // namespace kitfox::fault
