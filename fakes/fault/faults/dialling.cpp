#include "fakes/fault/faults/dialling.hpp"

#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

std::string_view word_of(dial_answer answer) {
  switch (answer) {
    case dial_answer::proceed:
      return "proceed";
    case dial_answer::refuse:
      return "refuse";
    case dial_answer::hang:
      return "hang";
    case dial_answer::reset_after_accept:
      return "reset_after_accept";
    case dial_answer::unreachable:
      return "unreachable";
  }
  KITFOX_ASSERT(false);
}

class dial_fault final : public fault {
 public:
  explicit dial_fault(dial_answer answer) : answer_{answer} {}
  void on_dial(path::dial_decision& decision, fault_context& context) override {
    // What hangs cannot answer: a fault nearer to the client has the last word.
    if (decision.answer == dial_answer::hang) return;
    decision.answer = answer_;
    context.fired(std::string{word_of(answer_)}, side::client);
  }

 private:
  dial_answer answer_;
};

}  // namespace

fault_kind dial_kind(std::string name, std::string doc, std::unique_ptr<fault> (*make)(const arguments&)) {
  fault_kind kind;
  kind.name = std::move(name);
  kind.family = fault_family::connection;
  kind.doc = std::move(doc);
  kind.standard_taken = taken::fresh;
  kind.selectors = {};
  kind.make = make;
  return kind;
}

std::unique_ptr<fault> make_dial_fault(dial_answer answer) { return std::make_unique<dial_fault>(answer); }

}  // namespace kitfox::fault
