#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/outcome.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace kitfox::gateway::sqlite {

/// One prepared statement. Parameters and columns count from 1 and 0, as in SQLite. Every failure is
/// gateway_errc::store_failed; what SQLite said is at database::last_message().
class statement {
 public:
  explicit statement(sqlite3_stmt* prepared) : handle_{prepared} {}
  statement& bind(int index, std::string_view text);
  statement& bind(int index, std::int64_t number);
  statement& bind(int index, const std::optional<std::int64_t>& number);
  /// True: a row is there. False: the statement has ended. Resets and unbinds by itself at the end and after
  /// a failure.
  [[nodiscard]] runtime::result<bool> step();
  /// For statements without rows.
  [[nodiscard]] runtime::error_code run();
  /// Gives the rows up that were not read.
  void reset() noexcept;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_number(int column) const;

 private:
  struct finalizer {
    void operator()(sqlite3_stmt* prepared) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

/// One connection to one database file, or to ":memory:". Not thread-safe.
class database {
 public:
  /// Opens or makes the file with WAL and synchronous=FULL: a committed transaction survives a loss of power.
  /// Another process's lock is waited for, for 2 s. Errors: gateway_errc::store_unusable.
  [[nodiscard]] static runtime::result<database> open(const std::string& path);
  /// Opens a file that exists, and changes nothing. Errors: gateway_errc::store_unusable, also without a
  /// file.
  [[nodiscard]] static runtime::result<database> open_to_read(const std::string& path);
  /// Runs statements that yield nothing.
  [[nodiscard]] runtime::error_code run(const char* statements);
  /// Errors: gateway_errc::store_failed, for example when a table is missing.
  [[nodiscard]] runtime::result<statement> prepare(std::string_view text);
  [[nodiscard]] std::int64_t changes() const noexcept;
  [[nodiscard]] std::string last_message() const;

 private:
  struct closer {
    void operator()(sqlite3* open) const noexcept;
  };
  explicit database(sqlite3* open) : handle_{open} {}
  [[nodiscard]] static runtime::result<database> open_with(const std::string& path, int flags);
  std::unique_ptr<sqlite3, closer> handle_;
};

/// Rolls back unless committed.
class transaction {
 public:
  explicit transaction(database& on) : on_{on} {}
  ~transaction();
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  [[nodiscard]] runtime::error_code begin();
  [[nodiscard]] runtime::error_code commit();

 private:
  database& on_;
  bool open_ = false;
};

}  // namespace kitfox::gateway::sqlite
