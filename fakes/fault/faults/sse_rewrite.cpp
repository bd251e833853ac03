#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

using lines_of_block = std::vector<std::string>;

/// The lines of a block without their ends, and without the empty one that closes it.
lines_of_block take_apart(const std::string& raw) {
  lines_of_block out;
  std::string line;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\r' && raw[i] != '\n') {
      line += raw[i];
      continue;
    }
    if (raw[i] == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n') ++i;
    if (!line.empty()) out.push_back(std::exchange(line, {}));
  }
  return out;
}

std::string put_together(const lines_of_block& lines, std::initializer_list<std::string_view> ends) {
  std::string out;
  auto end = ends.begin();
  const auto close_line = [&] {
    out += *end;
    if (++end == ends.end()) end = ends.begin();
  };
  for (const std::string& line : lines) {
    out += line;
    close_line();
  }
  close_line();
  return out;
}

constexpr std::string_view data_field = "data: ";

bool is_object_of(const std::string& line) {
  return line.starts_with(std::string{data_field} + "{") && line.ends_with("}");
}

/// What a peer that knows nothing of the added part of the protocol sends; empty: nothing.
lines_of_block base_part_of(const sse_block& block, lines_of_block lines) {
  static const std::set<std::string> known{"cluster_id", "message",   "request_id", "command",
                                           "params",     "timestamp", "timeout"};
  if (block.type == "cancel" || block.type == "drain") return {};
  for (std::string& line : lines) {
    if (!is_object_of(line)) continue;
    nlohmann::json data = nlohmann::json::parse(line.substr(data_field.size()), nullptr, false);
    if (!data.is_object()) continue;
    for (auto member = data.begin(); member != data.end();)
      member = known.contains(member.key()) ? std::next(member) : data.erase(member);
    line = std::string{data_field} + data.dump();
  }
  return lines;
}

std::string rewritten(const sse_block& block, const std::string& as) {
  lines_of_block lines = take_apart(block.raw);
  if (as == "cr") return put_together(lines, {"\r"});
  if (as == "crlf") return put_together(lines, {"\r\n"});
  if (as == "mixed_ends") return put_together(lines, {"\r", "\r\n", "\n"});
  lines_of_block out;
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(": ");
    if (as == "without_spaces" && colon != std::string::npos && colon > 0) {
      out.push_back(line.substr(0, colon + 1) + line.substr(colon + 2));
    } else if (as == "with_comments") {
      out.insert(out.end(), {":", line, ": event: comment"});
    } else if (as == "unknown_fields") {
      out.insert(out.end(), {"x-trace: 1", "Data: {", "datax", " data: [", line, "data_5: ]"});
    } else if (as == "several_lines" && is_object_of(line)) {
      const std::string data = line.substr(data_field.size());
      out.insert(out.end(), {"data: {", "data", "data:" + data.substr(1, data.size() - 2), "data:}"});
    } else if (as == "unknown_members" && is_object_of(line)) {
      out.push_back("data: {\"x_new\":{\"a\":[1,null]}," + line.substr(data_field.size() + 1));
    } else {
      out.push_back(line);
    }
  }
  if (as == "other_order") std::reverse(out.begin(), out.end());
  if (as == "base") out = base_part_of(block, std::move(out));
  return out.empty() ? std::string{} : put_together(out, {"\n"});
}

class rewriting final : public sse_fault {
 public:
  explicit rewriting(std::string as) : as_{std::move(as)} {}

 private:
  void on_block(const sse_block& block) override {
    if (!selects(block)) {
      emit(block.raw);
      return;
    }
    record_event("rewrite as " + as_, block);
    emit(rewritten(block, as_));
  }
  std::string as_;
};

}  // namespace

fault_kind sse_rewrite() {
  fault_kind kind;
  kind.name = "sse_rewrite";
  kind.family = fault_family::sse;
  kind.doc = "Events are written in another way that means the same.";
  kind.parameters = {{"as",
                      parameter_type::choice,
                      "How; base leaves out what old peers do not send.",
                      std::nullopt,
                      {"cr", "crlf", "mixed_ends", "without_spaces", "with_comments", "unknown_fields",
                       "several_lines", "other_order", "unknown_members", "base"}}};
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<rewriting>(values.text("as"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
