#include <algorithm>
#include <array>

#include "fakes/fault/cutting.hpp"

namespace kitfox::fault::faults {
namespace {

class limit_bytes_fault final : public cutting_fault {
 public:
  limit_bytes_fault(std::uint64_t bytes, cut_kind how) : cutting_fault{how}, left_{bytes, bytes} {}

  void on_begin(fault_context& context) override {
    if (left_[0] == 0) cut(context, context.now());
  }
  /// What has passed counts against the new limit.
  bool on_change(const arguments& values, fault_context& context) override {
    if (was_cut()) return true;
    set_cut(cut_kind_of(values.text("how")));
    const std::uint64_t limit = values.number("bytes");
    for (const side from : {side::client, side::server}) {
      const std::uint64_t passed = context.offset(from);
      left_[from == side::client ? 0 : 1] = limit - std::min(limit, passed);
      if (passed >= limit && context.concerns_sender(from)) cut(context, context.now(), from);
    }
    return true;
  }

 protected:
  void on_live_bytes(side from, std::string bytes, fault_context& context) override {
    if (was_cut()) return;
    std::uint64_t& left = left_[from == side::client ? 0 : 1];
    if (bytes.size() > left) bytes.resize(static_cast<std::size_t>(left));
    left -= bytes.size();
    context.pass(from, std::move(bytes));
    if (left == 0) cut(context, context.now(), from);
  }

 private:
  std::array<std::uint64_t, 2> left_;
};

}  // namespace

fault_kind limit_bytes() {
  fault_kind kind;
  kind.name = "limit_bytes";
  kind.family = fault_family::connection;
  kind.doc = "The connection is cut after exactly so many bytes of one direction.";
  kind.parameters = {
      {"bytes", parameter_type::size, "Counted from when it begins, each direction alone.", std::nullopt},
      cut_parameter("how", "fin")};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<limit_bytes_fault>(values.number("bytes"), cut_kind_of(values.text("how")));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
