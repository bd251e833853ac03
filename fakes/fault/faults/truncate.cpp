#include <algorithm>

#include "fakes/fault/cutting.hpp"
#include "fakes/fault/http_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class truncate_fault final : public http_fault {
 public:
  truncate_fault(std::uint64_t bytes, end_kind how) : bytes_{bytes}, how_{how} {}

 protected:
  bool joins(const http_exchange&) override { return true; }
  void on_response(http_exchange& of, http_piece what, std::string_view raw, const http_head*) override {
    if (what == http_piece::head) seen_ = 0;
    if (what != http_piece::body || healed() || cut_) {
      if (!cut_) send(side::server, raw);
      return;
    }
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(raw.size(), bytes_ - seen_));
    seen_ += room;
    send(side::server, raw.substr(0, room));
    if (seen_ < bytes_) return;
    cut_ = true;
    record(how_ == end_kind::fin ? "fin" : "rst", of);
    context().cut(how_);
  }

 private:
  std::uint64_t bytes_;
  end_kind how_;
  std::uint64_t seen_ = 0;
  bool cut_ = false;
};

}  // namespace

fault_kind truncate() {
  fault_kind kind;
  kind.name = "truncate";
  kind.family = fault_family::http;
  kind.doc = "The connection ends inside the body of a response: chunked or with a length, it is cut short.";
  kind.parameters = {{"bytes", parameter_type::size, "Bytes of the body that still pass.", "1"},
                     {"how", parameter_type::choice, "How the connection ends.", "fin", {"fin", "rst"}}};
  kind.selectors = {fault_kind::selector::request};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    const end_kind how = values.text("how") == "fin" ? end_kind::fin : end_kind::rst;
    return std::make_unique<truncate_fault>(values.number("bytes"), how);
  };
  return kind;
}

}  // namespace kitfox::fault::faults
