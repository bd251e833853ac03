#pragma once
#include <string>
#include <utility>
#include <vector>

#include "agent/errc.hpp"

namespace kitfox::agent {

/// The few small files an agent reads: token, authorities, kubeconfig. A simulation supplies their contents;
/// tokens change while the agent runs.
class files {
 public:
  static constexpr std::size_t size_bytes_max = 1024 * 1024;
  virtual ~files() = default;
  /// The whole file. Errors: agent_errc::file_unreadable, agent_errc::file_too_large.
  [[nodiscard]] virtual result<std::string> read(const std::string& path) = 0;
};

/// Files of the machine.
class disk_files final : public files {
 public:
  [[nodiscard]] result<std::string> read(const std::string& path) override;
};

/// Files that exist in memory only.
class memory_files final : public files {
 public:
  void put(const std::string& path, std::string content);
  void remove(const std::string& path);
  [[nodiscard]] result<std::string> read(const std::string& path) override;

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

}  // namespace kitfox::agent
