#include "fakes/fault/http_fault.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

/// More than clients skip before they give up is nonsense.
constexpr std::uint64_t interim_max = 16;

class interim_fault final : public http_fault {
 public:
  interim_fault(int status, std::uint64_t times) : status_{status}, times_{times} {}

 protected:
  void on_response(http_exchange& of, http_piece, std::string_view raw, const http_head* head) override {
    if (head != nullptr && head->status >= 200 && !healed()) {
      record("interim " + std::to_string(status_), of);
      const std::string one =
          "HTTP/1.1 " + std::to_string(status_) + " Interim\r\nLink: </style.css>; rel=preload\r\n\r\n";
      for (std::uint64_t i = 0; i < times_; ++i) send(side::server, one);
    }
    send(side::server, raw);
  }

 private:
  int status_;
  std::uint64_t times_;
};

}  // namespace

fault_kind interim() {
  fault_kind kind;
  kind.name = "interim";
  kind.family = fault_family::http;
  kind.doc = "Interim responses come before the response.";
  // 101 would make another protocol of the connection.
  kind.parameters = {{"code", parameter_type::count, "Their status.", "103", {}, {{100, 100}, {102, 199}}},
                     {"times", parameter_type::count, "How many.", "1", {}, {{1, interim_max}}}};
  kind.selectors = {fault_kind::selector::request};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<interim_fault>(static_cast<int>(values.number("code")), values.number("times"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
