#include "fakes/fault/faults/tls.hpp"

#include <utility>

namespace kitfox::fault {
namespace {

class tls_fault final : public fault {
 public:
  tls_fault(tls_answer answer, std::string what) : answer_{answer}, what_{std::move(what)} {}
  tls_answer on_tls(fault_context& context) override {
    context.fired(what_);
    return answer_;
  }

 private:
  tls_answer answer_;
  std::string what_;
};

}  // namespace

fault_kind tls_kind(std::string name, std::string doc, std::unique_ptr<fault> (*make)(const arguments&)) {
  fault_kind kind;
  kind.name = std::move(name);
  kind.family = fault_family::tls;
  kind.doc = std::move(doc);
  kind.standard_taken = taken::fresh;
  kind.selectors = {};
  kind.make = make;
  return kind;
}

std::unique_ptr<fault> make_tls_fault(tls_answer answer, std::string what) {
  return std::make_unique<tls_fault>(answer, std::move(what));
}

}  // namespace kitfox::fault
