#pragma once
#include <array>
#include <string>
#include <string_view>

#include "fakes/fault/delay_line.hpp"
#include "fakes/fault/fault.hpp"
#include "fakes/fault/http_tracker.hpp"

namespace kitfox::fault {

/// What faults on HTTP/1.1 build on: follows the exchanges of the connection, also when added in the middle
/// of one, and calls the hooks for those that fit the fault's match. Everything else, and whatever a hook
/// does not take, passes untouched; bytes that came together leave together. Bytes that are no HTTP pass.
class http_fault : public fault, private http_listener {
 public:
  void on_begin(fault_context& context) override;
  void on_bytes(side from, std::string bytes, fault_context& context) override;
  void on_end(side from, end_kind how, fault_context& context) override;
  void on_heal(fault_context& context) override;
  [[nodiscard]] std::size_t held(side from) const override;
  [[nodiscard]] bool lives_on() const override;

 protected:
  /// Hooks. Whoever overrides one passes on what it wants with send(). Heads come whole.
  /// Whether to take an exchange that fits and was under way when the fault began: its later pieces then
  /// come.
  [[nodiscard]] virtual bool joins(const http_exchange&) { return false; }
  virtual void on_request(http_exchange&, http_piece, std::string_view raw, const http_head*) {
    send(side::client, raw);
  }
  virtual void on_request_complete(http_exchange&) {}
  virtual void on_response(http_exchange&, http_piece, std::string_view raw, const http_head*) {
    send(side::server, raw);
  }
  virtual void on_response_complete(http_exchange&) {}
  /// Told when the server ended its direction; return true to keep the end back.
  [[nodiscard]] virtual bool on_server_end(end_kind) { return false; }
  /// Whether requests are judged by the match as they come; a gate that is open needs no more.
  [[nodiscard]] virtual bool watching() const { return true; }

  /// Sends bytes on, as coming from `from`, in order with everything else.
  virtual void send(side from, std::string_view raw);
  /// Gives the client an answer that the server never saw, after all responses under way.
  void answer_client(http_exchange& of, std::string answer);
  /// Sends on what send() gathered so far.
  void flush();
  /// Flushes, then records a firing on the exchange.
  void record(std::string what, const http_exchange& of, side from = side::server);
  void record_event(std::string what, const sse_block& block);
  [[nodiscard]] fault_context& context() const;
  [[nodiscard]] http_tracker& tracker() noexcept { return tracker_; }
  [[nodiscard]] http_listener& listener() noexcept { return *this; }
  [[nodiscard]] const http_tracker& tracker() const noexcept { return tracker_; }
  [[nodiscard]] bool healed() const noexcept { return healed_; }

  /// Sets the context for one call from outside, and flushes at its end.
  class call;

 private:
  void on_request_piece(http_exchange& of, http_piece what, std::string_view raw,
                        const http_head* head) override;
  void on_request_end(http_exchange& of) override;
  void on_response_piece(http_exchange& of, http_piece what, std::string_view raw,
                         const http_head* head) override;
  void on_response_end(http_exchange& of) override;
  void on_other_bytes(side from, std::string_view raw) override;

  http_tracker tracker_;
  std::array<std::string, 2> out_;
  fault_context* context_ = nullptr;
  bool healed_ = false;
};

class http_fault::call {
 public:
  call(http_fault& of, fault_context& context) : of_{of} { of_.context_ = &context; }
  ~call() {
    of_.flush();
    of_.context_ = nullptr;
  }
  call(const call&) = delete;
  call& operator=(const call&) = delete;

 private:
  http_fault& of_;
};

}  // namespace kitfox::fault
