#include "gateway/audit_store.hpp"

#include <utility>

#include "gateway/audit_record.hpp"
#include "gateway/sqlite.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::result;

namespace {
constexpr const char* audit_schema =
    "CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY NOT NULL, line TEXT NOT NULL);";

class sqlite_audit final : public audit_store {
 public:
  sqlite_audit(sqlite::database on, sqlite::statement insert, sqlite::statement select,
               sqlite::statement last, sqlite::statement prune, audit_retention keep)
      : on_{std::move(on)},
        insert_{std::move(insert)},
        select_{std::move(select)},
        last_{std::move(last)},
        prune_{std::move(prune)},
        keep_{keep} {}

  result<audit_head> head() override {
    const auto row = last_.step();
    if (row.has_error()) return gateway_errc::audit_failed;
    if (!row.value()) return empty_audit();
    audit_head found;
    found.sequence = static_cast<std::uint64_t>(last_.number(0));
    const std::string line = last_.text(1);
    last_.reset();
    const auto hash = hash_of_audit_line(line);
    if (!hash) return gateway_errc::audit_chain_broken;
    found.hash = *hash;
    return found;
  }

  runtime::task<error_code> append(std::span<const audit_line> lines) override {
    co_return append_now(lines);
  }

  std::string why() const override { return why_; }

  result<std::vector<audit_line>> read(std::uint64_t after_sequence, std::size_t count_max) override {
    select_.bind(1, static_cast<std::int64_t>(after_sequence)).bind(2, static_cast<std::int64_t>(count_max));
    std::vector<audit_line> lines;
    while (true) {
      const auto row = select_.step();
      if (row.has_error()) return gateway_errc::audit_failed;
      if (!row.value()) return lines;
      lines.push_back({static_cast<std::uint64_t>(select_.number(0)), select_.text(1)});
    }
  }

 private:
  error_code append_now(std::span<const audit_line> lines) {
    sqlite::transaction whole{on_};
    if (whole.begin()) return failed();
    auto found = head();
    if (found.has_error()) return failed(found.error());
    audit_head& last = found.value();
    if (lines.empty() || follows(lines.front(), last)) {
      for (const audit_line& line : lines)
        if (insert(line)) return failed();
      if (!lines.empty()) last.sequence = lines.back().sequence;
    } else {
      for (const audit_line& line : lines)
        if (insert(chain_again(line, last))) return failed();
    }
    if (prune(last.sequence, lines.size())) return failed();
    if (whole.commit()) return failed();
    return {};
  }

  // Before the rollback, which has a message of its own.
  error_code failed(error_code as = gateway_errc::audit_failed) {
    why_ = as == gateway_errc::audit_failed ? on_.last_message() : as.message();
    return as;
  }

  static bool follows(const audit_line& line, const audit_head& last) {
    const auto before = head_before(line);
    return before && before->sequence == last.sequence && before->hash == last.hash;
  }

  error_code insert(const audit_line& line) {
    return insert_.bind(1, static_cast<std::int64_t>(line.sequence)).bind(2, line.text).run();
  }

  // Whoever shortens a long audit pays for it over many groups.
  error_code prune(std::uint64_t last, std::size_t added) {
    if (last <= keep_.records_max) return {};
    constexpr std::size_t slack = 1000;
    return prune_.bind(1, static_cast<std::int64_t>(last - keep_.records_max))
        .bind(2, static_cast<std::int64_t>(2 * added + slack))
        .run();
  }

  sqlite::database on_;
  sqlite::statement insert_, select_, last_, prune_;
  audit_retention keep_;
  std::string why_;
};

result<std::unique_ptr<audit_store>> prepare(sqlite::database on, audit_retention keep) {
  auto insert = on.prepare("INSERT INTO audit VALUES (?1, ?2)");
  auto select = on.prepare("SELECT seq, line FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2");
  auto last = on.prepare("SELECT seq, line FROM audit ORDER BY seq DESC LIMIT 1");
  auto prune = on.prepare("DELETE FROM audit WHERE seq <= min(?1, (SELECT min(seq) FROM audit) + ?2 - 1)");
  if (insert.has_error() || select.has_error() || last.has_error() || prune.has_error())
    return gateway_errc::store_unusable;
  return std::unique_ptr<audit_store>{
      std::make_unique<sqlite_audit>(std::move(on), std::move(insert.value()), std::move(select.value()),
                                     std::move(last.value()), std::move(prune.value()), keep)};
}
}  // namespace

result<std::unique_ptr<audit_store>> audit_store::open(const std::string& path, audit_retention keep) {
  auto opened = sqlite::database::open(path);
  if (opened.has_error()) return opened.error();
  if (opened.value().run(audit_schema)) return gateway_errc::store_unusable;
  return prepare(std::move(opened.value()), keep);
}

result<std::unique_ptr<audit_store>> audit_store::open_to_read(const std::string& path) {
  auto opened = sqlite::database::open_to_read(path);
  if (opened.has_error()) return opened.error();
  return prepare(std::move(opened.value()), {});
}

}  // namespace kitfox::gateway
