#include <utility>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class wrong_type final : public sse_fault {
 public:
  explicit wrong_type(std::string type) : type_{std::move(type)} {}

 private:
  void on_stream_head(std::string& head, const http_exchange& of) override {
    if (healed()) return;
    record("Content-Type " + type_, of);
    head = with_field(head, "Content-Type", type_);
  }
  std::string type_;
};

}  // namespace

fault_kind sse_wrong_type() {
  fault_kind kind;
  kind.name = "sse_wrong_type";
  kind.family = fault_family::sse;
  kind.doc = "An event stream arrives under another Content-Type.";
  kind.parameters = {{"content_type", parameter_type::text, "The type; empty: none at all.", "text/html"}};
  kind.selectors = {fault_kind::selector::request};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<wrong_type>(values.text("content_type"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
