#pragma once
#include "protocol/keys.hpp"
#include "runtime/host.hpp"

namespace kitfox::agent {

/// A host like `inner`, except that no text of an event holds the agent's key or its secret, not even when
/// the gateway, who knows them, sends them back in a name or an id (CON-7).
class redacting_host final : public runtime::host {
 public:
  /// `inner` must outlive it.
  redacting_host(runtime::host& inner, protocol::api_key key)
      : inner_{inner}, events_{inner.events(), std::move(key)} {}

  [[nodiscard]] runtime::asio::any_io_executor executor() override { return inner_.executor(); }
  [[nodiscard]] runtime::clock& clock() override { return inner_.clock(); }
  [[nodiscard]] runtime::network& network() override { return inner_.network(); }
  [[nodiscard]] runtime::entropy& entropy() override { return inner_.entropy(); }
  [[nodiscard]] runtime::event_sink& events() override { return events_; }
  std::uint64_t on_task_started(std::string_view name, runtime::asio::cancellation_signal& stop) override {
    return inner_.on_task_started(name, stop);
  }
  void on_task_ended(std::uint64_t id) override { inner_.on_task_ended(id); }

 private:
  class sink final : public runtime::event_sink {
   public:
    sink(runtime::event_sink& next, protocol::api_key key) : next_{next}, key_{std::move(key)} {}
    void emit(runtime::severity level, std::string_view event,
              std::span<const runtime::event_field> fields) override;

   private:
    runtime::event_sink& next_;
    protocol::api_key key_;
  };

  runtime::host& inner_;
  sink events_;
};

/// `text` with `mark` in the place of every `secret`; unchanged where `secret` is empty.
[[nodiscard]] std::string without(std::string text, std::string_view secret, std::string_view mark);

}  // namespace kitfox::agent
