#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "fakes/kube/test/golden_compare.hpp"

namespace kitfox::kube::golden {

/// Replays recorded exchanges, in their order, against one fake server that holds the recording's objects.
class replay {
 public:
  explicit replay(const std::filesystem::path& fixture_file);

  /// The fake's answer to a recorded request, after what it needs to have happened; streams to their end.
  [[nodiscard]] test::seen answer_to(const exchange& recorded);
  /// The fake's answer to a request, streams read until they wait.
  [[nodiscard]] test::seen send(const exchange& asked);
  /// Gives a container that has ended a line of log.
  void write_log(const log_name& name, const std::string& text);

 private:
  using step = std::function<void(replay&)>;
  static const std::map<std::string, step>& preparations();
  static const std::map<std::string, step>& events_meanwhile();

  void load_fixture(const std::filesystem::path& file);
  void write(const std::string& method, const std::string& path, const json& body);
  [[nodiscard]] runtime::http::request adapted(const exchange& recorded);
  [[nodiscard]] std::string adapted_target(const std::string& target);
  [[nodiscard]] std::string token_of(const std::string& user);
  [[nodiscard]] std::string read_to_end(api_answer& answer);
  void change_config_map();
  void write_unrecorded(const std::string& number);
  void delete_account_that_was_used();

  std::optional<test::server_fixture> fixture_;
  std::string agent_token_, deleted_token_;
  std::optional<std::uint64_t>
      pinned_revision_;           ///< Stands for the recording's revision in the next request.
  std::vector<api_answer> held_;  ///< Requests in flight.
};

}  // namespace kitfox::kube::golden
