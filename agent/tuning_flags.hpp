#pragma once
#include <CLI/CLI.hpp>
#include <deque>

#include "agent/agent_policy.hpp"

namespace kitfox::agent {

/// A number from `least` to `most`; never NaN.
[[nodiscard]] CLI::Validator within(double least, double most);

/// The flags of the group Tuning. Their bounds keep an agent from ever becoming a storm: the envelope of its
/// delays grows by at least half each time and ends at 60 s at most (REC-1), and a refused key is dialled at
/// most twice a minute (REC-6). Below the defaults they reach down to what a test in real time needs.
class tuning_flags {
 public:
  static constexpr const char* group = "Tuning";
  /// Declares the flags; the defaults are those of `policy`, where those that are no times are stored. Both
  /// this and `policy` must outlive the parsing.
  void declare(CLI::App& app, agent_policy& policy);
  /// Stores the times.
  void apply(agent_policy& policy) const;

 private:
  void declare_sizes(CLI::App& app, agent_policy& policy);

  std::deque<double> seconds_;  ///< In order of the table of times; a deque, since CLI11 keeps references.
};

}  // namespace kitfox::agent
