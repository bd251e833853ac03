#include "runtime/tls/stream.hpp"

#include <algorithm>
#include <utility>

#include "runtime/assert.hpp"
#include "runtime/errc.hpp"
#include "runtime/tls/tls.hpp"

namespace kitfox::runtime::tls {
namespace {

/// Plain bytes that are encrypted before they are sent: bounds the copy that a slow peer keeps.
constexpr std::size_t write_step_bytes = 64 * 1024;

template <class Settings, class Interface>
Settings& own(const std::shared_ptr<Interface>& settings) {
  auto* made_here = dynamic_cast<Settings*>(settings.get());
  KITFOX_ASSERT(made_here != nullptr);
  return *made_here;
}

}  // namespace

stream::stream(std::unique_ptr<byte_stream> under, std::shared_ptr<tls_client> settings, const endpoint& to,
               clock& time)
    : client_{std::move(settings)},
      under_{std::move(under)},
      engine_{own<client_settings>(client_), to},
      time_{time} {}

stream::stream(std::unique_ptr<byte_stream> under, std::shared_ptr<tls_server> settings, clock& time)
    : server_{std::move(settings)},
      under_{std::move(under)},
      engine_{own<server_settings>(server_)},
      time_{time} {}

stream::~stream() { stream::close(); }

task<error_code> stream::flush() {
  while (engine_.has_output() && !flushing_) {
    flushing_ = true;
    const std::string bytes = engine_.take_output();
    const error_code failure = co_await under_->write(bytes);
    flushing_ = false;
    if (failure) {
      if (!broken_) broken_ = failure;
      co_return failure;
    }
  }
  co_return error_code{};
}

task<error_code> stream::read_wire() {
  const result<std::size_t> count = co_await under_->read_some(engine_.input().prepare());
  if (count) {
    engine_.input().commit(*count);
  } else if (count.error() == errc::end_of_stream) {
    engine_.put_end();
  } else {
    co_return count.error();
  }
  co_return error_code{};
}

task<error_code> stream::handshake() {
  while (!engine_.established()) {
    if (broken_) co_return broken_;
    const result<engine::progress> step = engine_.handshake(time_.wall_now());
    if (!step) broken_ = step.error();
    if (engine_.output_can_wait()) break;
    // Also after a failure: the peer is to see our alert.
    const error_code unsent = co_await flush();
    if (!step) co_return step.error();
    if (unsent) co_return unsent;
    if (*step == engine::progress::done) break;
    if (const error_code failure = co_await read_wire()) {
      broken_ = failure;
      co_return failure;
    }
  }
  co_return error_code{};
}

task<result<std::size_t>> stream::read_some(std::span<char> into) {
  for (;;) {
    if (broken_) co_return broken_;
    if (!engine_.established()) co_return errc::not_connected;
    const result<std::size_t> count = engine_.read(into);
    if (!count) {
      if (count.error() == errc::end_of_stream) co_return count.error();
      broken_ = count.error();
      static_cast<void>(co_await flush());  // an alert, if nothing else is on its way
      co_return count.error();
    }
    if (*count != 0) co_return *count;
    if (const error_code failure = co_await read_wire()) {
      if (failure != errc::cancelled && !broken_) broken_ = failure;
      co_return failure;
    }
  }
}

task<error_code> stream::write(std::string_view bytes) {
  if (!broken_ && (!engine_.established() || said_goodbye_)) co_return make_error_code(errc::not_connected);
  while (!bytes.empty()) {
    if (broken_) co_return broken_;
    const std::string_view step = bytes.substr(0, write_step_bytes);
    if (const error_code failure = engine_.write(step)) {
      broken_ = failure;
      co_return failure;
    }
    bytes.remove_prefix(step.size());
    if (const error_code failure = co_await flush()) co_return failure;
  }
  co_return error_code{};
}

task<error_code> stream::shutdown_send() {
  if (broken_) co_return broken_;
  if (engine_.established() && !std::exchange(said_goodbye_, true)) engine_.shutdown();
  if (const error_code failure = co_await flush()) co_return failure;
  co_return co_await under_->shutdown_send();
}

void stream::close() noexcept {
  // While a record is half sent nothing can be said in order, and the peer shall see that it was cut.
  const bool can_say = engine_.established() && !broken_ && !flushing_ && !said_goodbye_;
  if (!broken_) broken_ = errc::cancelled;
  if (!can_say) {
    under_->close();
    return;
  }
  said_goodbye_ = true;
  engine_.shutdown();
  under_->close_saying(engine_.take_output());
}

void stream::reset() noexcept {
  if (!broken_) broken_ = errc::cancelled;
  under_->reset();
}

std::unique_ptr<byte_stream> wrap_client(std::unique_ptr<byte_stream> under,
                                         std::shared_ptr<tls_client> settings, const endpoint& to,
                                         clock& time) {
  return std::make_unique<stream>(std::move(under), std::move(settings), to, time);
}

std::unique_ptr<byte_stream> wrap_server(std::unique_ptr<byte_stream> under,
                                         std::shared_ptr<tls_server> settings, clock& time) {
  return std::make_unique<stream>(std::move(under), std::move(settings), time);
}

}  // namespace kitfox::runtime::tls
