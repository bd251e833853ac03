#include <utility>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class silence final : public sse_fault {
 public:
  silence(const std::string& what, std::string heartbeat)
      : heartbeats_{what != "data"}, data_{what != "heartbeats"}, heartbeat_{std::move(heartbeat)} {}

  void on_heal(fault_context& to) override {
    sse_fault::on_heal(to);
    const call scope{*this, to};
    emit(std::exchange(kept_, {}));
  }

 private:
  void on_block(const sse_block& block) override {
    const bool beat = block.type == heartbeat_ || block.type == "comment";
    if (healed() || !(beat ? heartbeats_ : data_)) {
      emit(block.raw);
      return;
    }
    if (!std::exchange(fired_, true)) record_event("silence", block);
    if (!beat) kept_ += block.raw;
  }
  void on_stream_end() override { emit(std::exchange(kept_, {})); }
  std::size_t kept() const override { return kept_.size(); }

  bool heartbeats_, data_;
  std::string heartbeat_;
  std::string kept_;
  bool fired_ = false;
};

}  // namespace

fault_kind sse_silence() {
  fault_kind kind;
  kind.name = "sse_silence";
  kind.family = fault_family::sse;
  kind.doc = "Heartbeats stop and data goes on, or data stops and heartbeats go on, or both stop.";
  kind.parameters = {{"what",
                      parameter_type::choice,
                      "Heartbeats (and comments) vanish; data is kept until healed.",
                      "heartbeats",
                      {"heartbeats", "data", "all"}},
                     {"heartbeat_type", parameter_type::text, "Event type of heartbeats.", "heartbeat"}};
  kind.selectors = {fault_kind::selector::request};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<silence>(values.text("what"), values.text("heartbeat_type"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
