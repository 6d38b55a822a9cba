#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/statement.h"

namespace postroad::storage {

/// One step of the schema, applied once, in a transaction of its own, in the order of the numbers, and never edited
/// after a release. Rooms declare theirs in their repositories; `app` joins them:
///
///     std::span<const storage::Migration> migrations();          // the room's tables
///     std::span<const storage::Statement* const> statements();   // what it runs on them: a test prepares each
///
/// Numbers: 1-99 belong to storage, then a hundred to each room (spool 100, events 200, account 300, queue 400,
/// admission 500, jobs 600, routes 700, webhooks 800, search 900, stats 1000, tracking 1100, validation 1200), so that
/// rooms can grow without renumbering one another.
struct Migration {
  int number;             ///< Unique over all rooms; never reused.
  std::string_view name;  ///< Recorded with the number, to be read by an operator: "spool: messages and recipients".
  /// SQL for SQLite 3.40 and PostgreSQL 15 alike; several statements end in ';'. Types: BIGINT, TEXT, DOUBLE PRECISION
  /// and these words, which each driver replaces:
  ///   {id}      a row's id, given by us       INTEGER PRIMARY KEY                 BIGINT PRIMARY KEY
  ///   {serial}  a rising number, given there  INTEGER PRIMARY KEY AUTOINCREMENT   BIGSERIAL PRIMARY KEY
  ///   {blob}    bytes                         BLOB                                BYTEA
  std::string_view sql;
};

enum class SqlDialect : std::uint8_t { kSqlite, kPostgres };

/// The SQL of a migration with its words replaced. kInvalidArgument on a word that is not in the list above.
Result<std::string> migration_sql(const Migration& migration, SqlDialect dialect);

/// kInvalidArgument when a number or name appears twice. The answer is in the order of the numbers.
Result<std::vector<const Migration*>> ordered_migrations(std::span<const Migration> migrations);

}  // namespace postroad::storage
