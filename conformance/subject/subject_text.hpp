#pragma once
#include <string>
#include <vector>

#include "conformance/scenario/map_reader.hpp"

namespace kitfox::conformance {

/// Texts of one subject file, in which ${HERE} stands for the file's folder.
class subject_text {
 public:
  /// `problems` outlives it.
  subject_text(std::string here, problem_list& problems) : here_{std::move(here)}, problems_{problems} {}

  /// Puts ${HERE} in, leaves the names in `known` for the run, and complains of others: "${X} is not `of`".
  [[nodiscard]] std::string read(const yaml_node& from, const std::string& path,
                                 std::vector<std::string> known, const std::string& of);
  /// A command, as one text with a shell's quotes or as a list.
  [[nodiscard]] std::vector<std::string> read_command(const yaml_node& from, const std::string& path,
                                                      const std::vector<std::string>& known,
                                                      const std::string& of);
  [[nodiscard]] problem_list& problems() const noexcept { return problems_; }

 private:
  std::string here_;
  problem_list& problems_;
};

}  // namespace kitfox::conformance
