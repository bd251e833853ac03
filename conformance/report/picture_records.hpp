#pragma once
#include <nlohmann/json.hpp>
#include <set>

#include "conformance/report/wire_marks.hpp"

namespace kitfox::conformance {

/// The records that a picture speaks of: what is drawn names them by their indexes, which stand for time and
/// order at once.
class picture_records {
 public:
  explicit picture_records(const transcript& of) : of_{of} {}

  /// The index; null where there is no such record.
  [[nodiscard]] nlohmann::ordered_json use(record_index one);
  /// [index, microseconds, line, record] of each that was used, in order. At most `quoted_max` hold the
  /// record itself, those nearest to `focus`, each cut to `bytes_max`.
  [[nodiscard]] nlohmann::ordered_json table(record_index focus, std::size_t quoted_max,
                                             std::size_t bytes_max) const;
  [[nodiscard]] std::size_t count() const noexcept { return used_.size(); }

 private:
  const transcript& of_;
  std::set<record_index> used_;
};

/// How far a span of records is from one of them; 0 inside.
[[nodiscard]] std::size_t distance(record_index from, record_index until, record_index focus);

}  // namespace kitfox::conformance
