#pragma once
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conformance/live/kube_admin.hpp"
#include "fakes/kube/api_server.hpp"

namespace kitfox::conformance {

/// A request to either of two API servers. `<rv NAME>`, `<uid NAME>` and `<continue>` in it stand for what
/// that server said last, NAME being a kind and a name ("ConfigMap/a"); `<start>` for the version of its
/// first list.
struct twin_request {
  std::string method = "GET";
  std::string target;
  std::string content_type;
  std::string accept = "application/json";
  std::string user;                 ///< Impersonated; empty: the administrator himself.
  std::vector<std::string> groups;  ///< Likewise.
  std::string body;
  /// Changes who may what: whoever decides by it may need a moment.
  enum class policy { kept, changed } rights = policy::kept;
};

/// One of two API servers that are asked the same, with its memory of what it answered.
class api_twin {
 public:
  virtual ~api_twin() = default;
  [[nodiscard]] virtual const char* name() const = 0;
  /// Returns once the server decides by everything that was written before.
  [[nodiscard]] virtual runtime::task<runtime::error_code> settle() = 0;
  /// The answer in a form that does not depend on times, ids, versions and tokens: {"status", "body"}, or
  /// with the events of a watch as an array. Errors: those of the way there.
  [[nodiscard]] runtime::task<runtime::result<nlohmann::json>> ask(twin_request what);
  /// Begins anew: what was said before is not referred to any more.
  void forget() {
    said_.clear();
    versions_.clear();
  }

 protected:
  [[nodiscard]] virtual runtime::task<runtime::result<runtime::http::response>> send(
      runtime::http::request message) = 0;

 private:
  [[nodiscard]] std::string resolved(std::string text) const;
  void remember(const nlohmann::json& body, const std::string& kind);
  void normalize(nlohmann::json& value, const std::string& key, bool in_list_head);
  void normalize_text(std::string& text, const std::string& key);
  [[nodiscard]] nlohmann::json normalized(std::string_view text);

  std::map<std::string, std::string> said_;      ///< By placeholder.
  std::map<std::string, std::size_t> versions_;  ///< In the order in which they were seen.
};

[[nodiscard]] std::unique_ptr<api_twin> make_fake_twin(runtime::clock& time);
/// Over a server of which `access` is the administrator's way in.
[[nodiscard]] runtime::result<std::unique_ptr<api_twin>> make_real_twin(runtime::host& on,
                                                                        const agent::kube_access& access);

}  // namespace kitfox::conformance
