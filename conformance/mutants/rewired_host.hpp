#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/host.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::conformance {

/// A byte stream that passes everything on to another; a variation overrides what it changes. It stands
/// between a program and the wire, inside of TLS: the program's bytes in clear.
class passing_stream : public runtime::byte_stream {
 public:
  explicit passing_stream(std::unique_ptr<runtime::byte_stream> inner) : inner_{std::move(inner)} {}
  runtime::task<runtime::error_code> handshake() override { return inner_->handshake(); }
  runtime::task<runtime::result<std::size_t>> read_some(std::span<char> into) override {
    return inner_->read_some(into);
  }
  runtime::task<runtime::error_code> write(std::string_view bytes) override { return inner_->write(bytes); }
  runtime::task<runtime::error_code> shutdown_send() override { return inner_->shutdown_send(); }
  void close() noexcept override { inner_->close(); }
  void close_saying(std::string_view farewell) noexcept override { inner_->close_saying(farewell); }
  void reset() noexcept override { inner_->reset(); }
  runtime::endpoint peer() const override { return inner_->peer(); }

 protected:
  [[nodiscard]] runtime::byte_stream& inner() noexcept { return *inner_; }

 private:
  std::unique_ptr<runtime::byte_stream> inner_;
};

/// A stream whose bytes are changed in passing.
class edited_stream : public passing_stream {
 public:
  /// `time` outlives it.
  edited_stream(std::unique_ptr<runtime::byte_stream> inner, runtime::clock& time)
      : passing_stream{std::move(inner)}, time_{time} {}
  runtime::task<runtime::result<std::size_t>> read_some(std::span<char> into) override;
  runtime::task<runtime::error_code> write(std::string_view bytes) override;

 protected:
  /// What one read brought; may be changed, also to nothing.
  virtual void on_read(std::string& bytes) { static_cast<void>(bytes); }
  /// The wire has ended: `more` comes before the end is told.
  virtual void on_read_end(std::string& more) { static_cast<void>(more); }
  /// What is about to be written; may be changed. Returns how long it is held back.
  virtual runtime::duration on_write(std::string& bytes) {
    static_cast<void>(bytes);
    return {};
  }

 private:
  runtime::clock& time_;
  std::string ready_;  ///< Changed and not handed out yet.
  std::optional<runtime::error_code> ended_;
};

/// A connection that a process made, and what it takes to make another one to the same place.
struct dialled_wire {
  runtime::network& by;
  runtime::endpoint to;
  std::shared_ptr<runtime::tls_client> tls;  // owners: the program, and whoever dials again
  std::unique_ptr<runtime::byte_stream> stream;
};

/// What the connections and the events of one process go through. Lives as long as the process.
class rewiring {
 public:
  virtual ~rewiring() = default;
  /// The process is about to dial.
  virtual runtime::task<void> before_dial(runtime::network& by, const runtime::endpoint& to,
                                          std::shared_ptr<runtime::tls_client> tls) {
    static_cast<void>(by);
    static_cast<void>(to);
    static_cast<void>(tls);
    co_return;
  }
  /// A connection that the process made.
  virtual std::unique_ptr<runtime::byte_stream> on_dialled(dialled_wire made) {
    return std::move(made.stream);
  }
  /// A connection that the process accepted at `at`, before its handshake.
  virtual std::unique_ptr<runtime::byte_stream> on_accepted(const runtime::endpoint& at,
                                                            std::unique_ptr<runtime::byte_stream> wire) {
    static_cast<void>(at);
    return wire;
  }
  /// What the process draws its random numbers from.
  virtual runtime::entropy& numbers(runtime::entropy& usual) { return usual; }
  /// Whether an event of the process is told.
  virtual bool on_event(std::string_view event, std::span<const runtime::event_field> fields) {
    static_cast<void>(event);
    static_cast<void>(fields);
    return true;
  }
};

/// A host like `inner`, with a rewiring between the process and its connections.
class rewired_host final : public runtime::host {
 public:
  /// `inner` outlives it.
  rewired_host(runtime::host& inner, std::unique_ptr<rewiring> by);
  ~rewired_host() override;
  runtime::asio::any_io_executor executor() override { return inner_.executor(); }
  runtime::clock& clock() override { return inner_.clock(); }
  runtime::network& network() override;
  runtime::entropy& entropy() override { return by_->numbers(inner_.entropy()); }
  runtime::event_sink& events() override;
  std::uint64_t on_task_started(std::string_view name, runtime::asio::cancellation_signal& stop) override {
    return inner_.on_task_started(name, stop);
  }
  void on_task_ended(std::uint64_t id) override { inner_.on_task_ended(id); }

 private:
  class rewired_network;
  class rewired_sink;
  runtime::host& inner_;
  std::unique_ptr<rewiring> by_;
  std::unique_ptr<rewired_network> network_;
  std::unique_ptr<rewired_sink> events_;
};

/// `text` with every `from` replaced; `from` must not be empty.
void replace_all(std::string& text, std::string_view from, std::string_view to);

}  // namespace kitfox::conformance
