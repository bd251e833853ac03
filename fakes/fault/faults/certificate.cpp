#include "fakes/fault/faults/tls.hpp"

namespace kitfox::fault::faults {
namespace {

std::unique_ptr<fault> make_certificate(const arguments& values) {
  const std::string& is = values.text("is");
  tls_answer answer = tls_answer::unknown_authority;
  if (is == "expired") answer = tls_answer::expired;
  if (is == "not_yet_valid") answer = tls_answer::not_yet_valid;
  if (is == "wrong_host") answer = tls_answer::wrong_host;
  return make_tls_fault(answer, "certificate " + is);
}

}  // namespace

fault_kind certificate() {
  fault_kind kind =
      tls_kind("certificate", "The server's certificate is real, but not one to accept.", make_certificate);
  kind.parameters = {{"is",
                      parameter_type::choice,
                      "What is wrong with it.",
                      std::nullopt,
                      {"expired", "not_yet_valid", "wrong_host", "unknown_authority"}}};
  return kind;
}

}  // namespace kitfox::fault::faults
