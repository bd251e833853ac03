#pragma once
#include <string>
#include <utility>
#include <vector>

#include "fakes/fault/http_fault.hpp"

namespace kitfox::fault {

/// An HTTP response made up by a fault.
struct made_response {
  int status = 503;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string content_type, body;
  bool closes = false;  ///< "Connection: close", and FIN to both ends after it.
};
[[nodiscard]] std::string print_response(const made_response&);

/// Answers requests in the server's place: the server never sees them.
class answering_fault final : public http_fault {
 public:
  answering_fault(std::string name, made_response answer)
      : name_{std::move(name)}, answer_{std::move(answer)} {}

 protected:
  void on_request(http_exchange& of, http_piece what, std::string_view raw, const http_head* head) override;
  void on_request_complete(http_exchange& of) override;

 private:
  void answer(http_exchange& of);
  std::string name_;
  made_response answer_;
};

}  // namespace kitfox::fault
