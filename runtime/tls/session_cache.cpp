#include <ctime>

#include "runtime/tls/settings.hpp"
#include "runtime/tls/tls.hpp"

namespace kitfox::runtime::tls {
namespace {

bool valid_at(SSL_SESSION* session, wall_time now) {
  X509* certificate = SSL_SESSION_get0_peer(session);
  if (certificate == nullptr) return false;
  std::time_t seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  return X509_cmp_time(X509_get0_notBefore(certificate), &seconds) < 0 &&
         X509_cmp_time(X509_get0_notAfter(certificate), &seconds) > 0;
}

}  // namespace

void session_cache::store(const std::string& server, session_ptr session) {
  forget(server);
  if (by_server_.size() >= client_sessions_max) forget(oldest_first_.front().server);
  oldest_first_.push_back({server, std::move(session)});
  by_server_.emplace(server, std::prev(oldest_first_.end()));
}

session_ptr session_cache::take(const std::string& server, wall_time now) {
  const auto found = by_server_.find(server);
  if (found == by_server_.end()) return nullptr;
  session_ptr& session = found->second->session;
  if (!valid_at(session.get(), now)) {
    forget(server);
    return nullptr;
  }
  if (SSL_SESSION_get_protocol_version(session.get()) < TLS1_3_VERSION) {
    SSL_SESSION_up_ref(session.get());
    return session_ptr{session.get()};
  }
  session_ptr out = std::move(session);
  forget(server);
  return out;
}

void session_cache::forget(const std::string& server) {
  const auto found = by_server_.find(server);
  if (found == by_server_.end()) return;
  const auto place = found->second;
  by_server_.erase(found);
  oldest_first_.erase(place);
}

}  // namespace kitfox::runtime::tls
