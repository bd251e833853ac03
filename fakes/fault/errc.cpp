#include "fakes/fault/errc.hpp"

namespace kitfox::fault {
namespace {

class category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "kitfox.fault"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::unknown_fault:
        return "no fault has that name";
      case errc::unknown_parameter:
        return "the fault has no such parameter";
      case errc::missing_parameter:
        return "a parameter without default is missing";
      case errc::bad_parameter:
        return "the value of a parameter is not acceptable";
      case errc::not_an_object:
        return "parameters must be an object";
      case errc::name_taken:
        return "an active fault has that name";
      case errc::no_such_fault:
        return "no such fault on this link";
      case errc::bad_request:
        return "the request is not JSON of the expected shape";
      case errc::proxy_exists:
        return "a proxy of that name exists";
      case errc::not_found:
        return "no such proxy or toxic";
    }
    return "unknown error of kitfox.fault";
  }
};

}  // namespace

const boost::system::error_category& fault_category() noexcept {
  static const category instance;
  return instance;
}

}  // namespace kitfox::fault
