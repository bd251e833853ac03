#include "runtime/http/errc.hpp"

#include <string>

namespace kitfox::runtime::http {
namespace {

class category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "kitfox.http"; }
  std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::malformed:
        return "not HTTP/1.1";
      case errc::header_too_large:
        return "header exceeds its limit";
      case errc::body_too_large:
        return "body exceeds its limit";
      case errc::truncated:
        return "connection ended inside a message";
      case errc::unsupported:
        return "unsupported transfer coding, version or upgrade";
      case errc::unexpected_bytes:
        return "bytes where none were allowed";
      case errc::bad_url:
        return "not an absolute http or https URL";
    }
    return "unknown HTTP error";
  }
};

}  // namespace

const boost::system::error_category& http_category() noexcept {
  static const category instance;
  return instance;
}

}  // namespace kitfox::runtime::http
