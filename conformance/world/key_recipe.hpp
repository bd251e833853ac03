#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kitfox::conformance {

/// Names, and what is put in place of ${NAME}.
using placeholders = std::vector<std::pair<std::string, std::string>>;
/// Names that are not there stay as they are.
[[nodiscard]] std::string placed(std::string text, const placeholders& values);

/// An HTTP request that makes or revokes a key. ${NAME} may stand in every text but the method.
struct declared_request {
  std::string method = "POST";
  std::string url;  ///< Absolute, or a path of the callers' listener.
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  int status = 0;  ///< What it answers when all is well; 0: any of 2xx.
};
/// A program that does so: it is to end with 0 within key_command_timeout.
struct declared_command {
  std::vector<std::string> words;
};
using key_action = std::variant<declared_request, declared_command>;

/// How keys of a gateway are made and revoked, as a subject file declares it.
struct key_recipe {
  /// JSON pointers (RFC 6901) into the answer, or into what a command printed. With no `key` the output is
  /// two words: the key and the cluster's id.
  struct places {
    std::string key, key_id{}, cluster_id{};
  };
  key_action make;                      ///< Registers ${CLUSTER} and prints its first key.
  std::optional<key_action> another{};  ///< One more key of ${CLUSTER_ID}.
  std::optional<key_action> revoke{};   ///< ${CLUSTER_ID} with all its keys.
  std::optional<key_action> revoke_key{};
  places answer{};
};
/// What texts of a recipe may name.
[[nodiscard]] const std::vector<std::string>& recipe_names();

/// The routes of SPEC.md by which a dashboard makes and revokes keys.
[[nodiscard]] const key_recipe& dashboard_recipe();

struct made_key {
  std::string text, id, cluster_id;
  std::string error;  ///< What is missing of the answer; empty: the key is whole.
};
/// Finds a key in what made it. Without a place for its id that is what stands before its first dot; an
/// answer to `another` needs no cluster_id.
[[nodiscard]] made_key read_made_key(std::string_view answer, const key_recipe::places& where);

}  // namespace kitfox::conformance
