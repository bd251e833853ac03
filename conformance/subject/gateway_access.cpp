#include "conformance/subject/gateway_access.hpp"

#include <charconv>

#include "conformance/world/subject_variables.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::conformance {
namespace {

namespace http = runtime::http;

/// Only a URL whose path is one of `paths` is of use: the others of the protocol follow it.
std::string read_url(const map_reader& map, const char* key, std::initializer_list<std::string_view> paths) {
  const std::string text = map.text(key);
  const auto url = http::parse_url(text);
  if (!url)
    map.fail(key, "expected a URL without user, query and fragment");
  else if (std::ranges::find(paths, url->path) == paths.end())
    map.fail(key, "its path is \"" + url->path + "\"; expected " +
                      (paths.size() > 1 ? "/gateway, or none" : "none"));
  return text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
}

/// What a key's action may name, and how that is called.
struct names_of_keys {
  std::vector<std::string> known = recipe_names();
  std::string are = "known when keys are made or revoked";
};

declared_request read_request(const map_reader& map, subject_text& text) {
  const names_of_keys names;
  declared_request out;
  if (map.has("method")) out.method = map.text("method");
  const auto read = [&](const yaml_node& from, const std::string& path) {
    return text.read(from, path, names.known, names.are);
  };
  out.url = read(*map.find("url"), map.path_of("url"));
  if (out.url.starts_with("http") && !http::parse_url(out.url.substr(0, out.url.find_first_of("?$"))))
    map.fail("url", "expected a URL without user and fragment");
  if (const yaml_node* headers = map.find("headers"))
    for (const yaml_member& one : headers->members)
      out.headers.emplace_back(one.key, read(one.value, map.path_of("headers") + "." + one.key));
  if (const yaml_node* body = map.find("body")) out.body = read(*body, map.path_of("body"));
  if (const auto status = map.count("status")) out.status = static_cast<int>(*status);
  return out;
}

key_action read_action(const yaml_node& from, const std::string& path, gateway_start started,
                       subject_text& text) {
  const map_reader map{from, path, text.problems()};
  if (const yaml_node* request = map.find("request"))
    return read_request({*request, map.path_of("request"), text.problems()}, text);
  names_of_keys names;
  if (started == gateway_start::by_kitfox)
    for (std::string& one : variable_names(party::gateway)) names.known.push_back(one);
  return declared_command{
      text.read_command(*map.find("command"), map.path_of("command"), names.known, names.are)};
}

}  // namespace

reached_gateway read_reach(const yaml_node& from, subject_text& text) {
  const map_reader map{from, "reach", text.problems()};
  reached_gateway out;
  out.agents_url = read_url(map, "agents", {"", "/gateway"});
  out.callers_url = read_url(map, "callers", {""});
  if (const yaml_node* file = map.find("authority"))
    out.authority_file = text.read(*file, "reach.authority", {}, "known here");
  const map_reader credentials{*map.find("credentials"), "reach.credentials", text.problems()};
  const auto credential = [&](const char* key) {
    return text.read(*credentials.find(key), credentials.path_of(key), {"ORG", "TEAM"}, "known of a team");
  };
  out.caller_credential = credential("caller");
  out.administrator_credential = credential("administrator");
  out.teams = map.texts("teams");
  return out;
}

key_recipe read_keys(const yaml_node& from, gateway_start started, subject_text& text) {
  const map_reader map{from, "keys", text.problems()};
  const auto read = [&](const char* key) -> std::optional<key_action> {
    const yaml_node* const found = map.find(key);
    if (found == nullptr) return std::nullopt;
    return read_action(*found, map.path_of(key), started, text);
  };
  key_recipe out{*read("make")};
  out.another = read("another");
  out.revoke = read("revoke");
  out.revoke_key = read("revoke_key");
  if (const yaml_node* places = map.find("answer")) {
    const map_reader answer{*places, "keys.answer", text.problems()};
    out.answer = {answer.text("key"), answer.has("key_id") ? answer.text("key_id") : "",
                  answer.text("cluster_id")};
  } else if (std::holds_alternative<declared_request>(out.make) ||
             (out.another && std::holds_alternative<declared_request>(*out.another))) {
    map.fail("make", "a key is made by a request; `keys.answer` must say where in its answer the key is");
  }
  return out;
}

}  // namespace kitfox::conformance
