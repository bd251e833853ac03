#include "conformance/mutants/agent_wire.hpp"

#include <nlohmann/json.hpp>

#include "conformance/mutants/event_editor.hpp"
#include "conformance/mutants/rewired_host.hpp"
#include "protocol/sse_decoder.hpp"
#include "protocol/sse_encoder.hpp"
#include "runtime/errc.hpp"

namespace kitfox::conformance {
namespace {

using runtime::byte_stream;
using runtime::endpoint;
using runtime::error_code;
using runtime::task;
using wire = std::unique_ptr<byte_stream>;

constexpr std::uint16_t kubernetes_port = 6443;

struct sse_block_content {
  std::string type, id, data;
  bool any = false;
};

sse_block_content read_block(const std::string& block) {
  sse_block_content out;
  protocol::sse_decoder decoder;
  static_cast<void>(decoder.feed(block, [&](const protocol::sse_event& event) {
    out = {std::string{event.type}, std::string{event.id}, std::string{event.data}, true};
  }));
  return out;
}

/// A connection whose event stream goes through an edit.
template <class Edit>
class stream_of_edited_events final : public edited_stream {
 public:
  stream_of_edited_events(wire inner, runtime::clock& time) : edited_stream{std::move(inner), time} {}

 private:
  void on_read(std::string& bytes) override {
    bytes = editor_.feed(bytes);
    if (edit_.leaves()) inner().reset();
  }
  void on_read_end(std::string& more) override { more = editor_.finish(); }
  Edit edit_;
  event_editor editor_{edit_};
};

class edit_without_leaving : public block_edit {
 public:
  [[nodiscard]] static bool leaves() { return false; }
};

class whole_commands_only final : public edit_without_leaving {
  std::string on_block(std::string block, std::size_t pieces) override {
    return pieces > 1 && read_block(block).type == "command" ? std::string{} : block;
  }
};

class sense_only final : public block_edit {
 public:
  [[nodiscard]] bool leaves() const { return nonsense_; }

 private:
  std::string on_block(std::string block, std::size_t) override {
    const sse_block_content read = read_block(block);
    nonsense_ = nonsense_ || (read.any && !nlohmann::json::parse(read.data, nullptr, false).is_object());
    return nonsense_ ? std::string{} : block;
  }
  bool nonsense_ = false;
};

class unfinished_as_finished final : public edit_without_leaving {
  std::string on_block(std::string block, std::size_t) override { return block; }
  std::string on_unfinished(std::string part) override {
    return part + (part.ends_with('\n') ? "\n" : "\n\n");
  }
};

class time_without_end final : public edit_without_leaving {
  std::string on_block(std::string block, std::size_t) override {
    const sse_block_content read = read_block(block);
    nlohmann::json command = nlohmann::json::parse(read.data, nullptr, false);
    if (read.type != "command" || !command.is_object()) return block;
    command["timeout"] = 300.0;
    command.erase("deadline");
    const std::string data = command.dump();
    std::string out;
    static_cast<void>(protocol::append_sse_event(out, {read.type, read.id, data, {}}));
    return out;
  }
};

class without_cancels final : public edit_without_leaving {
  std::string on_block(std::string block, std::size_t) override {
    return read_block(block).type == "cancel" ? std::string{} : block;
  }
};

class without_retries final : public edit_without_leaving {
  std::string on_block(std::string block, std::size_t) override {
    const std::size_t at = block.starts_with("retry:") ? 0 : block.find("\nretry:");
    if (at == std::string::npos) return block;
    const std::size_t from = at == 0 ? 0 : at + 1;
    block.erase(from, block.find('\n', from) + 1 - from);
    return block;
  }
};

class lines_that_end_anywhere final : public edit_without_leaving {
  std::string on_block(std::string block, std::size_t) override {
    for (const char* end : {"\v", "\f", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"})
      replace_all(block, end, "\n");
    return block;
  }
};

class known_members_only final : public edit_without_leaving {
  std::string on_block(std::string block, std::size_t) override {
    const bool strange = read_block(block).type == "command" && block.find("\"x_new\"") != std::string::npos;
    return strange ? std::string{} : block;
  }
};

class new_gateways_only final : public edit_without_leaving {
  std::string on_block(std::string block, std::size_t) override {
    const bool old = read_block(block).type == "connected" && block.find("\"protocol\"") == std::string::npos;
    return old ? std::string{} : block;
  }
};

template <class Edit>
class rewired_events final : public rewiring {
 public:
  explicit rewired_events(runtime::clock& time) : time_{time} {}
  wire on_dialled(dialled_wire made) override {
    if (made.to.port == kubernetes_port) return std::move(made.stream);
    return std::make_unique<stream_of_edited_events<Edit>>(std::move(made.stream), time_);
  }

 private:
  runtime::clock& time_;
};

/// An agent that says where it was before it was anywhere.
class resuming_stream final : public edited_stream {
 public:
  using edited_stream::edited_stream;

 private:
  runtime::duration on_write(std::string& bytes) override {
    const bool asks_for_stream =
        bytes.starts_with("GET ") && bytes.find("text/event-stream") != std::string::npos;
    const std::size_t end = bytes.find("\r\n\r\n");
    if (asks_for_stream && end != std::string::npos && bytes.find("Last-Event-ID:") == std::string::npos)
      bytes.insert(end, "\r\nLast-Event-ID: 1");
    return {};
  }
};

/// Takes "do not come back" for trouble that passes.
class unheeding_stream final : public edited_stream {
 public:
  using edited_stream::edited_stream;

 private:
  void on_read(std::string& bytes) override {
    if (bytes.starts_with("HTTP/1.1 204 ")) replace_all(bytes, "HTTP/1.1 204 ", "HTTP/1.1 503 ");
  }
};

template <class Stream>
class gateway_wire_through final : public rewiring {
 public:
  explicit gateway_wire_through(runtime::clock& time) : time_{time} {}
  wire on_dialled(dialled_wire made) override {
    if (made.to.port == kubernetes_port) return std::move(made.stream);
    return std::make_unique<Stream>(std::move(made.stream), time_);
  }

 private:
  runtime::clock& time_;
};

class ready_for_ever final : public rewiring {
  bool on_event(std::string_view event, std::span<const runtime::event_field> fields) override {
    if (event != "readiness" || fields.empty()) return true;
    const bool* ready = std::get_if<bool>(&fields.front().value);
    return ready == nullptr || *ready;
  }
};

class quiet_about_connects final : public rewiring {
  bool on_event(std::string_view event, std::span<const runtime::event_field>) override {
    return event != "connected_to_gateway";
  }
};

class quiet_about_disconnects final : public rewiring {
  bool on_event(std::string_view event, std::span<const runtime::event_field>) override {
    return event != "disconnected";
  }
};

/// Repeats a request at the place that a redirect names, key and all, on the connection that it came by.
class following_stream final : public passing_stream {
 public:
  explicit following_stream(dialled_wire made) : passing_stream{std::move(made.stream)} {}
  task<error_code> write(std::string_view bytes) override {
    last_request_ = bytes;
    co_return co_await inner().write(bytes);
  }
  task<runtime::result<std::size_t>> read_some(std::span<char> into) override {
    const auto count = co_await inner().read_some(into);
    if (count.has_error()) co_return count.error();
    const std::string_view bytes{into.data(), *count};
    const std::size_t at = bytes.find("Location: https://");
    if (!bytes.starts_with("HTTP/1.1 3") || at == std::string_view::npos) co_return count;
    std::string_view place = bytes.substr(at + std::string_view{"Location: https://"}.size());
    place = place.substr(0, place.find('\r'));
    const std::size_t target = last_request_.find(' ') + 1;
    last_request_.replace(target, last_request_.find(' ', target) - target, place.substr(place.find('/')));
    const error_code failure = co_await inner().write(last_request_);
    if (failure) co_return failure;
    co_return count;
  }

 private:
  std::string last_request_;
};

/// Asks for secrets on a connection of its own before it asks for what it should.
class curious_stream final : public passing_stream {
 public:
  explicit curious_stream(dialled_wire made)
      : passing_stream{std::move(made.stream)},
        network_{made.by},
        to_{std::move(made.to)},
        tls_{std::move(made.tls)} {}
  task<error_code> write(std::string_view bytes) override {
    const std::size_t end = bytes.find(" HTTP/1.1");
    if (bytes.starts_with("GET /api/v1/namespaces/") && end != std::string_view::npos) {
      auto dialled = co_await network_.dial(to_, tls_);
      if (dialled.has_value()) {
        beside_ = std::move(*dialled);
        const std::string question = "GET /api/v1/secrets?limit=1" + std::string{bytes.substr(end)};
        static_cast<void>(co_await beside_->write(question));
      }
    }
    co_return co_await inner().write(bytes);
  }

 private:
  runtime::network& network_;
  endpoint to_;
  std::shared_ptr<runtime::tls_client> tls_;  // owners: as in dialled_wire
  wire beside_;
};

/// Dials the gateway twice at its start, and leaves the first of the two lying about.
class first_dial_twice final : public rewiring {
  task<void> before_dial(runtime::network& by, const endpoint& to,
                         std::shared_ptr<runtime::tls_client> tls) override {
    if (to.port == kubernetes_port || std::exchange(dialled_, true)) co_return;
    auto other = co_await by.dial(to, std::move(tls));
    if (other.has_value()) other_ = std::move(*other);
  }
  bool dialled_ = false;
  wire other_;
};

template <class Stream, bool ToKubernetes>
class rewired_dials final : public rewiring {
  wire on_dialled(dialled_wire made) override {
    if ((made.to.port == kubernetes_port) != ToKubernetes) return std::move(made.stream);
    return std::make_unique<Stream>(std::move(made));
  }
};

template <class Rewiring>
std::unique_ptr<runtime::host> around(runtime::host& inner) {
  return std::make_unique<rewired_host>(inner, std::make_unique<Rewiring>());
}

template <class Stream>
std::unique_ptr<runtime::host> around_wires(runtime::host& inner) {
  return std::make_unique<rewired_host>(inner, std::make_unique<gateway_wire_through<Stream>>(inner.clock()));
}

template <class Edit>
std::unique_ptr<runtime::host> around_events(runtime::host& inner) {
  return std::make_unique<rewired_host>(inner, std::make_unique<rewired_events<Edit>>(inner.clock()));
}

}  // namespace

using host_ptr = std::unique_ptr<runtime::host>;

host_ptr loses_commands_that_come_in_pieces(runtime::host& inner) {
  return around_events<whole_commands_only>(inner);
}
host_ptr leaves_at_nonsense(runtime::host& inner) { return around_events<sense_only>(inner); }
host_ptr runs_unfinished_events(runtime::host& inner) { return around_events<unfinished_as_finished>(inner); }
host_ptr ignores_deadlines(runtime::host& inner) { return around_events<time_without_end>(inner); }
host_ptr ends_lines_anywhere(runtime::host& inner) { return around_events<lines_that_end_anywhere>(inner); }
host_ptr knows_all_members(runtime::host& inner) { return around_events<known_members_only>(inner); }
host_ptr needs_a_new_gateway(runtime::host& inner) { return around_events<new_gateways_only>(inner); }
host_ptr ignores_cancels(runtime::host& inner) { return around_events<without_cancels>(inner); }
host_ptr deaf_to_retry(runtime::host& inner) { return around_events<without_retries>(inner); }
host_ptr resumes_from_nowhere(runtime::host& inner) { return around_wires<resuming_stream>(inner); }
host_ptr comes_back_when_sent_away(runtime::host& inner) { return around_wires<unheeding_stream>(inner); }
host_ptr says_ready_for_ever(runtime::host& inner) { return around<ready_for_ever>(inner); }
host_ptr keeps_quiet_about_connects(runtime::host& inner) { return around<quiet_about_connects>(inner); }
host_ptr keeps_quiet_about_disconnects(runtime::host& inner) {
  return around<quiet_about_disconnects>(inner);
}
host_ptr follows_redirects(runtime::host& inner) {
  return around<rewired_dials<following_stream, false>>(inner);
}
host_ptr dials_twice(runtime::host& inner) { return around<first_dial_twice>(inner); }
host_ptr reads_secrets(runtime::host& inner) { return around<rewired_dials<curious_stream, true>>(inner); }

}  // namespace kitfox::conformance
