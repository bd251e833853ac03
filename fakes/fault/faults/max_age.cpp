#include <algorithm>

#include "fakes/fault/cutting.hpp"

namespace kitfox::fault::faults {
namespace {

class max_age_fault final : public timed_cut {
 public:
  max_age_fault(cut_kind how, runtime::duration age, runtime::duration jitter)
      : timed_cut{how, age}, jitter_{jitter} {}

 protected:
  runtime::mono_time planned_time(fault_context& context) override {
    const auto drawn = jitter_ > runtime::duration::zero() ? context.random().between({}, jitter_) : jitter_;
    // A connection that is too old already goes at once.
    return std::max(context.now(), context.established_at() + after() + drawn);
  }

 private:
  runtime::duration jitter_;
};

}  // namespace

fault_kind max_age() {
  fault_kind kind;
  kind.name = "max_age";
  kind.family = fault_family::middlebox;
  kind.doc = "Every connection is cut at a certain age, whatever its traffic.";
  kind.parameters = {
      {"age", parameter_type::span, "Since it was established.", std::nullopt},
      {"jitter", parameter_type::span, "Up to so much longer, drawn for each connection.", "0"},
      cut_parameter("how", "fin")};
  kind.selectors = {};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<max_age_fault>(cut_kind_of(values.text("how")), values.span("age"),
                                           values.span("jitter"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
