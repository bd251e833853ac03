#include "runtime/test/memory_stream.hpp"

#include <algorithm>
#include <utility>

#include "runtime/errc.hpp"

namespace kitfox::runtime::test {
namespace {

/// One direction of a pair.
struct channel {
  explicit channel(const asio::any_io_executor& executor) : changed{executor} {}
  std::string bytes;
  bool ended = false;          ///< FIN was sent.
  bool reset = false;          ///< RST was sent, by either end.
  bool reader_closed = false;  ///< Nobody will read any more.
  notifier changed;
};

// owners: the two ends of the pair
using shared_channel = std::shared_ptr<channel>;

class memory_end final : public byte_stream {
 public:
  memory_end(shared_channel in, shared_channel out, endpoint peer, const memory_options& options)
      : in_{std::move(in)}, out_{std::move(out)}, peer_{std::move(peer)}, options_{options} {}
  ~memory_end() override { memory_end::close(); }

  task<error_code> handshake() override { co_return error_code{}; }

  task<result<std::size_t>> read_some(std::span<char> into) override {
    const shared_channel in = in_;
    const auto alive = alive_;
    const std::size_t most = std::min(into.size(), options_.read_bytes_max);
    for (;;) {
      if (*alive == life::closed) co_return errc::cancelled;
      if (in->reset) co_return errc::connection_reset;
      if (!in->bytes.empty()) break;
      if (in->ended) co_return errc::end_of_stream;
      if (const error_code failure = co_await in->changed.wait()) co_return failure;
    }
    const std::size_t count = std::min(most, in->bytes.size());
    std::copy_n(in->bytes.begin(), count, into.begin());
    in->bytes.erase(0, count);
    in->changed.notify_all();
    co_return count;
  }

  task<error_code> write(std::string_view bytes) override {
    const shared_channel out = out_;
    const auto alive = alive_;
    const std::size_t window = options_.window_bytes;
    while (!bytes.empty()) {
      if (*alive == life::closed) co_return make_error_code(errc::cancelled);
      if (out->ended) co_return make_error_code(errc::not_connected);
      if (out->reset || out->reader_closed) co_return make_error_code(errc::connection_reset);
      const std::size_t room = window - std::min(window, out->bytes.size());
      if (room == 0) {
        if (const error_code failure = co_await out->changed.wait()) co_return failure;
        continue;
      }
      out->bytes += bytes.substr(0, room);
      bytes.remove_prefix(std::min(room, bytes.size()));
      out->changed.notify_all();
    }
    co_return error_code{};
  }

  task<error_code> shutdown_send() override {
    out_->ended = true;
    out_->changed.notify_all();
    co_return error_code{};
  }

  void close() noexcept override { end(false); }
  void close_saying(std::string_view farewell) noexcept override {
    if (*alive_ == life::open && !out_->ended && !out_->reset) out_->bytes += farewell;
    end(false);
  }
  void reset() noexcept override { end(true); }
  endpoint peer() const override { return peer_; }

 private:
  enum class life { open, closed };

  void end(bool abruptly) noexcept {
    if (*alive_ == life::closed) return;
    *alive_ = life::closed;
    // As in a kernel: closing with unread bytes resets.
    if (abruptly || !in_->bytes.empty()) {
      out_->reset = true;
      out_->bytes.clear();
    } else {
      out_->ended = true;
    }
    in_->reader_closed = true;
    in_->changed.notify_all();
    out_->changed.notify_all();
  }

  shared_channel in_, out_;
  endpoint peer_;
  memory_options options_;
  // owners: this end, its operations that are under way
  std::shared_ptr<life> alive_ = std::make_shared<life>(life::open);
};

class flaky final : public byte_stream {
 public:
  flaky(std::unique_ptr<byte_stream> inner, std::size_t failing_step, fault what, std::size_t& steps)
      : inner_{std::move(inner)}, failing_step_{failing_step}, what_{what}, steps_{steps} {}

  task<error_code> handshake() override { co_return co_await inner_->handshake(); }
  task<result<std::size_t>> read_some(std::span<char> into) override {
    if (!fails_now()) co_return co_await inner_->read_some(into);
    co_return co_await break_off(into);
  }
  task<error_code> write(std::string_view bytes) override {
    if (!fails_now()) co_return co_await inner_->write(bytes);
    char ignored = 0;
    const result<std::size_t> outcome = co_await break_off({&ignored, 1});
    // A write never sees the end of the other direction.
    if (outcome.error() == errc::end_of_stream) co_return make_error_code(errc::connection_reset);
    co_return outcome.error();
  }
  task<error_code> shutdown_send() override {
    if (broken_) co_return make_error_code(errc::not_connected);
    co_return co_await inner_->shutdown_send();
  }
  void close() noexcept override { inner_->close(); }
  void close_saying(std::string_view farewell) noexcept override { inner_->close_saying(farewell); }
  void reset() noexcept override { inner_->reset(); }
  endpoint peer() const override { return inner_->peer(); }

 private:
  bool fails_now() {
    broken_ = broken_ || steps_ == failing_step_;
    ++steps_;
    return broken_;
  }
  task<result<std::size_t>> break_off(std::span<char> into) {
    switch (what_) {
      case fault::end:
        inner_->close();
        co_return errc::end_of_stream;
      case fault::reset:
        inner_->reset();
        co_return errc::connection_reset;
      case fault::cancelled:
        inner_->close();
        co_return errc::cancelled;
      case fault::stall:
        break;
    }
    // Swallow whatever comes, and answer nothing.
    for (;;) {
      const result<std::size_t> count = co_await inner_->read_some(into);
      if (!count && count.error() != errc::end_of_stream) co_return count.error();
      if (!count) co_return errc::connection_reset;
    }
  }

  std::unique_ptr<byte_stream> inner_;
  std::size_t failing_step_;
  fault what_;
  std::size_t& steps_;
  bool broken_ = false;
};

}  // namespace

memory_pair make_memory_pair(asio::any_io_executor executor, const memory_options& options) {
  const auto up = std::make_shared<channel>(executor);
  const auto down = std::make_shared<channel>(executor);
  return {std::make_unique<memory_end>(down, up, options.server_address, options),
          std::make_unique<memory_end>(up, down, options.client_address, options)};
}

std::unique_ptr<byte_stream> make_flaky(std::unique_ptr<byte_stream> inner, std::size_t failing_step,
                                        fault what, std::size_t& steps) {
  return std::make_unique<flaky>(std::move(inner), failing_step, what, steps);
}

memory_listener::memory_listener(asio::any_io_executor executor, memory_options options)
    : executor_{executor}, options_{std::move(options)}, changed_{executor} {}
memory_listener::~memory_listener() = default;

std::unique_ptr<byte_stream> memory_listener::connect(const memory_options& options) {
  memory_pair pair = make_memory_pair(executor_, options);
  if (decorate) pair.server = decorate(std::move(pair.server));
  waiting_.push_back(std::move(pair.server));
  changed_.notify_all();
  return std::move(pair.client);
}

void memory_listener::fail_next_accept(error_code failure) {
  failures_.push_back(failure);
  changed_.notify_all();
}

task<result<std::unique_ptr<byte_stream>>> memory_listener::accept() {
  for (;;) {
    if (closed_) co_return errc::cancelled;
    if (!failures_.empty()) {
      const error_code failure = failures_.front();
      failures_.pop_front();
      co_return failure;
    }
    if (!waiting_.empty()) {
      auto stream = std::move(waiting_.front());
      waiting_.pop_front();
      co_return stream;
    }
    if (const error_code failure = co_await changed_.wait()) co_return failure;
  }
}

void memory_listener::close() noexcept {
  closed_ = true;
  changed_.notify_all();
}

}  // namespace kitfox::runtime::test
