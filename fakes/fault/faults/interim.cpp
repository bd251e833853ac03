#include <algorithm>

#include "fakes/fault/http_fault.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

/// More than clients skip before they give up is nonsense, and less than one nothing.
constexpr std::int64_t interim_max = 16;

/// 101 would make another protocol of the connection.
int interim_status(std::int64_t wanted) {
  const auto status = static_cast<int>(std::clamp<std::int64_t>(wanted, 100, 199));
  return status == 101 ? 102 : status;
}

class interim_fault final : public http_fault {
 public:
  interim_fault(int status, std::int64_t times) : status_{status}, times_{times} {}

 protected:
  void on_response(http_exchange& of, http_piece, std::string_view raw, const http_head* head) override {
    if (head != nullptr && head->status >= 200 && !healed()) {
      record("interim " + std::to_string(status_), of);
      const std::string one =
          "HTTP/1.1 " + std::to_string(status_) + " Interim\r\nLink: </style.css>; rel=preload\r\n\r\n";
      for (std::int64_t i = 0; i < times_; ++i) send(side::server, one);
    }
    send(side::server, raw);
  }

 private:
  int status_;
  std::int64_t times_;
};

}  // namespace

fault_kind interim() {
  fault_kind kind;
  kind.name = "interim";
  kind.family = fault_family::http;
  kind.doc = "Interim responses come before the response.";
  kind.parameters = {{"code", parameter_type::count, "Their status, 100 or 102 to 199.", "103"},
                     {"times", parameter_type::count, "How many, 1 to 16.", "1"}};
  kind.selectors = {fault_kind::selector::request};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    const auto times =
        std::clamp<std::int64_t>(static_cast<std::int64_t>(values.number("times")), 1, interim_max);
    return std::make_unique<interim_fault>(interim_status(static_cast<std::int64_t>(values.number("code"))),
                                           times);
  };
  return kind;
}

}  // namespace kitfox::fault::faults
