#include "storage/sqlite_schema.h"

#include <fmt/format.h>

#include <array>
#include <map>

namespace postroad::storage {
namespace {

constexpr Statement kListMigrations{"storage.list_migrations", "SELECT number, name FROM storage_migrations"};
constexpr Statement kRecordMigration{"storage.record_migration",
                                     "INSERT INTO storage_migrations (number, name, applied_at) VALUES ($1, $2, $3)"};

constexpr std::array kMigrations{
    Migration{1, "storage.progress",
              "CREATE TABLE storage_progress (id {id}, commit_time BIGINT NOT NULL, segment BIGINT NOT NULL,"
              " group_offset BIGINT NOT NULL, segment_offset BIGINT NOT NULL, sequence BIGINT NOT NULL);"
              "INSERT INTO storage_progress (id, commit_time, segment, group_offset, segment_offset, sequence)"
              " VALUES (1, 0, 0, 0, 0, 0);"},
};

Result<void> apply_one(SqliteConnection& connection, const Migration& migration, std::int64_t now) {
  ASSIGN_OR_RETURN(const std::string sql, migration_sql(migration, SqlDialect::kSqlite));
  RETURN_IF_ERROR(connection.execute(sql.c_str()));
  const std::vector<Value> values{std::int64_t{migration.number}, std::string(migration.name), now};
  RETURN_IF_ERROR(connection.run(kRecordMigration, values, {}, nullptr));
  return {};
}

constexpr Statement kReadProgress{
    "storage.read_progress",
    "SELECT commit_time, segment, group_offset, segment_offset, sequence FROM storage_progress WHERE id = 1"};
constexpr Statement kUpdateProgress{"storage.update_progress",
                                    "UPDATE storage_progress SET commit_time = $1, segment = $2, group_offset = $3,"
                                    " segment_offset = $4, sequence = $5 WHERE id = 1"};

}  // namespace

Result<Progress> read_progress(SqliteConnection& connection) {
  Progress progress;
  const RowReader read = [&](const Row& row) {
    const auto number = [&](int column) { return static_cast<std::uint64_t>(row.integer(column)); };
    progress = {row.integer(0), {number(1), number(2), number(3), number(4)}};
  };
  RETURN_IF_ERROR(connection.run(kReadProgress, {}, {}, &read));
  return progress;
}

Result<void> write_progress(SqliteConnection& connection, const Progress& progress) {
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  const SegmentCursor& cursor = progress.cursor;
  const std::vector<Value> values{progress.commit_time, number(cursor.segment), number(cursor.group_offset),
                                  number(cursor.offset), number(cursor.sequence)};
  RETURN_IF_ERROR(connection.run(kUpdateProgress, values, {}, nullptr));
  return {};
}

Result<bool> has_progress(SqliteConnection& connection) {
  const Statement find{"storage.find_progress", "SELECT 1 FROM sqlite_master WHERE name = 'storage_progress'"};
  ASSIGN_OR_RETURN(const std::int64_t rows, connection.run(find, {}, {}, nullptr));
  return rows > 0;
}

std::span<const Migration> storage_migrations() { return kMigrations; }

std::span<const Statement* const> storage_statements() {
  static constexpr std::array kAll{&kReadProgress, &kUpdateProgress};
  return kAll;
}

Result<void> apply_migrations(SqliteConnection& connection, std::span<const Migration> migrations, std::int64_t now) {
  std::vector<Migration> all(kMigrations.begin(), kMigrations.end());
  all.insert(all.end(), migrations.begin(), migrations.end());
  ASSIGN_OR_RETURN(const std::vector<const Migration*> ordered, ordered_migrations(all));

  RETURN_IF_ERROR(connection.execute("CREATE TABLE IF NOT EXISTS storage_migrations (number INTEGER PRIMARY KEY,"
                                     " name TEXT NOT NULL, applied_at BIGINT NOT NULL)"));
  std::map<std::int64_t, std::string> applied;
  const RowReader read = [&](const Row& row) { applied.emplace(row.integer(0), row.text(1)); };
  RETURN_IF_ERROR(connection.run(kListMigrations, {}, {}, &read));
  std::vector<const Migration*> missing;
  for (const Migration* migration : ordered) {
    if (applied.erase(migration->number) == 0) missing.push_back(migration);
  }
  if (!applied.empty()) {
    return fail_permanent(
        ErrorCode::kUnsupported,
        fmt::format("this store was written by a newer version: it holds migration {} ({}), which this one does not know; "
                    "start that version, or restore a backup made before it",
                    applied.begin()->first, applied.begin()->second));
  }
  for (const Migration* migration : missing) {
    RETURN_IF_ERROR(connection.execute("BEGIN IMMEDIATE"));
    Result<void> outcome = apply_one(connection, *migration, now);
    if (outcome) outcome = connection.execute("COMMIT");
    if (!outcome) {
      if (sqlite3_get_autocommit(connection.handle()) == 0) (void)connection.execute("ROLLBACK");
      Error error = std::move(outcome).error();
      error.detail = fmt::format("migration {} ({}): {}", migration->number, migration->name, error.detail);
      return std::unexpected(std::move(error));
    }
  }
  return {};
}

}  // namespace postroad::storage
