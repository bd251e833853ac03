#pragma once
#include <list>
#include <map>
#include <string>

#include "runtime/clock.hpp"
#include "runtime/network.hpp"
#include "runtime/tls/openssl_ptr.hpp"

namespace kitfox::runtime::tls {

/// Sessions to resume, by server. TLS 1.3 tickets are used once (RFC 8446 §C.4).
class session_cache {
 public:
  void store(const std::string& server, session_ptr session);
  /// Nothing when there is none, or when the certificate it was made with is not valid at `now`.
  [[nodiscard]] session_ptr take(const std::string& server, wall_time now);
  void forget(const std::string& server);

 private:
  struct entry {
    std::string server;
    session_ptr session;
  };
  std::list<entry> oldest_first_;
  std::map<std::string, std::list<entry>::iterator> by_server_;
};

class client_settings final : public tls_client {
 public:
  explicit client_settings(context_ptr made) : context{std::move(made)} {}
  context_ptr context;
  session_cache sessions;
};

class server_settings final : public tls_server {
 public:
  explicit server_settings(context_ptr made) : context{std::move(made)} {}
  context_ptr context;
};

}  // namespace kitfox::runtime::tls
