#include "gateway/sqlite.hpp"

#include <sqlite3.h>

#include "gateway/errc.hpp"

namespace kitfox::gateway::sqlite {

void statement::finalizer::operator()(sqlite3_stmt* prepared) const noexcept { sqlite3_finalize(prepared); }

// A failed bind leaves the parameter null, which no NOT NULL column or comparison accepts.
statement& statement::bind(int index, std::string_view text) {
  sqlite3_bind_text64(handle_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

statement& statement::bind(int index, std::int64_t number) {
  sqlite3_bind_int64(handle_.get(), index, number);
  return *this;
}

statement& statement::bind(int index, const std::optional<std::int64_t>& number) {
  if (number) return bind(index, *number);
  sqlite3_bind_null(handle_.get(), index);
  return *this;
}

void statement::reset() noexcept {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
}

runtime::result<bool> statement::step() {
  const int outcome = sqlite3_step(handle_.get());
  if (outcome == SQLITE_ROW) return true;
  reset();
  if (outcome == SQLITE_DONE) return false;
  return gateway_errc::store_failed;
}

runtime::error_code statement::run() {
  const auto row = step();
  if (row.has_error()) return row.error();
  if (row.value()) reset();
  return {};
}

std::string statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return bytes == nullptr ? std::string{} : std::string(bytes, static_cast<std::size_t>(size));
}

std::int64_t statement::number(int column) const { return sqlite3_column_int64(handle_.get(), column); }

std::optional<std::int64_t> statement::optional_number(int column) const {
  if (sqlite3_column_type(handle_.get(), column) == SQLITE_NULL) return std::nullopt;
  return number(column);
}

void database::closer::operator()(sqlite3* open) const noexcept { sqlite3_close_v2(open); }

runtime::result<database> database::open_with(const std::string& path, int flags) {
  sqlite3* handle = nullptr;
  const int outcome = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  database opened{handle};
  if (outcome != SQLITE_OK) return gateway_errc::store_unusable;
  sqlite3_busy_timeout(handle, 2000);
  return opened;
}

runtime::result<database> database::open(const std::string& path) {
  auto opened = open_with(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (opened.has_error()) return opened;
  if (opened.value().run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"))
    return gateway_errc::store_unusable;
  return opened;
}

runtime::result<database> database::open_to_read(const std::string& path) {
  return open_with(path, SQLITE_OPEN_READONLY);
}

runtime::error_code database::run(const char* statements) {
  if (sqlite3_exec(handle_.get(), statements, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return gateway_errc::store_failed;
}

runtime::result<statement> database::prepare(std::string_view text) {
  sqlite3_stmt* prepared = nullptr;
  const int outcome = sqlite3_prepare_v3(handle_.get(), text.data(), static_cast<int>(text.size()),
                                         SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (outcome != SQLITE_OK) return gateway_errc::store_failed;
  return statement{prepared};
}

std::int64_t database::changes() const noexcept { return sqlite3_changes64(handle_.get()); }

std::string database::last_message() const { return sqlite3_errmsg(handle_.get()); }

transaction::~transaction() {
  // A failed rollback means that SQLite rolled back by itself (sqlite.org/lang_transaction.html).
  if (open_) static_cast<void>(on_.run("ROLLBACK"));
}

runtime::error_code transaction::begin() {
  const auto failure = on_.run("BEGIN IMMEDIATE");
  open_ = !failure;
  return failure;
}

runtime::error_code transaction::commit() {
  const auto failure = on_.run("COMMIT");
  if (!failure) open_ = false;
  return failure;
}

}  // namespace kitfox::gateway::sqlite
