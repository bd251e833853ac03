#include "agent/truncation.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocol/agent_messages.hpp"
#include "protocol/json.hpp"

namespace kitfox::agent {
namespace {

using nlohmann::json;

constexpr std::size_t text_bytes_min = 64;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// Name of the member that counts the items of a list result ("pod_count"); empty where there is none.
std::string count_member(const json& result) {
  for (const auto& member : result.items())
    if (member.key().ends_with("_count") && member.value().is_number()) return member.key();
  return {};
}

std::string longest_array(const json& result) {
  std::string name;
  std::size_t items = 0;
  for (const auto& member : result.items()) {
    if (!member.value().is_array() || member.value().size() <= items) continue;
    name = member.key();
    items = member.value().size();
  }
  return name;
}

/// Drops whole lines from the front until at most `bytes_max` bytes are left; the last line is cut if need
/// be.
void keep_newest_lines(std::string& logs, std::size_t bytes_max) {
  if (logs.size() <= bytes_max) return;
  std::size_t from = logs.size() - bytes_max;
  const auto line_end = logs.find('\n', from > 0 ? from - 1 : 0);
  if (line_end != std::string::npos && line_end + 1 < logs.size()) from = line_end + 1;
  while (from < logs.size() && is_continuation(logs[from])) ++from;
  logs.erase(0, from);
}

std::int64_t count_lines(const std::string& logs) {
  const auto ends = std::count(logs.begin(), logs.end(), '\n');
  return ends + (!logs.empty() && logs.back() != '\n' ? 1 : 0);
}

void shorten_texts(json& value, std::size_t bytes_max) {
  if (value.is_string()) {
    cut_text(value.get_ref<std::string&>(), bytes_max);
  } else if (value.is_structured()) {
    for (auto& inner : value) shorten_texts(inner, bytes_max);
  }
}

std::string print(const protocol::command_response& response) {
  return protocol::print_command_response(response);
}

/// JSON may need six bytes for one, so the budget of plain bytes is searched for, not computed.
template <class Shrink>
bool shrink_until_fits(protocol::command_response& response, std::size_t full, std::size_t least,
                       std::size_t body_bytes_max, std::string& body, const Shrink& shrink) {
  const json original = response.result.get();
  std::size_t low = least;
  std::size_t high = full;
  bool fits = false;
  while (low <= high && high != static_cast<std::size_t>(-1)) {
    const std::size_t middle = low + (high - low) / 2;
    response.result.get() = original;
    shrink(response.result.get(), middle);
    std::string text = print(response);
    if (text.size() <= body_bytes_max) {
      fits = true;
      body = std::move(text);
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  if (!fits) response.result.get() = original;
  return fits;
}

/// Drops the last items until the rest fits, if one does. Items are many, so they are measured where they
/// stand and not copied.
bool cut_list(protocol::command_response& response, const std::string& list, const std::string& count,
              std::size_t body_bytes_max, std::string& body) {
  json& result = response.result.get();
  auto items = std::move(result[list].get_ref<json::array_t&>());
  json next = result.contains("continue") ? std::move(result["continue"]) : json{};
  result[list] = json::array();
  result.erase("continue");  // It would skip what is cut.
  std::size_t bytes = print(response).size();
  std::size_t kept = 0;
  for (; kept < items.size(); ++kept) {
    bytes += protocol::print_json(items[kept]).size() + (kept > 0 ? 1 : 0);
    if (bytes > body_bytes_max) break;
  }
  if (kept > 0) {
    items.resize(kept);
    result[count] = kept;
  } else if (!next.is_null()) {
    result["continue"] = std::move(next);
  }
  result[list] = std::move(items);
  if (kept > 0) body = print(response);
  return kept > 0;
}

bool truncate(protocol::command_response& response, std::size_t body_bytes_max, std::string& body) {
  const json& result = response.result.get();
  response.truncated = true;
  if (const auto logs = result.find("logs"); logs != result.end() && logs->is_string()) {
    const auto cut_logs = [](json& whole, std::size_t bytes) {
      auto& text = whole["logs"].get_ref<std::string&>();
      keep_newest_lines(text, bytes);
      whole["line_count"] = count_lines(text);
    };
    const std::size_t full = logs->get_ref<const std::string&>().size();
    return shrink_until_fits(response, full, 0, body_bytes_max, body, cut_logs);
  }
  const std::string count = count_member(result);
  if (const std::string list = longest_array(result); !count.empty() && !list.empty()) {
    if (cut_list(response, list, count, body_bytes_max, body)) return true;
  }
  return shrink_until_fits(response, body_bytes_max, text_bytes_min, body_bytes_max, body, shorten_texts);
}

}  // namespace

void cut_text(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  while (bytes_max > 0 && is_continuation(text[bytes_max])) --bytes_max;
  text.resize(bytes_max);
}

std::string print_answer(const std::string& request_id, command_outcome outcome, std::size_t body_bytes_max) {
  protocol::command_response response;
  response.request_id = request_id;
  response.ok = outcome.ok();
  if (outcome.truncated) response.truncated = true;
  if (response.ok) {
    response.result = std::move(outcome.result);
  } else {
    response.error = std::move(outcome.error);
    response.error_code = outcome.error_code;
    response.detail = std::move(outcome.detail);
  }
  std::string body = print(response);
  if (body.size() <= body_bytes_max) return body;
  if (response.ok && truncate(response, body_bytes_max, body)) return body;
  protocol::command_response refusal;
  refusal.request_id = request_id;
  refusal.error_code = protocol::command_error::too_large;
  refusal.error = "the result exceeds the limit of an answer and cannot be cut";
  return print(refusal);
}

}  // namespace kitfox::agent
