#include <fmt/format.h>

#include <charconv>

#include "fakes/fault/proxy_table.hpp"

namespace kitfox::fault {
namespace {

using nlohmann::json;

bool read_address(const json& body, const char* key, runtime::endpoint& into, api_failure& why) {
  const auto found = body.find(key);
  if (found == body.end()) {
    why = {400, fmt::format("missing required field: {}", key)};
    return false;
  }
  const auto parsed = found->is_string() ? proxy_request::parse_address(found->get_ref<const std::string&>())
                                         : std::optional<runtime::endpoint>{};
  if (!parsed) {
    why = {400, fmt::format("bad request body: {}: expected HOST:PORT, got {}", key, found->dump())};
    return false;
  }
  into = *parsed;
  return true;
}

bool read_toxics(const json& body, std::vector<toxic>& into, api_failure& why) {
  const auto found = body.find("toxics");
  if (found == body.end() || found->is_null()) return true;
  if (!found->is_array()) {
    why = {400, "bad request body: toxics: expected an array"};
    return false;
  }
  for (const json& one : *found) {
    auto made = parse_toxic(one, why);
    if (!made || !plan_toxic(*made, why)) return false;
    for (const toxic& other : into) {
      if (other.name != made->name) continue;
      why = {409, "toxic already exists: " + made->name};
      return false;
    }
    into.push_back(std::move(*made));
  }
  return true;
}

bool read_tls(const json& body, json& into, api_failure& why) {
  const auto found = body.find("tls");
  if (found == body.end() || found->is_null()) return true;
  const json& given = *found;
  const auto is_text = [&](const char* key) { return !given.contains(key) || given[key].is_string(); };
  bool valid = given.is_object() && is_text("upstream") && is_text("upstream_ca");
  if (valid && given.contains("hosts")) {
    valid = given["hosts"].is_array() && !given["hosts"].empty();
    for (const json& host : given["hosts"]) valid = valid && host.is_string();
  }
  const std::string upstream = valid ? given.value("upstream", std::string{"tls"}) : "";
  if (!valid || (upstream != "tls" && upstream != "plain")) {
    why = {400,
           "bad request body: tls: expected {\"hosts\": [\"NAME\"], \"upstream\": \"tls\" or \"plain\", "
           "\"upstream_ca\": \"PEM\"}, got " +
               given.dump()};
    return false;
  }
  into = {{"hosts", given.value("hosts", json::array({"localhost", "127.0.0.1"}))}, {"upstream", upstream}};
  if (given.contains("upstream_ca")) into["upstream_ca"] = given["upstream_ca"];
  return true;
}

}  // namespace

std::optional<runtime::endpoint> proxy_request::parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  runtime::endpoint made;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), made.port);
  if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  made.host = host.empty() ? "0.0.0.0" : std::string{host};
  return made;
}

std::optional<proxy_request> proxy_request::parse(const json& body, api_failure& why) {
  if (!body.is_object()) {
    why = {400, "bad request body: expected an object"};
    return std::nullopt;
  }
  proxy_request made;
  const auto name = body.find("name");
  if (name == body.end() || !name->is_string() || name->get_ref<const std::string&>().empty()) {
    why = {400, "missing required field: name"};
    return std::nullopt;
  }
  made.name = name->get<std::string>();
  // Without an address the system chooses a port, as toxiproxy does.
  made.listen = {"127.0.0.1", 0};
  if (body.contains("listen") && body["listen"] != "" && !read_address(body, "listen", made.listen, why)) {
    return std::nullopt;
  }
  if (!read_address(body, "upstream", made.upstream, why)) return std::nullopt;
  if (body.contains("enabled")) {
    if (!body["enabled"].is_boolean()) {
      why = {400, "bad request body: enabled: expected true or false"};
      return std::nullopt;
    }
    made.enabled = body["enabled"].get<bool>();
  }
  if (!read_toxics(body, made.toxics, why) || !read_tls(body, made.tls, why)) return std::nullopt;
  return made;
}

}  // namespace kitfox::fault
