#include "fakes/fault/cutting.hpp"
#include "fakes/fault/http_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class lose_response_fault final : public http_fault {
 public:
  explicit lose_response_fault(cut_kind how) : how_{how} {}

  void on_bytes(side from, std::string bytes, fault_context& to) override {
    if (!silent_) http_fault::on_bytes(from, std::move(bytes), to);
  }
  void on_end(side from, end_kind how, fault_context& to) override {
    if (!silent_) http_fault::on_end(from, how, to);
  }
  bool lives_on() const override { return silent_ || http_fault::lives_on(); }

 protected:
  bool joins(const http_exchange& of) override { return !of.response_begun; }
  void on_response(http_exchange& of, http_piece what, std::string_view raw, const http_head*) override {
    const bool interim = what == http_piece::head && !of.response_begun;
    if (lost_) return;
    if (interim || healed()) {
      send(side::server, raw);
      return;
    }
    lost_ = true;
    record("response lost, " + std::string{to_string(how_)}, of);
    switch (how_) {
      case cut_kind::fin:
        context().cut(end_kind::fin);
        return;
      case cut_kind::rst:
        context().cut(end_kind::rst);
        return;
      case cut_kind::silent:
        silent_ = true;
        return;
    }
  }

 private:
  cut_kind how_;
  bool lost_ = false;
  bool silent_ = false;
};

}  // namespace

fault_kind lose_response() {
  fault_kind kind;
  kind.name = "lose_response";
  kind.family = fault_family::http;
  kind.doc = "The request is delivered, its response is lost, and the connection is cut when it comes.";
  kind.parameters = {cut_parameter("how", "rst")};
  kind.selectors = {fault_kind::selector::request};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<lose_response_fault>(cut_kind_of(values.text("how")));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
