#include "fakes/fault/faults/dialling.hpp"

namespace kitfox::fault::faults {
namespace {

std::unique_ptr<fault> make_block_new(const arguments& values) {
  const std::string& answer = values.text("answer");
  if (answer == "refuse") return make_dial_fault(dial_answer::refuse);
  return make_dial_fault(answer == "hang" ? dial_answer::hang : dial_answer::unreachable);
}

}  // namespace

fault_kind block_new() {
  fault_kind kind = dial_kind(
      "block_new", "New connections are blocked, established ones go on as if nothing were.", make_block_new);
  kind.family = fault_family::link;
  kind.parameters = {
      {"answer", parameter_type::choice, "What a dial meets.", "hang", {"hang", "refuse", "unreachable"}}};
  return kind;
}

}  // namespace kitfox::fault::faults
