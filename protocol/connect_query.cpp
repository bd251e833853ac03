#include <algorithm>
#include <charconv>

#include "protocol/agent_messages.hpp"
#include "protocol/utf8.hpp"

namespace kitfox::protocol {
namespace {

error_code refuse(diagnostics& diag, std::string_view name, protocol_errc code, std::string sentence) {
  diag = {"/", {}, std::move(sentence)};
  diag.pointer += escape_pointer_token(name);
  return code;
}

/// None for what is no count: what an agent says of its cluster must not keep it out.
std::optional<std::int64_t> read_count(const std::string& value) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (error != std::errc{} || end != value.data() + value.size() || count < 0) return std::nullopt;
  return count;
}

result<std::string> decode_value(std::string_view name, std::string_view raw, diagnostics& diag) {
  std::string spaced{raw};
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  result<std::string> value = percent_decode(spaced);
  if (!value)
    return refuse(diag, name, protocol_errc::bad_format,
                  "expected two hexadecimal digits after each percent sign");
  if (value->size() > connect_field_size_max)
    return refuse(diag, name, protocol_errc::out_of_range,
                  "expected at most " + std::to_string(connect_field_size_max) + " bytes");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (!is_utf8(*value) || std::any_of(value->begin(), value->end(), is_control))
    return refuse(diag, name, protocol_errc::bad_format, "expected UTF-8 text without control characters");
  return value;
}

/// Sets the field called `name`, if there is one and it has no value yet.
error_code set_field(connect_query& query, std::string_view name, std::string value, diagnostics& diag) {
  const auto set_text = [&value](std::optional<std::string>& field) {
    if (!field) field = std::move(value);
    return error_code{};
  };
  const auto set_count = [&](std::optional<std::int64_t>& field) {
    if (!field) field = read_count(value);
    return error_code{};
  };
  if (name == "agent_version") return set_text(query.agent_version);
  if (name == "kubernetes_version") return set_text(query.kubernetes_version);
  if (name == "node_count") return set_count(query.node_count);
  if (name == "namespace_count") return set_count(query.namespace_count);
  if (name == "cluster_name") return set_text(query.cluster_name);
  if (name != "instance_id") return {};
  if (!is_opaque_token(value))
    return refuse(diag, name, protocol_errc::bad_format,
                  "expected 1 to 128 printable ASCII characters, got " + quote_for_diagnostics(value));
  return set_text(query.instance_id);
}

}  // namespace

result<connect_query> parse_connect_query(std::string_view query, diagnostics& diag) {
  connect_query parsed;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals + 1 == pair.size()) continue;
    const std::string_view name = pair.substr(0, equals);
    result<std::string> value = decode_value(name, pair.substr(equals + 1), diag);
    if (!value) return value.error();
    if (const error_code error = set_field(parsed, name, std::move(*value), diag)) return error;
  }
  return parsed;
}

std::string print_connect_query(const connect_query& query) {
  std::string text;
  const auto add = [&text](std::string_view name, const std::optional<std::string>& value) {
    if (!value) return;
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(percent_encode(*value));
  };
  const auto count_text = [](const std::optional<std::int64_t>& count) {
    return count ? std::optional{std::to_string(*count)} : std::nullopt;
  };
  add("agent_version", query.agent_version);
  add("kubernetes_version", query.kubernetes_version);
  add("node_count", count_text(query.node_count));
  add("namespace_count", count_text(query.namespace_count));
  add("instance_id", query.instance_id);
  add("cluster_name", query.cluster_name);
  return text;
}

}  // namespace kitfox::protocol
