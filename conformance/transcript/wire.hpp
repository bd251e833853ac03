#pragma once
#include "conformance/transcript/http_reader.hpp"
#include "conformance/transcript/recorder.hpp"
#include "protocol/sse_decoder.hpp"

namespace kitfox::conformance {

/// What passes one end of one connection, read as HTTP and as server-sent events. Part of the recorder.
struct recorder::wire final {
  wire(recorder& to, std::uint64_t conn, wire_end at);
  void on_bytes(fault::side from, std::string_view bytes, instant t);
  void on_end(record_kind kind, fault::side direction, std::string_view how, instant t);
  /// Writes the quiet run that is held back.
  void flush();

 private:
  struct half;

  /// The message being read in one direction.
  struct message {
    http_head head;
    instant started = 0;
    std::string body;
    std::uint64_t body_bytes = 0;
    std::string tail;  ///< Last bytes of the body so far, so that a canary over a boundary is found.
    std::vector<std::string> canaries;
    bool leak = false;
    bool ambiguous = false;  ///< Two readers may disagree about where it ends (RFC 9112 §6.3).
    std::uint32_t exchange = 0;
    std::string target;
    bool streamed = false;  ///< Written when its head was seen; its events follow.
    bool events = false;
  };
  struct half final : http_reader_sink, protocol::sse_sink {
    half(wire& owner, http_reader::direction which) : owner_{owner}, which_{which}, reader_{which, *this} {}
    void on_head(http_head head) override;
    void on_body(std::string_view bytes) override;
    void on_message_end() override;
    void on_malformed(std::string_view why) override;
    void on_event(const protocol::sse_event& event) override;
    void on_comment(std::string_view text) override;
    void write();
    void scan(std::string_view bytes);
    void note_retry();
    void note_id();

    wire& owner_;
    http_reader::direction which_;
    http_reader reader_;
    message current_;
    protocol::sse_decoder events_;
    std::optional<std::chrono::milliseconds> retry_;
    std::string told_id_;  ///< The last that a record said of the stream's last event id.
    std::uint64_t bytes_ = 0;
    instant first_ = 0, last_ = 0;
    std::uint32_t count_ = 0;
  };

  record start(record_kind kind) const;
  void emit(record&& one);
  void on_quiet(std::string_view what);

  recorder& to_;
  std::uint64_t conn_;
  wire_end at_;
  instant now_ = 0;
  half requests_, responses_;
  std::vector<std::string> targets_;  ///< Of requests without a response yet.
  record quiet_;                      ///< count 0: none.
};

}  // namespace kitfox::conformance
