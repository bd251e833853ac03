#include "runtime/real_network.hpp"

#include <utility>

#include "runtime/deadline.hpp"
#include "runtime/errc.hpp"
#include "runtime/tcp.hpp"
#include "runtime/tls/stream.hpp"
#include "runtime/tls/tls.hpp"

namespace kitfox::runtime {
namespace {

/// How long one address may take while there is another to try: a network that swallows IPv6 must not hide
/// the IPv4 address of the same name.
constexpr duration address_attempt_max = std::chrono::seconds{3};

class tls_listener final : public listener {
 public:
  tls_listener(std::unique_ptr<listener> under, std::shared_ptr<tls_server> settings, clock& time)
      : under_{std::move(under)}, settings_{std::move(settings)}, time_{time} {}
  task<result<std::unique_ptr<byte_stream>>> accept() override {
    result<std::unique_ptr<byte_stream>> accepted = co_await under_->accept();
    if (!accepted) co_return accepted.error();
    co_return tls::wrap_server(std::move(*accepted), settings_, time_);
  }
  endpoint local() const override { return under_->local(); }
  void close() noexcept override { under_->close(); }

 private:
  std::unique_ptr<listener> under_;
  // owners: whoever made the settings, this listener, its streams
  std::shared_ptr<tls_server> settings_;
  clock& time_;
};

}  // namespace

result<std::shared_ptr<tls_client>> real_network::make_tls_client(const tls_client_options& options) {
  return tls::make_client(options);
}

result<std::shared_ptr<tls_server>> real_network::make_tls_server(const tls_server_options& options) {
  return tls::make_server(options);
}

task<result<std::unique_ptr<byte_stream>>> real_network::connect(endpoint to) {
  const result<std::vector<std::string>> addresses = co_await resolve(to.host);
  if (!addresses) co_return addresses.error();
  result<std::unique_ptr<byte_stream>> last = errc::name_not_found;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    task<result<std::unique_ptr<byte_stream>>> attempt =
        connect_tcp(executor_, (*addresses)[i], to.port, events_);
    const bool is_last = i + 1 == addresses->size();
    if (!is_last) attempt = with_timeout(time_, address_attempt_max, std::move(attempt));
    last = co_await std::move(attempt);
    if (last || last.error() == errc::cancelled) break;
  }
  co_return last;
}

task<result<std::unique_ptr<byte_stream>>> real_network::dial(endpoint to, std::shared_ptr<tls_client> tls) {
  result<std::unique_ptr<byte_stream>> connected = co_await connect(to);
  if (!connected || tls == nullptr) co_return connected;
  auto stream = std::make_unique<tls::stream>(std::move(*connected), std::move(tls), to, time_);
  if (const error_code failure = co_await stream->handshake()) {
    const std::string text = failure.message();
    events_.warning("tls_handshake_failed", {{"host", std::string_view{to.host}},
                                             {"error", std::string_view{text}},
                                             {"reason", std::string_view{stream->failure_text()}}});
    co_return failure;
  }
  co_return std::unique_ptr<byte_stream>{std::move(stream)};
}

task<result<std::unique_ptr<listener>>> real_network::listen(endpoint at, std::shared_ptr<tls_server> tls,
                                                             listen_options how) {
  const result<std::vector<std::string>> addresses = co_await resolve(at.host);
  if (!addresses) co_return addresses.error();
  result<std::unique_ptr<listener>> plain = listen_tcp(executor_, addresses->front(), at.port, how, events_);
  if (!plain || tls == nullptr) co_return plain;
  co_return std::make_unique<tls_listener>(std::move(*plain), std::move(tls), time_);
}

task<result<std::vector<std::string>>> real_network::resolve(std::string name) {
  return resolve_tcp(executor_, std::move(name), events_);
}

}  // namespace kitfox::runtime
