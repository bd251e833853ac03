#include "protocol/message_fields.hpp"

#include <algorithm>

namespace kitfox::protocol::fields {

using nlohmann::json;

namespace {

double to_seconds(std::chrono::milliseconds time) { return std::chrono::duration<double>{time}.count(); }

}  // namespace

bool is_plain_text(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void cut_sentence(std::string& text) {
  if (text.size() <= sentence_rule.size_bytes_max) return;
  std::size_t end = sentence_rule.size_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
}

void put_seconds(json& out, const char* name, std::optional<std::chrono::milliseconds> value) {
  if (value) out[name] = to_seconds(*value);
}

void put_time(json& out, const char* name, std::optional<timestamp> value) {
  if (value) out[name] = print_rfc3339(*value);
}

void put_time_or_null(json& out, const char* name, std::optional<timestamp> value) {
  out[name] = value ? json(print_rfc3339(*value)) : json(nullptr);
}

std::optional<command_error> read_command_error(field_reader& in) {
  const std::optional<std::string> word = in.optional_text("error_code", {.size_bytes_max = 64});
  if (!word) return std::nullopt;
  const std::optional<command_error> error = parse_command_error(*word);
  if (!error)
    in.fail("error_code", protocol_errc::bad_format,
            "expected an error code of the closed list, got " + quote_for_diagnostics(*word));
  return error;
}

std::optional<error_detail> read_error_detail(field_reader& in) {
  const json* value = in.find("error_detail");
  if (value == nullptr) return std::nullopt;
  diagnostics diag;
  field_reader nested{*value, diag, in.pointer_to("error_detail")};
  error_detail detail;
  detail.code = nested.optional_integer("code", {100, 599});
  detail.reason = nested.optional_text("reason", name_rule);
  detail.message = nested.optional_text("message", sentence_rule);
  detail.verb = nested.optional_text("verb", name_rule);
  detail.resource = nested.optional_text("resource", name_rule);
  detail.namespace_name = nested.optional_text("namespace", name_rule);
  detail.retry_after = nested.optional_seconds(
      "retry_after_seconds", {seconds_rule::lower_bound::zero_or_more, std::chrono::hours{24}});
  if (nested.ok()) return detail;
  in.fail(nested.error(), std::move(diag));
  return std::nullopt;
}

void put_command_error(json& out, std::optional<command_error> error) {
  if (error) out["error_code"] = to_string(*error);
}

void put_error_detail(json& out, const std::optional<error_detail>& detail) {
  if (!detail) return;
  json nested = json::object();
  put(nested, "code", detail->code);
  put(nested, "reason", detail->reason);
  put(nested, "message", detail->message);
  put(nested, "verb", detail->verb);
  put(nested, "resource", detail->resource);
  put(nested, "namespace", detail->namespace_name);
  put_seconds(nested, "retry_after_seconds", detail->retry_after);
  out["error_detail"] = std::move(nested);
}

}  // namespace kitfox::protocol::fields
