#include "conformance/world/key_recipe.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

namespace kitfox::conformance {
namespace {

std::string text_at(const nlohmann::json& in, const std::string& place) {
  const nlohmann::json::json_pointer at{place};
  if (!in.contains(at)) return {};
  const nlohmann::json& found = in[at];
  return found.is_string() ? found.get<std::string>() : found.is_number_integer() ? found.dump() : "";
}

made_key key_of_words(std::string_view text) {
  std::istringstream words{std::string{text}};
  made_key out;
  words >> out.text >> out.cluster_id;
  return out;
}

}  // namespace

std::string placed(std::string text, const placeholders& values) {
  for (const auto& [name, value] : values) {
    const std::string place = "${" + name + "}";
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size()))
      text.replace(at, place.size(), value);
  }
  return text;
}

const std::vector<std::string>& recipe_names() {
  static const std::vector<std::string> names{
      "ORG", "TEAM", "CLUSTER", "CLUSTER_ID", "KEY_ID", "CALLER", "ADMINISTRATOR", "CALLERS_URL", "UNIQUE"};
  return names;
}

const key_recipe& dashboard_recipe() {
  static const key_recipe recipe = [] {
    const std::string clusters = "/api/v1/team/k8s-clusters", one = clusters + "/${CLUSTER_ID}";
    const std::vector<std::pair<std::string, std::string>> as_administrator{
        {"X-Internal-Service", "${ADMINISTRATOR}"}};
    key_recipe out{declared_request{"POST", clusters, as_administrator,
                                    R"({"cluster_name":"${CLUSTER}","display_name":"${CLUSTER}"})", 201}};
    out.another = declared_request{"POST", one + "/keys", as_administrator, "{}", 201};
    out.revoke = declared_request{"DELETE", one, as_administrator, {}, 204};
    out.revoke_key = declared_request{"DELETE", one + "/keys/${KEY_ID}", as_administrator, {}, 204};
    out.answer = {"/token", {}, "/cluster_id"};
    return out;
  }();
  return recipe;
}

made_key read_made_key(std::string_view answer, const key_recipe::places& where) {
  made_key out;
  if (where.key.empty()) {
    out = key_of_words(answer);
    if (out.text.empty()) out.error = "nothing was printed; expected a key, and the id of its cluster";
  } else {
    const nlohmann::json json = nlohmann::json::parse(answer, nullptr, false);
    if (json.is_discarded()) {
      out.error = "the answer is not JSON";
      return out;
    }
    out.text = text_at(json, where.key);
    if (!where.key_id.empty()) out.id = text_at(json, where.key_id);
    if (!where.cluster_id.empty()) out.cluster_id = text_at(json, where.cluster_id);
    if (out.text.empty())
      out.error = "the answer has no text at " + where.key;
    else if (!where.key_id.empty() && out.id.empty())
      out.error = "the answer has no text at " + where.key_id;
  }
  if (out.id.empty()) out.id = out.text.substr(0, out.text.find('.'));
  return out;
}

}  // namespace kitfox::conformance
