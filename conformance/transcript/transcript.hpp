#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/transcript/record.hpp"
#include "runtime/outcome.hpp"

namespace kitfox::conformance {

/// Everything seen in one run, in the order in which it was seen; the only input of the judge.
/// Record 0 is the header, the last one the footer; a transcript without footer was cut off.
class transcript {
 public:
  /// Bound of a run's records: over it the run is ended as a harness error, nothing is dropped silently.
  static constexpr std::size_t records_max = 4'000'000;

  transcript() = default;
  /// Holds at most so many instead.
  explicit transcript(std::size_t bound) : bound_{bound} {}

  /// False once the bound was reached; the record is then not kept.
  [[nodiscard]] bool append(record&& one);
  [[nodiscard]] std::span<const record> records() const noexcept { return records_; }
  [[nodiscard]] const record& header() const { return records_.front(); }

  /// The JSON Lines form, one record a line; its schema is conformance/transcript/transcript.schema.json.
  [[nodiscard]] std::string print() const;
  [[nodiscard]] runtime::error_code save(const std::filesystem::path& file) const;
  /// Reads the JSON Lines form; on failure `why` names the line and what is wrong.
  [[nodiscard]] static runtime::result<transcript> parse(std::string_view text, std::string& why,
                                                         std::size_t bound = records_max);
  [[nodiscard]] static runtime::result<transcript> load(const std::filesystem::path& file, std::string& why);

 private:
  std::size_t bound_ = records_max;
  std::vector<record> records_;
};

}  // namespace kitfox::conformance
