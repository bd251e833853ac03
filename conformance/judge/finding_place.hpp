#pragma once
#include <cstdint>
#include <string>

#include "conformance/judge/evidence.hpp"

namespace kitfox::conformance {

/// Where a finding points: at the record that was judged; where a check has none at hand, at a time, which is
/// then looked for on that connection, or among what the finding's subject or `whose` names.
struct finding_place {
  // Implicit, so that checks say what they looked at as it is.
  finding_place(instant when) : t{when} {}
  finding_place(const record& one) : t{one.t}, judged{&one} {}
  finding_place(const stream_event& one) : t{one.t}, judged{one.seen} {}
  /// `one` may be null.
  finding_place(instant when, const record* one) : t{when}, judged{one} {}
  finding_place(instant when, const connection& on) : t{when}, conn{on.id} {}
  finding_place(instant when, std::string of) : t{when}, whose{std::move(of)} {}

  instant t = 0;
  const record* judged = nullptr;
  std::uint64_t conn = 0;  ///< 0: none.
  std::string whose;
};

/// Index of the record that a finding about `subject` at that place shows: the one that was judged; else the
/// last of that instant on the connection, of the call or step, or of the node; else the last of that
/// instant, or the first after it.
[[nodiscard]] std::size_t find_record(const evidence& about, const finding_place& at,
                                      const std::string& subject);

}  // namespace kitfox::conformance
