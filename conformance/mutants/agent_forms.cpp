// Agents whose requests lack something, or that keep connections in another way.
#include "conformance/mutants/agent_wire.hpp"
#include "conformance/mutants/rewired_host.hpp"
#include "runtime/errc.hpp"

namespace kitfox::conformance {
namespace {

using runtime::error_code;
using runtime::task;
using byte_pipe = std::unique_ptr<runtime::byte_stream>;

constexpr std::uint16_t api_server_port = 6443;

/// Connections to the gateway become streams of class Stream, which is given the connection and this.
template <class Stream>
class rewired_to_gateway final : public rewiring {
 public:
  explicit rewired_to_gateway(runtime::clock& time) : time_{time} {}
  byte_pipe on_dialled(dialled_wire made) override {
    if (made.to.port == api_server_port) return std::move(made.stream);
    return std::make_unique<Stream>(std::move(made), *this);
  }
  bool on_event(std::string_view event, std::span<const runtime::event_field>) override {
    stopping_ = stopping_ || event == "draining";
    return true;
  }
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }
  [[nodiscard]] runtime::clock& time() noexcept { return time_; }
  [[nodiscard]] bool struck() const noexcept { return struck_; }
  void strike() noexcept { struck_ = true; }

 private:
  runtime::clock& time_;
  bool stopping_ = false, struck_ = false;
};

template <class Stream>
std::unique_ptr<runtime::host> around_gateway_dials(runtime::host& inner) {
  return std::make_unique<rewired_host>(inner, std::make_unique<rewired_to_gateway<Stream>>(inner.clock()));
}

class any_type_will_do final : public edited_stream {
 public:
  any_type_will_do(dialled_wire made, rewired_to_gateway<any_type_will_do>& of)
      : edited_stream{std::move(made.stream), of.time()} {}

 private:
  runtime::duration on_write(std::string& bytes) override {
    replace_all(bytes, "Accept: text/event-stream\r\n", "Accept: */*\r\n");
    return {};
  }
};

class key_in_the_query final : public edited_stream {
 public:
  key_in_the_query(dialled_wire made, rewired_to_gateway<key_in_the_query>& of)
      : edited_stream{std::move(made.stream), of.time()} {}

 private:
  runtime::duration on_write(std::string& bytes) override {
    constexpr std::string_view before = "Authorization: Bearer ";
    const std::size_t key = bytes.find(before), query = bytes.find("/agent/connect?");
    if (key == std::string::npos || query == std::string::npos) return {};
    const std::size_t begin = key + before.size();
    bytes.insert(bytes.find('?', query) + 1,
                 "key=" + bytes.substr(begin, bytes.find('\r', begin) - begin) + "&");
    return {};
  }
};

class one_spelling final : public edited_stream {
 public:
  one_spelling(dialled_wire made, rewired_to_gateway<one_spelling>& of)
      : edited_stream{std::move(made.stream), of.time()} {}

 private:
  void on_read(std::string& bytes) override {
    constexpr std::string_view field = "\r\nContent-Type: ";
    const std::size_t at = bytes.find(field);
    if (!bytes.starts_with("HTTP/1.1 200") || at == std::string::npos) return;
    const std::size_t from = at + field.size(), until = bytes.find('\r', from);
    const std::string type = bytes.substr(from, until - from);
    if (type != "text/event-stream" && type != "application/json")
      bytes.replace(from, until - from, "text/strange");
  }
};

/// Once it has read what is no text it says nothing any more, whatever it dials.
class easily_struck final : public edited_stream {
 public:
  easily_struck(dialled_wire made, rewired_to_gateway<easily_struck>& of)
      : edited_stream{std::move(made.stream), of.time()}, of_{of} {}

 private:
  void on_read(std::string& bytes) override {
    if (bytes.find('\xff') != std::string::npos) of_.strike();
  }
  runtime::duration on_write(std::string&) override {
    return of_.struck() ? std::chrono::hours{1} : runtime::duration{};
  }
  rewired_to_gateway<easily_struck>& of_;
};

/// Asks for a stream on a connection of its own when it answers after it was told to stop.
class restless_stream final : public passing_stream {
 public:
  restless_stream(dialled_wire made, rewired_to_gateway<restless_stream>& of)
      : passing_stream{std::move(made.stream)},
        network_{made.by},
        to_{std::move(made.to)},
        tls_{std::move(made.tls)},
        of_{of} {}
  task<error_code> write(std::string_view bytes) override {
    if (of_.stopping() && bytes.starts_with("POST ") && !beside_) {
      auto dialled = co_await network_.dial(to_, tls_);
      if (dialled.has_value()) {
        beside_ = std::move(*dialled);
        std::string question =
            "GET /gateway/agent/connect HTTP/1.1\r\nHost: gateway\r\n"
            "Accept: text/event-stream\r\n";
        const std::size_t key = bytes.find("Authorization: ");
        question += std::string{bytes.substr(key, bytes.find("\r\n", key) - key)} + "\r\n\r\n";
        static_cast<void>(co_await beside_->write(question));
      }
    }
    co_return co_await inner().write(bytes);
  }

 private:
  runtime::network& network_;
  runtime::endpoint to_;
  std::shared_ptr<runtime::tls_client> tls_;  // owners: as in dialled_wire
  rewired_to_gateway<restless_stream>& of_;
  byte_pipe beside_;
};

/// Serves one answer, and is no good for a second one.
class connection_for_one_answer final : public passing_stream {
 public:
  connection_for_one_answer(dialled_wire made, rewired_to_gateway<connection_for_one_answer>&)
      : passing_stream{std::move(made.stream)} {}
  task<error_code> write(std::string_view bytes) override {
    if (bytes.find("/agent/response/") != std::string_view::npos && std::exchange(used_, true)) {
      inner().close();
      co_return runtime::make_error_code(runtime::errc::connection_reset);
    }
    co_return co_await inner().write(bytes);
  }

 private:
  bool used_ = false;
};

}  // namespace

using host_ptr = std::unique_ptr<runtime::host>;

host_ptr asks_for_anything(runtime::host& inner) { return around_gateway_dials<any_type_will_do>(inner); }
host_ptr shows_its_key(runtime::host& inner) { return around_gateway_dials<key_in_the_query>(inner); }
host_ptr takes_one_spelling(runtime::host& inner) { return around_gateway_dials<one_spelling>(inner); }
host_ptr comes_back_while_stopping(runtime::host& inner) {
  return around_gateway_dials<restless_stream>(inner);
}
host_ptr dials_for_each_answer(runtime::host& inner) {
  return around_gateway_dials<connection_for_one_answer>(inner);
}

host_ptr is_struck_dumb_by_noise(runtime::host& inner) { return around_gateway_dials<easily_struck>(inner); }

}  // namespace kitfox::conformance
