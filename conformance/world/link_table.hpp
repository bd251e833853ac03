#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conformance/scenario/scenario.hpp"
#include "conformance/transcript/recorder.hpp"
#include "fakes/fault/link.hpp"

namespace kitfox::conformance {

/// The links of a world by name, with the standing condition that the scenario gives them and the faults that
/// its steps put on them. Links are made when first asked for and live as long as the table.
class link_table {
 public:
  link_table(const topology& of, const runtime::entropy& random, recorder& tape,
             fault::link::changed_callback changed);
  ~link_table();

  /// The link from a node ("prod-us-east-1/0", "caller") to "gateway" or "kubernetes", made when first asked
  /// for.
  [[nodiscard]] fault::link& get(const std::string& name);
  /// For links that somebody else owns, as a relay does: what to make them with, whom they tell of firings,
  /// and their entry into the table, under a `key` of their own where two links share a name. They must
  /// outlive its last use.
  [[nodiscard]] fault::link::options options_for(const std::string& name) const {
    return {name, properties_of(name)};
  }
  [[nodiscard]] fault::firing_observer& firings() noexcept;
  void adopt(const std::string& key, fault::link& link);

  /// One step's fault, on all links it named; links that come to be later get it too while it lasts.
  struct planted {
    std::size_t step = 0;
    std::string name;  ///< "blackhole#3": verb and step.
    std::string kind;
    link_set where;
    fault::planned_fault plan;
    std::map<std::string, fault::fault_id> on;
    bool healed = false;
  };
  /// On failure `why` says what is wrong with the fault's parameters.
  [[nodiscard]] runtime::error_code plant(std::size_t step, const fault_verb& what, runtime::mono_time now,
                                          std::string& why);
  /// Heals what the verb names; `step` heals what that step planted.
  void heal(const heal_verb& what, runtime::mono_time now);
  void heal_step(std::size_t step, runtime::mono_time now);
  /// Faults that never did anything on any link they were planted on.
  [[nodiscard]] std::vector<std::string> never_fired() const;
  /// Told of each firing, so that never_fired() knows.
  void on_fired(const std::string& fault) { fired_[fault] = true; }

 private:
  void put(planted& one, const std::string& link_name, fault::link& on, runtime::mono_time now);
  void take_away(planted& one, runtime::mono_time now);
  [[nodiscard]] bool covers(const link_set& set, const std::string& link_name) const;
  [[nodiscard]] fault::link_properties properties_of(const std::string& link_name) const;

  const topology& of_;
  const runtime::entropy& random_;
  recorder& tape_;
  fault::link::changed_callback changed_;
  std::vector<std::unique_ptr<fault::link>> owned_;
  std::map<std::string, fault::link*> links_;
  std::vector<std::unique_ptr<planted>> planted_;
  std::map<std::string, bool> fired_;
  class firing_tap;
  std::unique_ptr<firing_tap> tap_;
  runtime::mono_time last_now_{};
};

}  // namespace kitfox::conformance
