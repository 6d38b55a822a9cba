#include "storage/migration.h"

#include <gtest/gtest.h>

#include "storage/postgres_check.h"

namespace postroad::storage {
namespace {

TEST(MigrationSql, ReplacesItsWordsForEachEngine) {
  const Migration migration{100, "x", "CREATE TABLE t (a {id}, b {blob}); CREATE TABLE u (c {serial})"};
  EXPECT_EQ(migration_sql(migration, SqlDialect::kSqlite),
            "CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB); CREATE TABLE u (c INTEGER PRIMARY KEY AUTOINCREMENT)");
  EXPECT_EQ(migration_sql(migration, SqlDialect::kPostgres),
            "CREATE TABLE t (a BIGINT PRIMARY KEY, b BYTEA); CREATE TABLE u (c BIGSERIAL PRIMARY KEY)");
}

TEST(MigrationSql, RefusesAWordItDoesNotKnow) {
  for (const std::string_view sql : {"CREATE TABLE t (a {json})", "CREATE TABLE t (a {id", "{"}) {
    EXPECT_FALSE(migration_sql({100, "x", sql}, SqlDialect::kSqlite)) << sql;
  }
}

TEST(OrderedMigrations, AreSortedByNumberAndEachIsThereOnce) {
  const std::vector<Migration> mixed{{300, "c", ""}, {100, "a", ""}, {200, "b", ""}};
  const auto ordered = ordered_migrations(mixed);
  ASSERT_TRUE(ordered);
  EXPECT_EQ(ordered->at(0)->name, "a");
  EXPECT_EQ(ordered->at(2)->name, "c");
  EXPECT_FALSE(ordered_migrations(std::vector<Migration>{{1, "a", ""}, {1, "b", ""}}));
  EXPECT_FALSE(ordered_migrations(std::vector<Migration>{{1, "a", ""}, {2, "a", ""}}));
}

TEST(SchemaCheck, NamesEachStatementThatAnEngineDoesNotTake) {
  const std::vector<Migration> migrations{{100, "test: t", "CREATE TABLE t (a BIGINT)"}};
  const Statement good{"test.good", "SELECT a FROM t WHERE a = $1"};
  const Statement no_table{"test.no_table", "SELECT a FROM nowhere"};
  const Statement out_of_order{"test.out_of_order", "SELECT a FROM t WHERE a = $2 OR a = $1"};
  const std::vector<const Statement*> statements{&good, &no_table, &out_of_order};
  const auto problems = check_on_sqlite(migrations, statements);
  ASSERT_TRUE(problems);
  ASSERT_EQ(problems->size(), 2U);
  EXPECT_EQ(problems->at(0).where, "test.no_table");
  EXPECT_EQ(problems->at(1).where, "test.out_of_order");
}

}  // namespace
}  // namespace postroad::storage
