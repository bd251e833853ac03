#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

class corrupt_fault final : public fault {
 public:
  explicit corrupt_fault(double chance) : chance_{chance} {}
  void on_bytes(side from, std::string bytes, fault_context& context) override {
    if (context.random().unit() < chance_) {
      const auto at = static_cast<std::size_t>(context.random().below(bytes.size()));
      const auto bit = static_cast<unsigned>(context.random().below(8));
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << bit));
      context.fired("bit " + std::to_string(bit) + " of byte " + std::to_string(context.offset(from) + at),
                    from);
    }
    context.pass(from, std::move(bytes));
  }

 private:
  double chance_;
};

}  // namespace

fault_kind corrupt() {
  fault_kind kind;
  kind.name = "corrupt";
  kind.family = fault_family::connection;
  kind.doc = "One bit of a chunk is flipped.";
  kind.parameters = {{"chance", parameter_type::fraction, "Chance of each chunk.", "1"}};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<corrupt_fault>(values.fraction("chance"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
