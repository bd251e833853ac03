#include "runtime/errc.hpp"

#include <string>

namespace kitfox::runtime {
namespace {

class category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "kitfox.runtime"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::timed_out:
        return "timed out";
      case errc::cancelled:
        return "cancelled";
      case errc::end_of_stream:
        return "end of stream";
      case errc::connection_reset:
        return "connection reset";
      case errc::connection_refused:
        return "connection refused";
      case errc::unreachable:
        return "network unreachable";
      case errc::name_not_found:
        return "host name not found";
      case errc::name_server_failed:
        return "name server failed";
      case errc::address_unavailable:
        return "address unavailable";
      case errc::out_of_resources:
        return "out of descriptors or buffers";
      case errc::certificate_untrusted:
        return "certificate is not trusted";
      case errc::certificate_expired:
        return "certificate has expired";
      case errc::certificate_not_yet_valid:
        return "certificate is not valid yet";
      case errc::certificate_wrong_host:
        return "certificate is for another host";
      case errc::tls_failed:
        return "TLS handshake or record failed";
      case errc::tls_truncated:
        return "connection ended without TLS close_notify";
      case errc::tls_configuration_invalid:
        return "certificate, key or authority cannot be used";
      case errc::not_connected:
        return "not connected";
      case errc::system_failure:
        return "operating system failure";
    }
    return "unknown runtime error";
  }
};

}  // namespace

const boost::system::error_category& runtime_category() noexcept {
  static const category instance;
  return instance;
}

}  // namespace kitfox::runtime
