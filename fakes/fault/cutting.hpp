#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/fault/fault.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault {

/// How a fault ends a connection.
enum class cut_kind {
  fin,     ///< FIN to both ends.
  rst,     ///< RST to both ends, at that instant.
  silent,  ///< Nobody is told; whatever either end sends vanishes, also after the fault is healed.
};
/// The parameter that chooses it; "fin", "rst" or "silent".
[[nodiscard]] parameter cut_parameter(std::string name, std::string standard);
[[nodiscard]] cut_kind cut_kind_of(std::string_view word);
[[nodiscard]] std::string_view to_string(cut_kind) noexcept;

/// What faults that end a connection build on. Once cut silently it swallows everything, up to the window.
class cutting_fault : public fault {
 public:
  explicit cutting_fault(cut_kind how) : how_{how} {}
  void on_bytes(side from, std::string bytes, fault_context& context) override;
  void on_end(side from, end_kind how, fault_context& context) override;
  [[nodiscard]] std::size_t held(side from) const override;
  [[nodiscard]] bool lives_on() const override { return silent_; }
  /// What was cut stays cut, whatever the new parameters say.
  [[nodiscard]] bool on_change(const arguments&, fault_context&) override { return cut_; }

 protected:
  /// Cuts now, once, and records it as planned for `planned`.
  void cut(fault_context& context, runtime::mono_time planned, side direction = side::server);
  /// Bytes that come while the connection is not cut; passes them.
  virtual void on_live_bytes(side from, std::string bytes, fault_context& context);
  [[nodiscard]] bool was_cut() const noexcept { return cut_; }
  [[nodiscard]] bool silent() const noexcept { return silent_; }
  void set_cut(cut_kind how) noexcept { how_ = how; }

 private:
  cut_kind how_;
  bool cut_ = false;
  bool silent_ = false;
  std::array<std::size_t, 2> swallowed_{};
};

/// Cuts a connection at a time that is known when the fault begins on it.
class timed_cut : public cutting_fault {
 public:
  timed_cut(cut_kind how, runtime::duration after) : cutting_fault{how}, after_{after} {}
  void on_begin(fault_context& context) override;
  void on_timer(fault_context& context) override;
  void on_heal(fault_context& context) override;

 protected:
  /// When to cut; may have passed.
  [[nodiscard]] virtual runtime::mono_time planned_time(fault_context& context);
  [[nodiscard]] runtime::duration after() const noexcept { return after_; }

 private:
  runtime::duration after_;
  runtime::mono_time planned_{};
};

}  // namespace kitfox::fault
