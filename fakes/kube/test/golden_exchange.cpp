#include "fakes/kube/test/golden_exchange.hpp"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "runtime/base64.hpp"

namespace kitfox::kube::golden {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Everything after the first empty line, without the line end that the recording adds.
std::string body_of(const std::vector<std::string>& lines, std::size_t begin, std::size_t end) {
  std::string body;
  for (std::size_t i = begin; i < end; ++i) body += lines[i] + "\n";
  while (body.ends_with('\n')) body.pop_back();
  return body;
}

runtime::http::request read_request(const std::vector<std::string>& lines, std::size_t begin,
                                    std::size_t end) {
  runtime::http::request request;
  std::istringstream first{lines[begin]};
  first >> request.method >> request.target;
  std::size_t i = begin + 1;
  for (; i < end && !lines[i].empty(); ++i) {
    const std::size_t colon = lines[i].find(": ");
    request.headers.add(lines[i].substr(0, colon), lines[i].substr(colon + 2));
  }
  if (i < end) request.body = body_of(lines, i + 1, end);
  return request;
}

exchange read_exchange(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  const std::vector<std::string> lines = lines_of(text.str());
  const auto starts_with = [](const char* mark) {
    return [mark](const std::string& line) { return line.starts_with(mark); };
  };
  const auto request = std::find_if(lines.begin(), lines.end(), starts_with("### request"));
  const auto response = std::find_if(lines.begin(), lines.end(), starts_with("### response"));
  exchange out;
  out.name = file.stem().string();
  out.number = out.name.substr(0, 3);
  const auto split = static_cast<std::size_t>(response - lines.begin());
  out.request = read_request(lines, static_cast<std::size_t>(request - lines.begin()) + 1, split);
  out.status = std::stoi(lines[split + 1].substr(9, 3));
  std::size_t i = split + 2;
  for (; i < lines.size() && !lines[i].empty(); ++i) {
    const std::size_t colon = lines[i].find(": ");
    if (colon != std::string::npos) out.headers.add(lines[i].substr(0, colon), lines[i].substr(colon + 2));
  }
  out.body = body_of(lines, std::min(i + 1, lines.size()), lines.size());
  out.truncated = out.body.find("... (truncated") != std::string::npos;
  out.binary = out.body.starts_with("<hex>");
  return out;
}

std::string normal_continue(const std::string& token) {
  const auto text = runtime::base64url_decode(token);
  const auto value = text ? parse_json(*text) : parse_json("");
  if (!value) return token;
  const bool now = number_at(*value, {"rv"}) < 0;
  return std::string{now ? "now" : "snapshot"} + " from " + std::string{text_at(*value, {"start"})};
}

std::string normal_text(std::string text) {
  static const std::regex age{R"((\d+[smhdy]){1,2})"};
  static const std::regex time{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"};
  static const std::regex version{R"((current: |too old resource version: )\d+( \(\d+\))?)"};
  static const std::regex record{R"((in record \()\d+(?=\)))"};
  static const std::regex uid{R"((UID in object meta: )[0-9a-f-]{36})"};
  // An object younger than the server's clock has an invalid age.
  if (std::regex_match(text, age) || text == "<invalid>") return "AGE";
  if (std::regex_match(text, time)) return "TIME";
  text = std::regex_replace(std::regex_replace(text, record, "$1N"), uid, "$1ANY");
  return std::regex_replace(text, version, "$1N");
}

void normalise(json& value) {
  if (value.is_array()) {
    for (json& element : value) normalise(element);
    return;
  }
  if (value.is_string()) value = normal_text(value.get<std::string>());
  if (!value.is_object()) return;
  value.erase("managedFields");
  if (value.contains("generateName") && value.contains("name")) value["name"] = "GENERATED";
  if (value.contains("priority") && value.contains("format")) value.erase("description");
  for (auto& [key, inner] : value.items()) {
    const bool text = inner.is_string() && !inner.get_ref<const std::string&>().empty();
    if (key == "continue" && text) {
      inner = normal_continue(inner.get<std::string>());
    } else if ((key == "uid" || key == "resourceVersion" || key == "serverAddress") && text) {
      inner = "ANY";
    } else {
      normalise(inner);
    }
  }
  // The order of rules in a rules review is that of a hash map.
  for (const char* list : {"resourceRules", "nonResourceRules"}) {
    if (!value.contains(list)) continue;
    std::sort(value[list].begin(), value[list].end());
  }
}

}  // namespace

std::vector<exchange> read_exchanges(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<exchange> all;
  for (const auto& file : files) all.push_back(read_exchange(file));
  return all;
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "<hex> ";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

json normal_form(const std::string& body) {
  if (auto whole = parse_json(body)) {
    normalise(*whole);
    return *whole;
  }
  json events = json::array();
  for (const std::string& line : lines_of(body)) {
    auto event = parse_json(line);
    if (!event || !event->contains("type")) return body;
    normalise(*event);
    events.push_back(std::move(*event));
  }
  return events.empty() ? json(body) : events;
}

}  // namespace kitfox::kube::golden
