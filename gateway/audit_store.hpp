#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gateway/errc.hpp"
#include "runtime/outcome.hpp"
#include "runtime/task.hpp"

namespace kitfox::gateway {

/// The last record of an audit: what the next one is chained to.
struct audit_head {
  std::uint64_t sequence = 0;  ///< 0: the audit is empty.
  std::string hash;            ///< Of the last line, hexadecimal; 64 zeros for an empty audit.
};

/// One line of the audit: JSON without a line break.
struct audit_line {
  std::uint64_t sequence = 0;
  std::string text;
};

/// Keeps audit lines. append() makes all lines durable or none.
/// Several processes may keep one audit: lines that do not follow its last one any more, because another
/// process has written meanwhile, get the numbers and the links that do.
class audit_sink {
 public:
  virtual ~audit_sink() = default;
  [[nodiscard]] virtual runtime::result<audit_head> head() = 0;
  /// Durable when it returns without error. Errors: gateway_errc::audit_failed; the same lines may be
  /// appended again.
  [[nodiscard]] virtual runtime::task<runtime::error_code> append(std::span<const audit_line> lines) = 0;
  /// Why the last append() failed, for a person; empty where nothing more is known.
  [[nodiscard]] virtual std::string why() const { return {}; }
};

/// How much of an audit is kept.
struct audit_retention {
  /// append() deletes the oldest lines over it, at most as many again as it adds and a thousand, in the same
  /// transaction. What is left is a chain all the same: see head_before().
  std::uint64_t records_max = std::numeric_limits<std::uint64_t>::max();
};

/// An audit in a SQLite file of its own (WAL, synchronous=FULL), or in memory with path ":memory:".
class audit_store : public audit_sink {
 public:
  /// Errors: gateway_errc::store_unusable.
  [[nodiscard]] static runtime::result<std::unique_ptr<audit_store>> open(const std::string& path,
                                                                          audit_retention keep = {});
  /// Opens an audit that exists, for read() and head() alone; append() fails. Errors as above, also when
  /// there is no such file or it is no audit.
  [[nodiscard]] static runtime::result<std::unique_ptr<audit_store>> open_to_read(const std::string& path);
  /// At most `count_max` lines with a greater sequence number, in order. Errors: audit_failed.
  [[nodiscard]] virtual runtime::result<std::vector<audit_line>> read(std::uint64_t after_sequence,
                                                                      std::size_t count_max) = 0;
};

}  // namespace kitfox::gateway
