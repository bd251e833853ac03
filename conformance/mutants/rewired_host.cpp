#include "conformance/mutants/rewired_host.hpp"

#include <algorithm>
#include <array>

#include "runtime/errc.hpp"

namespace kitfox::conformance {

using runtime::error_code;
using runtime::result;
using runtime::task;

task<result<std::size_t>> edited_stream::read_some(std::span<char> into) {
  while (ready_.empty()) {
    if (ended_) co_return *ended_;
    std::array<char, 16 * 1024> buffer;
    const result<std::size_t> count = co_await inner().read_some(buffer);
    if (count.has_value()) {
      ready_.assign(buffer.data(), *count);
      on_read(ready_);
    } else if (count.error() == runtime::errc::cancelled) {
      co_return count.error();
    } else {
      ended_ = count.error();
      on_read_end(ready_);
    }
  }
  const std::size_t count = std::min(into.size(), ready_.size());
  std::copy_n(ready_.data(), count, into.data());
  ready_.erase(0, count);
  co_return count;
}

task<error_code> edited_stream::write(std::string_view bytes) {
  std::string changed{bytes};
  const runtime::duration held = on_write(changed);
  if (held > runtime::duration{}) {
    const error_code cancelled = co_await time_.sleep_for(held);
    if (cancelled) co_return cancelled;
  }
  co_return co_await inner().write(changed);
}

class rewired_host::rewired_network final : public runtime::network {
 public:
  rewired_network(runtime::network& inner, rewiring& by) : inner_{inner}, by_{by} {}
  result<std::shared_ptr<runtime::tls_client>> make_tls_client(
      const runtime::tls_client_options& options) override {
    return inner_.make_tls_client(options);
  }
  result<std::shared_ptr<runtime::tls_server>> make_tls_server(
      const runtime::tls_server_options& options) override {
    return inner_.make_tls_server(options);
  }
  task<result<std::unique_ptr<runtime::byte_stream>>> dial(
      runtime::endpoint to, std::shared_ptr<runtime::tls_client> tls) override {
    co_await by_.before_dial(inner_, to, tls);
    auto dialled = co_await inner_.dial(to, tls);
    if (dialled.has_error()) co_return dialled.error();
    co_return by_.on_dialled({inner_, std::move(to), std::move(tls), std::move(*dialled)});
  }
  task<result<std::unique_ptr<runtime::listener>>> listen(runtime::endpoint at,
                                                          std::shared_ptr<runtime::tls_server> tls,
                                                          runtime::listen_options how) override {
    auto listening = co_await inner_.listen(std::move(at), std::move(tls), how);
    if (listening.has_error()) co_return listening.error();
    co_return std::make_unique<rewired_listener>(std::move(*listening), by_);
  }
  task<result<std::vector<std::string>>> resolve(std::string name) override {
    return inner_.resolve(std::move(name));
  }

 private:
  class rewired_listener final : public runtime::listener {
   public:
    rewired_listener(std::unique_ptr<runtime::listener> inner, rewiring& by)
        : inner_{std::move(inner)}, by_{by} {}
    task<result<std::unique_ptr<runtime::byte_stream>>> accept() override {
      auto accepted = co_await inner_->accept();
      if (accepted.has_error()) co_return accepted.error();
      co_return by_.on_accepted(inner_->local(), std::move(*accepted));
    }
    runtime::endpoint local() const override { return inner_->local(); }
    void close() noexcept override { inner_->close(); }

   private:
    std::unique_ptr<runtime::listener> inner_;
    rewiring& by_;
  };
  runtime::network& inner_;
  rewiring& by_;
};

class rewired_host::rewired_sink final : public runtime::event_sink {
 public:
  rewired_sink(runtime::event_sink& inner, rewiring& by) : inner_{inner}, by_{by} {}
  void emit(runtime::severity level, std::string_view event,
            std::span<const runtime::event_field> fields) override {
    if (by_.on_event(event, fields)) inner_.emit(level, event, fields);
  }

 private:
  runtime::event_sink& inner_;
  rewiring& by_;
};

rewired_host::rewired_host(runtime::host& inner, std::unique_ptr<rewiring> by)
    : inner_{inner},
      by_{std::move(by)},
      network_{std::make_unique<rewired_network>(inner.network(), *by_)},
      events_{std::make_unique<rewired_sink>(inner.events(), *by_)} {}
rewired_host::~rewired_host() = default;

runtime::network& rewired_host::network() { return *network_; }
runtime::event_sink& rewired_host::events() { return *events_; }

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace kitfox::conformance
