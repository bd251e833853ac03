#include "fakes/kube/errc.hpp"

namespace kitfox::kube {

namespace {

class category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "kitfox.kube"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::not_json:
        return "not JSON";
      case errc::nesting_too_deep:
        return "objects and arrays nested too deep";
      case errc::not_yaml:
        return "not YAML";
      case errc::yaml_too_large:
        return "YAML too large once aliases are expanded";
      case errc::not_a_string:
        return "a value that must be a string reads as something else";
      case errc::not_an_object:
        return "not a Kubernetes object";
      case errc::unknown_kind:
        return "apiVersion and kind that the fake does not serve";
      case errc::wrong_scope:
        return "namespace missing, or given for a cluster-scoped kind";
      case errc::already_exists:
        return "an object of that kind and name exists already";
      case errc::not_found:
        return "no such object";
      case errc::store_full:
        return "the object store is full";
      case errc::bad_fault:
        return "a rule of a script of faults means nothing";
      case errc::file_unusable:
        return "a file cannot be read or written";
      case errc::certificate_failed:
        return "a key or certificate could not be made";
    }
    return "unknown kitfox.kube error";
  }
};

}  // namespace

const boost::system::error_category& kube_category() noexcept {
  static const category instance;
  return instance;
}

std::string diagnostics::text() const {
  std::string out = file;
  if (line > 0) out += (out.empty() ? "line " : ":") + std::to_string(line);
  if (!out.empty()) out += ": ";
  return out + message;
}

}  // namespace kitfox::kube
