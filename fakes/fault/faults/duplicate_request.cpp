#include <utility>

#include "fakes/fault/http_fault.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

/// Requests larger than this are not duplicated: the copy must be kept until the original has passed.
constexpr std::size_t request_bytes_max = 1024 * 1024;

class duplicate_request_fault final : public http_fault {
 protected:
  void on_request(http_exchange&, http_piece what, std::string_view raw, const http_head*) override {
    if (what == http_piece::head) {
      copy_.clear();
      copying_ = true;
    }
    copying_ = copying_ && copy_.size() + raw.size() <= request_bytes_max;
    if (copying_) copy_.append(raw);
    send(side::client, raw);
  }
  void on_request_complete(http_exchange& of) override {
    if (!std::exchange(copying_, false)) return;
    record("sent twice", of, side::client);
    send(side::client, std::exchange(copy_, {}));
    http_exchange second;
    second.method = of.method;
    second.target = of.target;
    second.request_done = true;
    second.selected = true;
    second.swallowed = true;
    tracker().exchanges().push_back(std::move(second));
  }
  void on_response(http_exchange& of, http_piece, std::string_view raw, const http_head*) override {
    if (!of.swallowed) send(side::server, raw);
  }

 private:
  std::string copy_;
  bool copying_ = false;
};

}  // namespace

fault_kind duplicate_request() {
  fault_kind kind;
  kind.name = "duplicate_request";
  kind.family = fault_family::http;
  kind.doc = "A request is delivered twice; the client sees the first response alone.";
  kind.selectors = {fault_kind::selector::request};
  kind.make = [](const arguments&) -> std::unique_ptr<fault> {
    return std::make_unique<duplicate_request_fault>();
  };
  return kind;
}

}  // namespace kitfox::fault::faults
