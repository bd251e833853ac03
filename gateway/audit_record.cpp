#include "gateway/audit_record.hpp"

#include <algorithm>
#include <charconv>

#include "gateway/digest.hpp"
#include "protocol/timestamps.hpp"

namespace kitfox::gateway {

std::string_view to_string(audit_kind kind) noexcept {
  switch (kind) {
    case audit_kind::connect:
      return "connect";
    case audit_kind::refusal:
      return "refusal";
    case audit_kind::refusals:
      return "refusals";
    case audit_kind::disconnect:
      return "disconnect";
    case audit_kind::cluster_created:
      return "cluster_created";
    case audit_kind::key_created:
      return "key_created";
    case audit_kind::revoke:
      return "revoke";
    case audit_kind::command:
      return "command";
    case audit_kind::command_outcome:
      return "command_outcome";
    case audit_kind::records_lost:
      return "records_lost";
  }
  return "unknown";
}

namespace {
void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

/// Everything but printable ASCII is escaped, so that no reader's idea of a line break matters.
void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto is_plain = [](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return byte >= 0x20 && byte < 0x7f && letter != '"' && letter != '\\';
  };
  while (!text.empty()) {
    const auto hostile = std::find_if_not(text.begin(), text.end(), is_plain);
    const auto plain_size = static_cast<std::size_t>(hostile - text.begin());
    out.append(text.substr(0, plain_size));
    if (hostile == text.end()) return;
    const auto byte = static_cast<unsigned char>(*hostile);
    out += "\\u00";
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
    text.remove_prefix(plain_size + 1);
  }
}

void append_member(std::string& out, std::string_view name, std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return;
  out += ",\"";
  out += name;
  out += "\":\"";
  append_escaped(out, text.substr(0, bytes_max));
  out += text.size() > bytes_max ? "...\"" : "\"";
}
}  // namespace

namespace {
std::string print_time(runtime::wall_time at) {
  return protocol::print_rfc3339(std::chrono::time_point_cast<protocol::timestamp::duration>(at));
}

/// Adds both ends of the chain, and advances `head` to the line.
void close_line(audit_line& line, audit_head& head) {
  std::string& out = line.text;
  out += ",\"prev\":\"";
  out += head.hash;
  out += '"';
  head.hash = sha256_hex(out);
  head.sequence = line.sequence;
  out += ",\"hash\":\"";
  out += head.hash;
  out += "\"}";
}
}  // namespace

audit_head empty_audit() { return {0, std::string(64, '0')}; }

audit_line print_audit_line(const audit_record& record, runtime::wall_time at, std::size_t field_bytes_max,
                            audit_head& head) {
  audit_line line{head.sequence + 1, {}};
  std::string& out = line.text;
  out.reserve(640);
  out += "{\"seq\":";
  append_number(out, line.sequence);
  out += ",\"time\":\"";
  out += print_time(at);
  out += "\",\"event\":\"";
  out += to_string(record.kind);
  out += '"';
  const auto member = [&](std::string_view name, std::string_view text) {
    append_member(out, name, text, field_bytes_max);
  };
  member("actor", record.actor);
  member("org_id", record.org_id);
  member("team_node_id", record.team_node_id);
  member("cluster_id", record.cluster_id);
  member("cluster_name", record.cluster_name);
  member("key_id", record.key_id);
  member("instance_id", record.instance_id);
  member("command", record.command);
  member("params_hash", record.params_hash);
  member("request_id", record.request_id);
  member("outcome", record.outcome);
  member("peer", record.peer);
  if (record.count) {
    out += ",\"count\":";
    append_number(out, *record.count);
  }
  if (record.first) member("first", print_time(*record.first));
  if (record.last) member("last", print_time(*record.last));
  if (record.bytes) {
    out += ",\"bytes\":";
    append_number(out, *record.bytes);
  }
  if (record.took) {
    out += ",\"ms\":";
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(*record.took).count();
    append_number(out, took < 0 ? 0 : static_cast<std::uint64_t>(took));
  }
  close_line(line, head);
  return line;
}

namespace {
constexpr std::size_t hash_size = 64;
/// `,"hash":"` 64 digits `"}`
constexpr std::string_view hash_opens = ",\"hash\":\"";
constexpr std::size_t tail_size = hash_opens.size() + hash_size + 2;
constexpr std::string_view link_opens = ",\"prev\":\"";
constexpr std::size_t link_size = link_opens.size() + hash_size + 1;
constexpr std::string_view number_opens = "{\"seq\":";

/// `,"prev":"` 64 digits `"`, which stands before the hash; empty where none does.
std::string_view link_of(std::string_view line) noexcept {
  if (!hash_of_audit_line(line) || line.size() < tail_size + link_size) return {};
  const std::string_view link = line.substr(line.size() - tail_size - link_size, link_size);
  return link.starts_with(link_opens) && link.ends_with('"') ? link : std::string_view{};
}
}  // namespace

std::optional<std::string_view> hash_of_audit_line(std::string_view line) noexcept {
  if (line.size() < tail_size) return std::nullopt;
  const std::string_view tail = line.substr(line.size() - tail_size);
  if (!tail.starts_with(hash_opens) || !tail.ends_with("\"}")) return std::nullopt;
  return tail.substr(hash_opens.size(), hash_size);
}

runtime::result<audit_head> head_before(const audit_line& oldest) {
  const std::string_view link = link_of(oldest.text);
  if (oldest.sequence == 0 || link.empty()) return gateway_errc::audit_chain_broken;
  return audit_head{oldest.sequence - 1, std::string{link.substr(link_opens.size(), hash_size)}};
}

audit_line chain_again(const audit_line& line, audit_head& head) {
  const std::string_view text = line.text;
  const std::size_t number_ends = text.find(',');
  if (link_of(text).empty() || !text.starts_with(number_opens) || number_ends == std::string_view::npos)
    return line;
  audit_line again{head.sequence + 1, std::string{number_opens}};
  append_number(again.text, again.sequence);
  again.text += text.substr(number_ends, text.size() - tail_size - link_size - number_ends);
  close_line(again, head);
  return again;
}

std::string_view time_of_audit_line(std::string_view line) noexcept {
  constexpr std::string_view opens = ",\"time\":\"";
  const std::size_t at = line.find(opens);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + opens.size());
  return line.substr(0, line.find('"'));
}

runtime::error_code verify_audit_line(const audit_line& line, audit_head& head) {
  const auto hash = hash_of_audit_line(line.text);
  if (!hash || line.sequence != head.sequence + 1) return gateway_errc::audit_chain_broken;
  const std::string_view covered = std::string_view{line.text}.substr(0, line.text.size() - tail_size);
  std::string opening{number_opens};
  append_number(opening, line.sequence);
  const std::string link = ",\"prev\":\"" + head.hash + "\"";
  if (!covered.starts_with(opening + ',') || !covered.ends_with(link))
    return gateway_errc::audit_chain_broken;
  if (sha256_hex(covered) != *hash) return gateway_errc::audit_chain_broken;
  head.sequence = line.sequence;
  head.hash = *hash;
  return {};
}

}  // namespace kitfox::gateway
