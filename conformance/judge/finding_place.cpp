#include "conformance/judge/finding_place.hpp"

#include <algorithm>
#include <cctype>

namespace kitfox::conformance {
namespace {

/// `word` stands in `text`, and not as a part of a longer one.
bool says_word(std::string_view text, std::string_view word) {
  const auto inner = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '/';
  };
  if (word.empty()) return false;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t after = at + word.size();
    if ((at == 0 || !inner(text[at - 1])) && (after == text.size() || !inner(text[after]))) return true;
  }
  return false;
}

bool is_of_call(const record& one) {
  return one.kind == record_kind::call_begun || one.kind == record_kind::call_ended;
}

/// How much a record has to do with what a finding is about.
enum class nearness { of_the_instant, of_the_node, of_the_step, of_the_call, of_the_connection };

class closeness {
 public:
  closeness(const evidence& about, const finding_place& at, const std::string& subject)
      : about_{about}, at_{at}, subject_{subject + " " + at.whose} {}

  [[nodiscard]] nearness of(const record& one) const {
    if (at_.conn != 0 && one.conn == at_.conn) return nearness::of_the_connection;
    if (is_of_call(one) &&
        (says_word(subject_, "call " + one.id) || says_word(subject_, "request " + one.id)))
      return nearness::of_the_call;
    const bool of_step = one.kind == record_kind::step_begun || one.kind == record_kind::step_ended;
    if (of_step && says_word(subject_, "step " + one.id)) return nearness::of_the_step;
    return says_word(subject_, one.node) || is_of_named_connection(one.conn) ? nearness::of_the_node
                                                                             : nearness::of_the_instant;
  }

 private:
  [[nodiscard]] bool is_of_named_connection(std::uint64_t id) const {
    if (id == 0) return false;
    const auto on = std::ranges::find(about_.connections, id, &connection::id);
    return on != about_.connections.end() && (says_word(subject_, on->from) || says_word(subject_, on->to));
  }
  const evidence& about_;
  const finding_place& at_;
  std::string subject_;
};

}  // namespace

std::size_t find_record(const evidence& about, const finding_place& at, const std::string& subject) {
  if (at.judged != nullptr) return about.index_of(*at.judged);
  const auto records = about.source->records();
  const closeness near{about, at, subject};
  std::optional<std::size_t> best, after;
  nearness best_nearness = nearness::of_the_instant;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].kind == record_kind::header) continue;
    if (records[i].t > at.t && !after) after = i;
    if (records[i].t != at.t) continue;
    const nearness one = near.of(records[i]);
    if (best && one < best_nearness) continue;
    best = i;
    best_nearness = one;
  }
  return best ? *best : after.value_or(records.empty() ? 0 : records.size() - 1);
}

}  // namespace kitfox::conformance
