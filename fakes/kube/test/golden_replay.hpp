#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "fakes/kube/test/golden_exchange.hpp"
#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube::golden {

/// Replays recorded exchanges, in their order, against one fake server that holds the recording's objects.
class replay {
 public:
  explicit replay(const std::filesystem::path& fixture_file);

  /// Why the fake's answer differs; empty when it does not.
  [[nodiscard]] std::string difference(const exchange& recorded);

 private:
  using step = std::function<void(replay&)>;
  static const std::map<std::string, step>& preparations();
  static const std::map<std::string, step>& events_meanwhile();

  void load_fixture(const std::filesystem::path& file);
  void write(const std::string& method, const std::string& path, const json& body);
  [[nodiscard]] runtime::http::request adapted(const exchange& recorded);
  [[nodiscard]] std::string adapted_target(const std::string& target);
  [[nodiscard]] std::string token_of(const std::string& user);
  [[nodiscard]] test::seen answer_to(const exchange& recorded);
  void change_config_map();

  std::optional<test::server_fixture> fixture_;
  std::string agent_token_;
  std::optional<std::uint64_t>
      pinned_revision_;           ///< Stands for the recording's revision in the next request.
  std::vector<api_answer> held_;  ///< Requests in flight.
};

}  // namespace kitfox::kube::golden
