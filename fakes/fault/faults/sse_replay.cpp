#include <algorithm>
#include <utility>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class replay final : public sse_fault {
 public:
  explicit replay(std::uint64_t last)
      : last_{static_cast<std::size_t>(std::min<std::uint64_t>(last, 1000))} {}

 private:
  static constexpr std::size_t event_bytes_max = 64 * 1024;
  void on_stream_head(std::string&, const http_exchange&) override { fresh_ = true; }
  void on_block(const sse_block& block) override {
    // After the first block, which is the greeting of the new stream.
    emit(block.raw);
    std::deque<std::string>& memory = context().memory();
    if (std::exchange(fresh_, false) && !memory.empty() && !healed()) {
      record_event("replay " + std::to_string(memory.size()), block);
      for (const std::string& old : memory) emit(old);
    }
    if (!selects(block) || block.raw.size() > event_bytes_max) return;
    memory.push_back(block.raw);
    if (memory.size() > last_) memory.pop_front();
  }
  std::size_t last_;
  bool fresh_ = false;
};

}  // namespace

fault_kind sse_replay() {
  fault_kind kind;
  kind.name = "sse_replay";
  kind.family = fault_family::sse;
  kind.doc = "A new event stream begins with the last events of earlier ones, as after a careless resume.";
  kind.parameters = {{"last", parameter_type::count, "How many events.", "1", {}, {{1, 1000}}}};
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<replay>(values.number("last"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
