#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/agent_messages.hpp"
#include "protocol/field_reader.hpp"
#include "protocol/json.hpp"
#include "protocol/timestamps.hpp"

/// Members that several messages share. For the sources of this library alone: brings in all of
/// nlohmann/json.
namespace kitfox::protocol::fields {

/// Ids and names of peers: no control characters, so that they may go into headers and logs.
[[nodiscard]] bool is_plain_text(std::string_view text) noexcept;

inline constexpr text_rule name_rule{1, 256, &is_plain_text, "a text without control characters"};
inline constexpr text_rule request_id_rule{1, request_id_size_max, &is_request_id,
                                           "a request id, [A-Za-z0-9_-]{1,64}"};
/// No failure may quote the value.
inline constexpr text_rule secret_rule{1, 512, nullptr, "a string"};
inline constexpr text_rule sentence_rule{0, 64 * 1024, nullptr, "a string"};

/// Cuts a sentence to what sentence_rule takes, between two characters.
void cut_sentence(std::string& text);

template <class T>
void put(nlohmann::json& out, const char* name, const std::optional<T>& value) {
  if (value) out[name] = *value;
}

/// As null if absent, for members a base peer always sends.
template <class T>
void put_or_null(nlohmann::json& out, const char* name, const std::optional<T>& value) {
  out[name] = value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

void put_seconds(nlohmann::json& out, const char* name, std::optional<std::chrono::milliseconds> value);
void put_time(nlohmann::json& out, const char* name, std::optional<timestamp> value);
void put_time_or_null(nlohmann::json& out, const char* name, std::optional<timestamp> value);

/// The members `error_code` and `error_detail` of a response or an answer.
[[nodiscard]] std::optional<command_error> read_command_error(field_reader& in);
[[nodiscard]] std::optional<error_detail> read_error_detail(field_reader& in);
void put_command_error(nlohmann::json& out, std::optional<command_error> error);
void put_error_detail(nlohmann::json& out, const std::optional<error_detail>& detail);

/// The elements of the array `name`, each read with `read(field_reader&)`.
template <class Element, class Read>
std::vector<Element> read_array(field_reader& in, std::string_view name, Read read) {
  std::vector<Element> elements;
  const nlohmann::json* array = in.array(name);
  if (array == nullptr) return elements;
  for (const nlohmann::json& value : *array) {
    diagnostics diag;
    field_reader nested{value, diag, in.pointer_to(name) + '/' + std::to_string(elements.size())};
    elements.push_back(read(nested));
    if (nested.ok()) continue;
    in.fail(nested.error(), std::move(diag));
    break;
  }
  return elements;
}

/// Parses `text` and reads a message from it with `read(field_reader&)`, whose value counts only if nothing
/// failed.
template <class Read>
auto parse_message(std::string_view text, diagnostics& diag, json_limits limits, Read read)
    -> result<decltype(read(std::declval<field_reader&>()))> {
  const result<nlohmann::json> document = parse_json(text, diag, limits);
  if (!document) return document.error();
  field_reader in{*document, diag};
  auto message = read(in);
  if (!in.ok()) return in.error();
  return message;
}

}  // namespace kitfox::protocol::fields
