#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/pki/authority.hpp"
#include "runtime/child_process.hpp"

namespace kitfox::gateway::test {

/// The real program with a folder of its own, and nothing in its environment but what a test puts there.
class program_fixture : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }
  void write(const std::string& name, const std::string& text) const;
  /// `complete_` without one of its variables.
  [[nodiscard]] std::vector<std::string> without(std::string_view variable) const;
  /// How to start it with `complete_` as its environment.
  [[nodiscard]] runtime::child_options start_with(std::vector<std::string> arguments) const;
  /// Runs it to its end and returns the exit code.
  int run(std::vector<std::string> arguments, std::vector<std::string> environment = {});
  /// What the last run() wrote.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;
  /// An audit of three lines, as a gateway writes it.
  void write_audit(const std::string& name) const;

  std::filesystem::path directory_;
  pki::authority authority_;
  std::vector<std::string> complete_;  ///< An environment with which the program starts.
};

}  // namespace kitfox::gateway::test
