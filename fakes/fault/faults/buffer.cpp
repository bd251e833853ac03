#include <algorithm>
#include <utility>

#include "fakes/fault/http_fault.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

class buffer_fault final : public http_fault {
 public:
  buffer_fault(std::size_t bytes, runtime::duration timeout) : bytes_{bytes}, timeout_{timeout} {}

  void on_timer(fault_context& to) override {
    const call scope{*this, to};
    let_go();
  }
  void on_heal(fault_context& to) override {
    http_fault::on_heal(to);
    const call scope{*this, to};
    let_go();
  }
  std::size_t held(side from) const override {
    return http_fault::held(from) + (from == side::server ? kept_.size() : 0);
  }

 protected:
  bool joins(const http_exchange&) override { return true; }
  void on_response(http_exchange& of, http_piece what, std::string_view raw, const http_head*) override {
    if (what == http_piece::head || healed()) {
      let_go();
      send(side::server, raw);
      return;
    }
    if (kept_.empty()) {
      if (!std::exchange(fired_, true)) record("buffers", of);
      if (timeout_ > runtime::duration::zero()) context().wake_at(context().now() + timeout_);
    }
    kept_.append(raw);
    const bool whole = !of.chunked || what == http_piece::chunk_end;
    // Never more than the window, or the server could send nothing to fill the rest.
    if ((whole && kept_.size() >= bytes_) || kept_.size() >= context().window_bytes()) let_go();
  }
  void on_response_complete(http_exchange&) override { let_go(); }
  bool on_server_end(end_kind) override {
    let_go();
    return false;
  }

 private:
  void let_go() {
    context().cancel_wake();
    send(side::server, std::exchange(kept_, {}));
  }

  std::size_t bytes_;
  runtime::duration timeout_;
  std::string kept_;
  bool fired_ = false;
};

}  // namespace

fault_kind buffer() {
  fault_kind kind;
  kind.name = "buffer";
  kind.family = fault_family::middlebox;
  kind.doc =
      "A buffering proxy: the body of a response is kept until so many bytes have gathered or it ends.";
  kind.parameters = {{"bytes", parameter_type::size, "Of the buffer.", "64KiB"},
                     {"timeout", parameter_type::span, "Emptied after so long; 0: only when full.", "0"}};
  kind.selectors = {fault_kind::selector::request};
  kind.selects_itself = true;
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<buffer_fault>(values.number("bytes"), values.span("timeout"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
