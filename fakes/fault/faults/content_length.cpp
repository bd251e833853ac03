#include <charconv>

#include "fakes/fault/http_fault.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

class content_length_fault final : public http_fault {
 public:
  explicit content_length_fault(std::int64_t change) : change_{change} {}

 protected:
  void on_response(http_exchange& of, http_piece, std::string_view raw, const http_head* head) override {
    const auto given = head != nullptr && !healed() ? head->get("content-length") : std::nullopt;
    std::int64_t length = 0;
    if (!given || std::from_chars(given->data(), given->data() + given->size(), length).ec != std::errc{}) {
      send(side::server, raw);
      return;
    }
    const std::int64_t wrong = length + change_;
    record("Content-Length " + std::to_string(wrong), of);
    send(side::server, with_field(raw, "Content-Length", std::to_string(wrong < 0 ? 0 : wrong)));
  }

 private:
  std::int64_t change_;
};

}  // namespace

fault_kind content_length() {
  fault_kind kind;
  kind.name = "content_length";
  kind.family = fault_family::http;
  kind.doc = "The Content-Length of a response is wrong.";
  kind.parameters = {{"change", parameter_type::integer, "Added to it; the result is at least 0.", "1"}};
  kind.selectors = {fault_kind::selector::request};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<content_length_fault>(values.integer("change"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
