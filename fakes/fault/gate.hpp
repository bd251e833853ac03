#pragma once
#include <memory>

#include "fakes/fault/http_fault.hpp"
#include "fakes/fault/match.hpp"

namespace kitfox::fault {

/// Keeps a fault of another family back until the request or server-sent event that its match names: with a
/// request alone it begins before the request's first byte goes on, with an event right after the event.
/// From then on all bytes of the connection go through it.
class gate final : public http_fault {
 public:
  gate(std::unique_ptr<fault> inner, const match& wanted);

  void on_timer(fault_context& context) override;
  void on_bytes(side from, std::string bytes, fault_context& context) override;
  void on_end(side from, end_kind how, fault_context& context) override;
  void on_heal(fault_context& context) override;
  [[nodiscard]] bool on_change(const arguments& values, fault_context& context) override;
  void on_replaced(fault_context& context) override;
  [[nodiscard]] std::size_t held(side from) const override;
  [[nodiscard]] bool lives_on() const override;

 protected:
  [[nodiscard]] bool joins(const http_exchange& of) override;
  void on_request(http_exchange& of, http_piece what, std::string_view raw, const http_head* head) override;
  void on_response(http_exchange& of, http_piece what, std::string_view raw, const http_head* head) override;
  void send(side from, std::string_view raw) override;
  [[nodiscard]] bool watching() const override { return !open_; }

 private:
  void open();

  std::unique_ptr<fault> inner_;
  match wanted_;
  bool open_ = false;
};

}  // namespace kitfox::fault
