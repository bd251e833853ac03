#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/fault/http_fault.hpp"

namespace kitfox::fault {

/// What faults on server-sent events build on: takes the event streams among the responses that fit the match
/// apart into blocks and puts together again what the fault makes of them, each piece a chunk of its own
/// where the response is chunked. Added in the middle of a stream, it begins with the next whole event.
class sse_fault : public http_fault {
 public:
  void on_timer(fault_context& context) override;
  [[nodiscard]] std::size_t held(side from) const override;
  [[nodiscard]] bool lives_on() const override;

 protected:
  /// One block, comments and the like too; pass it on with emit(). Default: unchanged.
  virtual void on_block(const sse_block& block) { emit(block.raw); }
  /// The stream's body has ended, or the connection: emit what was kept.
  virtual void on_stream_end() {}
  /// The head of an event stream; change its raw text if need be.
  virtual void on_stream_head(std::string&, const http_exchange&) {}
  /// Sends bytes of the body, framed as the response is.
  void emit(std::string_view body);
  /// The same, not before `when`; everything later stays behind it.
  void emit_at(std::string_view body, runtime::mono_time when);
  /// True when the event fits the match, which counts it.
  [[nodiscard]] bool selects(const sse_block& block);
  /// Bytes that the fault itself keeps back.
  [[nodiscard]] virtual std::size_t kept() const { return 0; }

 private:
  bool joins(const http_exchange& of) override;
  void on_response(http_exchange& of, http_piece what, std::string_view raw, const http_head* head) override;
  void on_response_complete(http_exchange& of) override;
  bool on_server_end(end_kind how) override;
  void send(side from, std::string_view raw) override;
  void on_stream_body(std::string_view body);
  void end_stream();
  void run_delayed();

  enum class framing { raw, chunked, until_chunk_end };
  framing framing_ = framing::raw;
  bool in_stream_ = false;
  bool rechunks_ = false;  ///< The response had a length and now has chunks.
  delay_line delayed_;     ///< Towards the client, framed.
};

}  // namespace kitfox::fault
