#include "runtime/http/message_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace kitfox::runtime::http {
namespace {

namespace beast = boost::beast;
using beast_verb = beast::http::verb;
using beast_field = beast::http::field;

// What one transfer may take in memory before its length is trusted.
constexpr std::size_t body_reserve_bytes_max = 64 * 1024;

constexpr std::size_t last_chunk_bytes = std::string_view{"0\r\n\r\n"}.size();

bool names_http(std::string_view input) {
  return input.substr(0, input.find('\r')).find("HTTP/") != std::string_view::npos;
}

error_code to_errc(const error_code& failure, std::string_view input) {
  using beast::http::error;
  if (failure.category() == http_category()) return failure;
  if (failure == error::header_limit) return errc::header_too_large;
  if (failure == error::body_limit) return errc::body_too_large;
  if (failure == error::bad_version && names_http(input)) return errc::unsupported;
  if (failure == error::partial_message) return errc::truncated;
  return errc::malformed;
}

/// The part of Beast's grammar that both kinds of message share; it stores into our own types.
template <bool IsRequest>
class grammar : public beast::http::basic_parser<IsRequest> {
 public:
  grammar(const limits& bounds, fields& headers, std::string& body)
      : bounds_{bounds}, headers_{headers}, body_{body} {
    this->header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(bounds.header_bytes_max, 1 << 30)));
    this->body_limit(bounds.body_bytes_max);
  }

  result<std::size_t> feed(std::string_view input) {
    const bool in_head = !this->is_header_done();
    // Beast asserts that whoever shows it a last chunk again shows its five octets, "0 CRLF CRLF".
    if (!in_head && this->chunked() && !in_chunks_ && input.size() < last_chunk_bytes &&
        input.starts_with('0'))
      return 0;
    error_code failure;
    const std::size_t used = this->put({input.data(), input.size()}, failure);
    if (failure && failure != beast::http::error::need_more) return to_errc(failure, input);
    if (in_head) {
      head_bytes_ += used;
      // An unfinished head that fills the limit cannot end within it.
      const std::size_t least = head_bytes_ + (this->is_header_done() ? 0 : input.size() - used + 1);
      if (least > bounds_.header_bytes_max) return errc::header_too_large;
    } else if (used == 0 && input.size() >= bounds_.header_bytes_max) {
      return errc::malformed;  // a chunk's size line or a trailer without end
    }
    return used;
  }

  bool http11() const noexcept { return http11_; }

 protected:
  void version_is(int version) noexcept { http11_ = version >= 11; }
  virtual void on_extra_field(beast_field name, std::string_view value) {
    static_cast<void>(name), static_cast<void>(value);
  }

 private:
  static std::string_view plain(beast::string_view text) { return {text.data(), text.size()}; }

  void on_request_impl(beast_verb, beast::string_view method, beast::string_view target, int version,
                       error_code& failure) override {
    version_is(version);
    on_first_line(plain(method), plain(target), failure);
  }
  void on_response_impl(int status, beast::string_view, int version, error_code&) override {
    version_is(version);
    on_status(status);
  }
  virtual void on_first_line(std::string_view, std::string_view, error_code&) {}
  virtual void on_status(int) {}

  void on_field_impl(beast_field name, beast::string_view name_text, beast::string_view value,
                     error_code& failure) override {
    if (this->is_header_done()) return;  // a trailer
    if (name == beast_field::transfer_encoding && !beast::iequals(value, "chunked")) {
      failure = errc::unsupported;
      return;
    }
    on_extra_field(name, plain(value));
    headers_.add(std::string{plain(name_text)}, std::string{plain(value)});
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) body_.reserve(std::min<std::uint64_t>(*length, body_reserve_bytes_max));
  }
  std::size_t on_body_impl(beast::string_view bytes, error_code&) override {
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override { in_chunks_ = true; }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code&) override {
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_header_impl(error_code& failure) override { on_head_complete(failure); }
  virtual void on_head_complete(error_code&) {}
  void on_finish_impl(error_code&) override {}

  const limits& bounds_;
  fields& headers_;
  std::string& body_;
  std::size_t head_bytes_ = 0;
  bool http11_ = true;
  bool in_chunks_ = false;
};

/// Origin form of a target; an absolute one is cut (RFC 9112 §3.2.2). Empty when it is neither.
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const std::size_t path = target.find('/', scheme.size());
    return path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
  }
  return target.starts_with('/') || target == "*" ? target : std::string_view{};
}

}  // namespace

struct request_parser::core final : grammar<true> {
  explicit core(const limits& bounds) : grammar{bounds, message.headers, message.body} {}

  void on_first_line(std::string_view method, std::string_view target, error_code& failure) override {
    const std::string_view origin = origin_form(target);
    if (origin.empty()) failure = method == "CONNECT" ? errc::unsupported : errc::malformed;
    message.method = method;
    message.target = origin;
  }
  void on_extra_field(beast_field name, std::string_view value) override {
    if (name == beast_field::host) ++hosts;
    if (name == beast_field::expect) expects = beast::iequals({value.data(), value.size()}, "100-continue");
  }
  void on_head_complete(error_code& failure) override {
    // RFC 9112 §3.2: exactly one Host, which HTTP/1.0 may leave out.
    if (hosts > 1 || (hosts == 0 && http11())) failure = errc::malformed;
  }

  request message;
  int hosts = 0;
  bool expects = false;
};

request_parser::request_parser(const limits& bounds) : core_{std::make_unique<core>(bounds)} {}
request_parser::~request_parser() = default;
request_parser::request_parser(request_parser&&) noexcept = default;
request_parser& request_parser::operator=(request_parser&&) noexcept = default;

result<std::size_t> request_parser::put(std::string_view input) { return core_->feed(input); }
bool request_parser::head_complete() const noexcept { return core_->is_header_done(); }
bool request_parser::complete() const noexcept { return core_->is_done(); }
request& request_parser::message() noexcept { return core_->message; }
bool request_parser::keep_alive() const noexcept { return core_->keep_alive(); }
bool request_parser::is_http11() const noexcept { return core_->http11(); }
bool request_parser::expects_continue() const noexcept { return core_->expects && core_->http11(); }

struct response_parser::core final : grammar<false> {
  core(const limits& bounds, std::string_view method, body_mode mode)
      : grammar{bounds, message.headers, message.body} {
    if (mode == body_mode::streamed) body_limit(boost::none);
    if (method == "HEAD") skip(true);
  }
  void on_status(int status) override { message.status = status; }

  response message;
};

response_parser::response_parser(const limits& bounds, std::string_view method, body_mode mode)
    : core_{std::make_unique<core>(bounds, method, mode)} {}
response_parser::~response_parser() = default;
response_parser::response_parser(response_parser&&) noexcept = default;
response_parser& response_parser::operator=(response_parser&&) noexcept = default;

result<std::size_t> response_parser::put(std::string_view input) { return core_->feed(input); }
error_code response_parser::put_end() {
  if (!core_->got_some()) return errc::truncated;
  error_code failure;
  core_->put_eof(failure);
  if (failure) return to_errc(failure, {});
  return {};
}
bool response_parser::head_complete() const noexcept { return core_->is_header_done(); }
bool response_parser::complete() const noexcept { return core_->is_done(); }
response& response_parser::message() noexcept { return core_->message; }
std::string response_parser::take_body() { return std::exchange(core_->message.body, {}); }
bool response_parser::keep_alive() const noexcept { return core_->keep_alive(); }

}  // namespace kitfox::runtime::http
