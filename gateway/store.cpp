#include "gateway/store.hpp"

#include <utility>

#include "gateway/sqlite.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::result;
using runtime::wall_time;
using sqlite::database;
using sqlite::statement;
using sqlite::transaction;

namespace {
constexpr std::int64_t schema_version = 1;
constexpr const char* key_schema = R"sql(
CREATE TABLE IF NOT EXISTS organisations (
  org_id TEXT PRIMARY KEY NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS teams (
  org_id TEXT NOT NULL REFERENCES organisations,
  team_node_id TEXT NOT NULL,
  PRIMARY KEY (org_id, team_node_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clusters (
  number INTEGER PRIMARY KEY,
  cluster_id TEXT NOT NULL UNIQUE,
  org_id TEXT NOT NULL,
  team_node_id TEXT NOT NULL,
  cluster_name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER,
  FOREIGN KEY (org_id, team_node_id) REFERENCES teams
);
CREATE UNIQUE INDEX IF NOT EXISTS living_names
  ON clusters (org_id, team_node_id, cluster_name) WHERE revoked_at IS NULL;
CREATE TABLE IF NOT EXISTS keys (
  key_id TEXT PRIMARY KEY NOT NULL,
  cluster_id TEXT NOT NULL REFERENCES clusters (cluster_id),
  secret_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_of_cluster ON keys (cluster_id, created_at);
PRAGMA user_version = 1;
)sql";

constexpr std::string_view key_columns =
    "SELECT k.key_id, k.cluster_id, c.cluster_name, c.org_id, c.team_node_id, k.secret_hash, k.created_at, "
    "k.revoked_at FROM keys k JOIN clusters c ON c.cluster_id = k.cluster_id ";
constexpr std::string_view cluster_columns =
    "SELECT cluster_id, cluster_name, display_name, org_id, team_node_id, created_at, revoked_at "
    "FROM clusters ";

std::int64_t to_number(wall_time at) { return at.time_since_epoch().count(); }
wall_time to_time(std::int64_t number) { return wall_time{runtime::duration{number}}; }
std::optional<wall_time> to_time(std::optional<std::int64_t> number) {
  if (!number) return std::nullopt;
  return to_time(*number);
}

key_record read_key(const statement& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          {row.text(3), row.text(4)},
          row.text(5),
          to_time(row.number(6)),
          to_time(row.optional_number(7))};
}

cluster_record read_cluster(const statement& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          {row.text(3), row.text(4)},
          to_time(row.number(5)),
          to_time(row.optional_number(6))};
}

template <class Row, class Read>
result<std::vector<Row>> read_all(statement& query, Read read) {
  std::vector<Row> rows;
  while (true) {
    const auto row = query.step();
    if (row.has_error()) return row.error();
    if (!row.value()) return rows;
    rows.push_back(read(query));
  }
}

template <class Row, class Read>
result<std::optional<Row>> read_one(statement& query, Read read) {
  const auto row = query.step();
  if (row.has_error()) return row.error();
  if (!row.value()) return std::optional<Row>{};
  std::optional<Row> found = read(query);
  query.reset();
  return found;
}

struct statements {
  statement add_organisation, add_team, add_cluster, add_key, find_key, list_keys, live_keys, find_cluster,
      find_named, list_clusters, list_all_clusters, count_clusters, count_keys, revoke_key, revoke_cluster,
      revoke_keys, data_version;
};

class sqlite_store final : public store {
 public:
  sqlite_store(database on, statements prepared) : on_{std::move(on)}, run_{std::move(prepared)} {}

  error_code create_cluster(const cluster_record& cluster, const key_record& first_key,
                            std::size_t clusters_max) override;
  error_code add_key(const key_record& key, std::size_t keys_max) override;

  result<std::optional<key_record>> find_key(std::string_view key_id) override {
    return read_one<key_record>(run_.find_key.bind(1, key_id), read_key);
  }
  result<std::vector<key_record>> list_keys(std::string_view cluster_id) override {
    return read_all<key_record>(run_.list_keys.bind(1, cluster_id), read_key);
  }
  result<std::optional<cluster_record>> find_cluster(std::string_view cluster_id) override {
    return read_one<cluster_record>(run_.find_cluster.bind(1, cluster_id), read_cluster);
  }
  result<std::optional<cluster_record>> find_cluster_by_name(const tenant& owner,
                                                             std::string_view cluster_name) override {
    statement& query =
        run_.find_named.bind(1, owner.org_id).bind(2, owner.team_node_id).bind(3, cluster_name);
    return read_one<cluster_record>(query, read_cluster);
  }
  result<std::vector<cluster_record>> list_clusters(const tenant& owner, revoked_ones which) override {
    statement& query = which == revoked_ones::included ? run_.list_all_clusters : run_.list_clusters;
    return read_all<cluster_record>(query.bind(1, owner.org_id).bind(2, owner.team_node_id), read_cluster);
  }
  error_code revoke_key(std::string_view key_id, wall_time at) override;
  result<std::vector<std::string>> revoke_cluster(std::string_view cluster_id, wall_time at) override;
  result<std::int64_t> change_number() override { return count(run_.data_version); }

 private:
  result<std::int64_t> count(statement& query);
  error_code insert_key(const key_record& key);
  database on_;
  statements run_;
};

result<std::int64_t> sqlite_store::count(statement& query) {
  const auto number = read_one<std::int64_t>(query, [](const statement& row) { return row.number(0); });
  if (number.has_error()) return number.error();
  return number.value().value_or(0);
}

error_code sqlite_store::insert_key(const key_record& key) {
  return run_.add_key.bind(1, key.key_id)
      .bind(2, key.cluster_id)
      .bind(3, key.secret_hash)
      .bind(4, to_number(key.created_at))
      .run();
}

error_code sqlite_store::create_cluster(const cluster_record& cluster, const key_record& first_key,
                                        std::size_t clusters_max) {
  transaction whole{on_};
  if (const auto failure = whole.begin()) return failure;
  const tenant& owner = cluster.owner;
  const auto present = count(run_.count_clusters.bind(1, owner.org_id).bind(2, owner.team_node_id));
  if (present.has_error()) return present.error();
  if (static_cast<std::size_t>(present.value()) >= clusters_max) return gateway_errc::quota_exceeded;
  const auto same_name = find_cluster_by_name(owner, cluster.cluster_name);
  if (same_name.has_error()) return same_name.error();
  if (same_name.value()) return gateway_errc::name_taken;

  if (const auto failure = run_.add_organisation.bind(1, owner.org_id).run()) return failure;
  if (const auto failure = run_.add_team.bind(1, owner.org_id).bind(2, owner.team_node_id).run())
    return failure;
  const auto failure = run_.add_cluster.bind(1, cluster.cluster_id)
                           .bind(2, owner.org_id)
                           .bind(3, owner.team_node_id)
                           .bind(4, cluster.cluster_name)
                           .bind(5, cluster.display_name)
                           .bind(6, to_number(cluster.created_at))
                           .run();
  if (failure) return failure;
  if (const auto failed = insert_key(first_key)) return failed;
  return whole.commit();
}

error_code sqlite_store::add_key(const key_record& key, std::size_t keys_max) {
  transaction whole{on_};
  if (const auto failure = whole.begin()) return failure;
  const auto cluster = find_cluster(key.cluster_id);
  if (cluster.has_error()) return cluster.error();
  if (!cluster.value() || cluster.value()->revoked_at) return gateway_errc::not_found;
  const auto present = count(run_.count_keys.bind(1, key.cluster_id));
  if (present.has_error()) return present.error();
  if (static_cast<std::size_t>(present.value()) >= keys_max) return gateway_errc::quota_exceeded;
  if (const auto failure = insert_key(key)) return failure;
  return whole.commit();
}

error_code sqlite_store::revoke_key(std::string_view key_id, wall_time at) {
  const auto known = find_key(key_id);
  if (known.has_error()) return known.error();
  if (!known.value()) return gateway_errc::not_found;
  return run_.revoke_key.bind(1, to_number(at)).bind(2, key_id).run();
}

result<std::vector<std::string>> sqlite_store::revoke_cluster(std::string_view cluster_id, wall_time at) {
  transaction whole{on_};
  if (const auto failure = whole.begin()) return failure;
  const auto cluster = find_cluster(cluster_id);
  if (cluster.has_error()) return cluster.error();
  if (!cluster.value()) return gateway_errc::not_found;
  auto live = read_all<std::string>(run_.live_keys.bind(1, cluster_id),
                                    [](const statement& row) { return row.text(0); });
  if (live.has_error()) return live.error();
  if (const auto failure = run_.revoke_cluster.bind(1, to_number(at)).bind(2, cluster_id).run())
    return failure;
  if (const auto failure = run_.revoke_keys.bind(1, to_number(at)).bind(2, cluster_id).run()) return failure;
  if (const auto failure = whole.commit()) return failure;
  return live;
}

/// Prepares one after the other and remembers the first failure.
class preparer {
 public:
  explicit preparer(database& on) : on_{on} {}
  statement operator()(std::string_view text) {
    auto prepared = on_.prepare(text);
    if (prepared.has_value()) return std::move(prepared.value());
    failure_ = prepared.error();
    return statement{nullptr};
  }
  [[nodiscard]] error_code failure() const { return failure_; }

 private:
  database& on_;
  error_code failure_;
};
}  // namespace

result<std::unique_ptr<store>> store::open(const std::string& path) {
  auto opened = database::open(path);
  if (opened.has_error()) return opened.error();
  database& on = opened.value();
  auto version = on.prepare("PRAGMA user_version");
  if (version.has_error()) return gateway_errc::store_unusable;
  const auto row = version.value().step();
  if (row.has_error() || !row.value()) return gateway_errc::store_unusable;
  const std::int64_t found = version.value().number(0);
  version.value().reset();
  if (found != 0 && found != schema_version) return gateway_errc::store_unusable;
  if (on.run(key_schema)) return gateway_errc::store_unusable;

  const std::string keys{key_columns};
  const std::string clusters{cluster_columns};
  preparer prepare{on};
  statements all{
      prepare("INSERT OR IGNORE INTO organisations VALUES (?1)"),
      prepare("INSERT OR IGNORE INTO teams VALUES (?1, ?2)"),
      prepare("INSERT INTO clusters (cluster_id, org_id, team_node_id, cluster_name, display_name, "
              "created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
      prepare("INSERT INTO keys (key_id, cluster_id, secret_hash, created_at) VALUES (?1, ?2, ?3, ?4)"),
      prepare(keys + "WHERE k.key_id = ?1"),
      prepare(keys + "WHERE k.cluster_id = ?1 ORDER BY k.created_at, k.key_id"),
      prepare("SELECT key_id FROM keys WHERE cluster_id = ?1 AND revoked_at IS NULL ORDER BY key_id"),
      prepare(clusters + "WHERE cluster_id = ?1"),
      prepare(clusters +
              "WHERE org_id = ?1 AND team_node_id = ?2 AND cluster_name = ?3 AND revoked_at IS NULL"),
      prepare(clusters + "WHERE org_id = ?1 AND team_node_id = ?2 AND revoked_at IS NULL ORDER BY number"),
      prepare(clusters + "WHERE org_id = ?1 AND team_node_id = ?2 ORDER BY number"),
      prepare("SELECT count(*) FROM clusters WHERE org_id = ?1 AND team_node_id = ?2 AND revoked_at IS NULL"),
      prepare("SELECT count(*) FROM keys WHERE cluster_id = ?1 AND revoked_at IS NULL"),
      prepare("UPDATE keys SET revoked_at = ?1 WHERE key_id = ?2 AND revoked_at IS NULL"),
      prepare("UPDATE clusters SET revoked_at = ?1 WHERE cluster_id = ?2 AND revoked_at IS NULL"),
      prepare("UPDATE keys SET revoked_at = ?1 WHERE cluster_id = ?2 AND revoked_at IS NULL"),
      prepare("PRAGMA data_version")};
  if (prepare.failure()) return gateway_errc::store_unusable;
  return std::unique_ptr<store>{std::make_unique<sqlite_store>(std::move(on), std::move(all))};
}

}  // namespace kitfox::gateway
