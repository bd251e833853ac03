#pragma once
#include <memory>
#include <optional>
#include <string>

#include "runtime/clock.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::kube {

/// The same moment on both clocks: the wall clock for what is shown and stored, the monotonic one for limits.
struct instant {
  runtime::mono_time mono;
  runtime::wall_time wall;
};

/// What to do next with a streamed answer.
struct stream_step {
  enum class kinds {
    send,  ///< Send `bytes`, then ask again.
    wait,  ///< Ask again once the server changed, or at `until`.
    end,   ///< The answer is complete.
    cut,   ///< Close the connection without completing the answer.
  };
  kinds kind = kinds::end;
  std::string bytes;                                     ///< For `send`.
  runtime::mono_time until = runtime::mono_time::max();  ///< For `wait`.
};

/// An answer that grows while the server changes: a watch, or a followed log. Must not outlive its server.
class answer_stream {
 public:
  virtual ~answer_stream() = default;
  /// After `end` or `cut` it is not asked again.
  [[nodiscard]] virtual stream_step next(instant now) = 0;
};

/// What a scripted fault does to the transfer of an answer.
struct transfer_plan {
  enum class endings {
    whole,  ///< Nothing: the answer is sent to its end.
    stall,  ///< Sends nothing more and keeps the connection open.
    reset,  ///< RST.
    cut,    ///< FIN in the middle of the answer.
  };
  runtime::duration delay{0};  ///< Waited before the first byte.
  endings ending = endings::whole;
  /// How much of the body is sent before the ending; nothing: not even the head is.
  std::optional<std::size_t> body_bytes;
};

/// A request that counts against the limit of requests in flight, as long as it lives.
class in_flight_ticket {
 public:
  in_flight_ticket() = default;
  explicit in_flight_ticket(std::size_t& count) : count_{&count} { ++*count_; }
  in_flight_ticket(in_flight_ticket&& other) noexcept : count_{std::exchange(other.count_, nullptr)} {}
  in_flight_ticket& operator=(in_flight_ticket&& other) noexcept {
    std::swap(count_, other.count_);
    return *this;
  }
  ~in_flight_ticket() {
    if (count_ != nullptr) --*count_;
  }

 private:
  std::size_t* count_ = nullptr;
};

/// What the server answers, as data: either a whole body in `head.body`, or a stream.
struct api_answer {
  runtime::http::response head;
  std::unique_ptr<answer_stream> stream;  ///< Null: head.body is the whole answer.
  transfer_plan transfer;
  in_flight_ticket ticket;  ///< Keep it until the answer was sent.
};

}  // namespace kitfox::kube
