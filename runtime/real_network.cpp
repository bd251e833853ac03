#include "runtime/real_network.hpp"

#include <utility>

#include "runtime/errc.hpp"
#include "runtime/tcp.hpp"
#include "runtime/tls/tls.hpp"

namespace kitfox::runtime {
namespace {

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

task<result<std::unique_ptr<byte_stream>>> real_network::dial(endpoint to, std::shared_ptr<tls_client> tls) {
  const result<std::vector<std::string>> addresses = co_await resolve(to.host);
  if (!addresses) co_return addresses.error();
  error_code last = errc::name_not_found;
  for (const std::string& address : *addresses) {
    result<std::unique_ptr<byte_stream>> connected =
        co_await connect_tcp(executor_, address, to.port, events_);
    if (connected && tls == nullptr) co_return std::move(*connected);
    if (connected) {
      std::unique_ptr<byte_stream> stream = tls::wrap_client(std::move(*connected), tls, to, time_);
      const error_code failure = co_await stream->handshake();
      if (failure) co_return failure;
      co_return std::move(stream);
    }
    last = connected.error();
    if (last == errc::cancelled) break;
  }
  co_return last;
}

task<result<std::unique_ptr<listener>>> real_network::listen(endpoint at, std::shared_ptr<tls_server> tls) {
  const result<std::vector<std::string>> addresses = co_await resolve(at.host);
  if (!addresses) co_return addresses.error();
  result<std::unique_ptr<listener>> plain = listen_tcp(executor_, addresses->front(), at.port, events_);
  if (!plain || tls == nullptr) co_return plain;
  co_return std::make_unique<tls_listener>(std::move(*plain), std::move(tls), time_);
}

task<result<std::vector<std::string>>> real_network::resolve(std::string name) {
  return resolve_tcp(executor_, std::move(name), events_);
}

}  // namespace kitfox::runtime
