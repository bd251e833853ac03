// Hostile text in every field of a record, and hostile lines in place of an audit: a printed line is one JSON
// object and verifies, and what is no line of a chain breaks it.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "gateway/audit_record.hpp"
#include "runtime/assert.hpp"

namespace {

using namespace kitfox::gateway;

void print_hostile(std::string_view text) {
  const std::string_view half = text.substr(text.size() / 2);
  audit_record record;
  record.kind = audit_kind::command;
  record.actor = record.org_id = record.team_node_id = record.cluster_id = text;
  record.cluster_name = record.key_id = record.instance_id = record.command = half;
  record.params_hash = record.request_id = record.outcome = record.peer = text;
  record.bytes = record.count = text.size();
  audit_head head = empty_audit(), verified = head;
  for (int round = 0; round < 2; ++round) {
    const audit_line line = print_audit_line(record, {}, 64, head);
    for (const char letter : line.text) KITFOX_ASSERT(letter >= 0x20 && letter < 0x7f);
    const auto parsed = nlohmann::json::parse(line.text, nullptr, false);
    KITFOX_ASSERT(parsed.is_object() && parsed["event"] == "command" && parsed["seq"] == round + 1);
    const auto before = head_before(line);
    KITFOX_ASSERT(before.has_value() && before.value().hash == verified.hash);
    KITFOX_ASSERT(!verify_audit_line(line, verified));
  }
}

/// Nobody makes up a line that carries the right hash.
void verify_hostile(std::string_view text) {
  for (const std::uint64_t sequence : {0U, 1U, 2U}) {
    const audit_line line{sequence, std::string{text}};
    static_cast<void>(hash_of_audit_line(line.text));
    auto head = head_before(line);
    if (!head) continue;
    const audit_head before = head.value();
    if (verify_audit_line(line, head.value())) {
      KITFOX_ASSERT(head.value().sequence == before.sequence && head.value().hash == before.hash);
    } else {
      KITFOX_ASSERT(head.value().sequence == sequence);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  print_hostile(text);
  verify_hostile(text);
  return 0;
}
