#pragma once
#include <string>

#include "conformance/scenario/scenario.hpp"
#include "conformance/transcript/recorder.hpp"
#include "conformance/world/planned_effects.hpp"
#include "gateway/audit_store.hpp"

namespace kitfox::conformance {

/// True for scenarios that put a requirement on the audit to the test. Their transcripts hold its lines, as
/// log lines `audit` of the gateway: `line`, and `seen`, which is "written" in the instant in which the line
/// became durable or "read" when it was read at the end of the run.
[[nodiscard]] bool concerns_audit(const scenario& what);

/// Puts the lines of an audit that exists into the transcript. What is no audit has none.
void record_audit(const std::string& path, recorder& into, runtime::mono_time t);

/// A gateway's audit that a scenario can break, and that is recorded as it is written.
class watched_audit final : public gateway::audit_sink {
 public:
  enum class recording { off, on };
  /// All outlive it.
  watched_audit(gateway::audit_sink& inner, recorder& into, runtime::clock& time, recording how)
      : inner_{inner}, into_{into}, time_{time}, how_{how} {}
  runtime::result<gateway::audit_head> head() override { return inner_.head(); }
  runtime::task<runtime::error_code> append(std::span<const gateway::audit_line> lines) override;
  std::string why() const override { return inner_.why(); }
  bool works = true;
  effect met;  ///< Called for each write that fails.

 private:
  gateway::audit_sink& inner_;
  recorder& into_;
  runtime::clock& time_;
  recording how_;
};

}  // namespace kitfox::conformance
