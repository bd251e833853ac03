#pragma once
#include <memory>
#include <optional>
#include <string>

#include "runtime/deadline_queue.hpp"
#include "runtime/http/message_parser.hpp"
#include "runtime/http/printer.hpp"
#include "runtime/http/server.hpp"
#include "runtime/input_buffer.hpp"

namespace kitfox::runtime::http {

/// What all connections of a server share.
struct server_context {
  host& on;
  handler& answers;
  limits bounds;
  deadline_queue deadlines;
  bool stopping = false;

  /// Value of the Date field now; made once a second.
  [[nodiscard]] std::string_view date();

 private:
  std::chrono::sys_seconds date_of_{};
  std::string date_text_;

 public:
  server_context(host& where, handler& who, const limits& most)
      : on{where}, answers{who}, bounds{most}, deadlines{where} {}
};

/// Serves one connection of a server, one exchange after the other. It never reads while a handler runs,
/// unless the handler asks by client_gone().
class server_connection final : public exchange {
 public:
  enum class admission { normal, over_quota };

  server_connection(server_context& server, std::uint64_t id, std::unique_ptr<byte_stream> stream,
                    admission how);
  ~server_connection() override;

  /// Ends with the connection; it is closed then.
  [[nodiscard]] task<void> run();
  /// Closes if no exchange is under way; else the connection closes after it.
  void stop();

  [[nodiscard]] const request& incoming() const noexcept override { return request_; }
  [[nodiscard]] endpoint peer() const override { return stream_->peer(); }
  [[nodiscard]] std::uint64_t connection_id() const noexcept override { return id_; }
  [[nodiscard]] task<error_code> respond(response answer) override;
  [[nodiscard]] task<error_code> begin_stream(response head) override;
  [[nodiscard]] task<error_code> write_chunk(std::string_view bytes) override;
  [[nodiscard]] task<error_code> end_stream() override;
  [[nodiscard]] task<error_code> client_gone() override;
  void close() noexcept override;
  void reset() noexcept override;

 private:
  enum class phase { handshake, idle, head, body, handling, refusing, lingering, closed };
  enum class answer_state { none, streaming, complete };

  /// Empty status: go on; 0: end without an answer; else refuse with that status.
  using verdict = std::optional<int>;

  task<bool> serve_one();
  task<verdict> read_head();
  task<verdict> read_body();
  task<error_code> read_more();
  task<error_code> write(std::string_view bytes);
  task<void> refuse(response answer);
  task<void> refuse_slow_client();
  task<void> linger();
  void on_deadline();
  void enter(phase next, duration limit);
  [[nodiscard]] bool will_close() const noexcept;
  [[nodiscard]] response_frame frame(body_framing framing, std::size_t body_bytes) const;

  server_context& server_;
  std::uint64_t id_;
  std::unique_ptr<byte_stream> stream_;
  admission admission_;
  deadline_queue::timer limit_;
  task_group late_;  ///< The refusal that is written while the read that was too slow still waits.
  input_buffer input_;
  std::optional<request_parser> parser_;
  request request_;
  std::size_t served_ = 0;
  phase phase_ = phase::handshake;
  answer_state answer_ = answer_state::none;
  body_framing framing_ = body_framing::none;
  bool keep_alive_ = false;
  bool is_http11_ = true;
  bool write_timed_out_ = false;
  bool broken_ = false;  ///< Nothing can be sent or read any more.
};

}  // namespace kitfox::runtime::http
