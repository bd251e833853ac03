#include "fakes/kube/fault_file.hpp"

#include <algorithm>
#include <array>

namespace kitfox::kube {

namespace {

constexpr std::array answers{"deny",  "status", "slow",  "gone", "no_content",
                             "reset", "close",  "stall", "huge"};
constexpr std::array text_fields{"answer", "verb", "group", "resource", "namespace",
                                 "name",   "user", "path",  "reason",   "message"};
constexpr std::array numbers{"nth", "times", "status", "retry_after_s", "delay_ms", "body_bytes"};

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::any_of(list.begin(), list.end(), [&](const char* one) { return word == one; });
}

/// Reads one document; says what is wrong in `why`.
class rule_reader {
 public:
  rule_reader(const json& from, std::string& why) : from_{from}, why_{why} {}

  bool read(fault_rule& into) {
    if (!check_keys()) return false;
    into.match.verb = text("verb");
    into.match.group = text("group");
    into.match.resource = text("resource");
    into.match.ns = text("namespace");
    into.match.name = text("name");
    into.match.user = text("user");
    into.match.path_prefix = text("path");
    into.skip_count = number("nth", 1) - 1;
    into.fire_count = number("times", 0);
    return read_answer(into.action);
  }

 private:
  bool fail(std::string why) {
    why_ = std::move(why);
    return false;
  }

  bool check_keys() {
    if (!from_.is_object()) return fail("the document is not a map");
    for (const auto& [key, value] : from_.items()) {
      const bool is_number = contains(numbers, key);
      if (!is_number && !contains(text_fields, key)) return fail("no such key: " + key);
      if (!is_number && !value.is_string())
        return fail(key + " reads as " + print_json(value) + "; quote it");
      if (is_number && !(value.is_number_integer() && value.get<std::int64_t>() >= 0))
        return fail(key + " needs a whole number");
    }
    if (from_.contains("nth") && number("nth", 1) == 0) return fail("nth counts from 1");
    return true;
  }

  bool read_answer(fault_action& action) {
    const std::string answer = text("answer");
    if (!contains(answers, answer)) {
      std::string all;
      for (const char* one : answers) all.append(all.empty() ? "" : ", ").append(one);
      return fail("answer needs one of " + all);
    }
    const std::array<std::pair<const char*, std::string_view>, 6> needs{
        {{"status", "status"},
         {"retry_after_s", "status"},
         {"reason", "status"},
         {"message", "status"},
         {"delay_ms", "slow"},
         {"body_bytes", "reset close stall huge"}}};
    for (const auto& [key, of] : needs) {
      const auto words = split_words(of, ' ');
      const bool fits = std::find(words.begin(), words.end(), answer) != words.end();
      if (from_.contains(key) && !fits) return fail(std::string{key} + " makes no sense for " + answer);
    }
    if (answer == "slow" && !from_.contains("delay_ms")) return fail("slow needs delay_ms");
    if (answer == "huge" && !from_.contains("body_bytes")) return fail("huge needs body_bytes");
    if (answer == "status") return read_status(action);
    action = simple_action(answer);
    return true;
  }

  bool read_status(fault_action& action) {
    fault_status made;
    const std::uint64_t code = number("status", 0);
    if (code < 200 || code > 599) return fail("status needs a status from 200 to 599");
    made.code = static_cast<int>(code);
    made.reason = text("reason");
    made.message = text("message");
    if (from_.contains("retry_after_s")) made.retry_after = std::chrono::seconds{number("retry_after_s", 0)};
    action = std::move(made);
    return true;
  }

  [[nodiscard]] fault_action simple_action(std::string_view answer) const {
    if (answer == "deny") return fault_status{403, {}, {}, {}, fault_status::forms::status};
    if (answer == "slow") return fault_delay{std::chrono::milliseconds{number("delay_ms", 0)}};
    if (answer == "gone") return fault_gone{};
    if (answer == "no_content") return fault_no_content{};
    if (answer == "huge") return fault_huge{number("body_bytes", 0)};
    fault_break made;
    if (answer == "close") made.ending = transfer_plan::endings::cut;
    if (answer == "stall") made.ending = transfer_plan::endings::stall;
    if (from_.contains("body_bytes")) made.body_bytes = number("body_bytes", 0);
    return made;
  }

  [[nodiscard]] std::string text(const char* key) const { return std::string{text_at(from_, {key})}; }
  [[nodiscard]] std::uint64_t number(const char* key, std::uint64_t otherwise) const {
    const auto found = from_.find(key);
    return found == from_.end() ? otherwise : found->get<std::uint64_t>();
  }

  const json& from_;
  std::string& why_;
};

}  // namespace

runtime::result<std::vector<fault_rule>> load_faults(std::string_view text, diagnostics& where,
                                                     yaml_limits limits) {
  auto documents = yaml_to_json(text, where, limits);
  if (!documents) return documents.error();
  std::vector<fault_rule> rules;
  for (const auto& [value, line] : *documents) {
    fault_rule rule;
    rule.id = "fault " + std::to_string(rules.size() + 1);
    if (!rule_reader{value, where.message}.read(rule)) {
      where.line = line;
      return make_error_code(errc::bad_fault);
    }
    rules.push_back(std::move(rule));
  }
  if (rules.size() > fault_script::rules_max) {
    where.message = "more than " + std::to_string(fault_script::rules_max) + " faults";
    return make_error_code(errc::bad_fault);
  }
  return rules;
}

}  // namespace kitfox::kube
