#include "storage/postgres_check.h"

#include <libpq-fe.h>

#include <memory>

#include "base/text.h"
#include "storage/sqlite_schema.h"

namespace postroad::storage {
namespace {

struct ConnectionDeleter {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, ConnectionDeleter>;
using Answer = std::unique_ptr<PGresult, ResultDeleter>;

/// Empty when it went well, PostgreSQL's words when not.
std::string complaint(PGconn* connection, PGresult* raw) {
  const Answer answer(raw);
  if (PQresultStatus(answer.get()) == PGRES_COMMAND_OK || PQresultStatus(answer.get()) == PGRES_TUPLES_OK) return {};
  return std::string(trim(PQerrorMessage(connection)));
}

std::vector<Migration> with_ours(std::span<const Migration> migrations) {
  const auto ours = storage_migrations();
  std::vector<Migration> all(ours.begin(), ours.end());
  all.insert(all.end(), migrations.begin(), migrations.end());
  return all;
}

std::vector<const Statement*> with_ours(std::span<const Statement* const> statements) {
  const auto ours = storage_statements();
  std::vector<const Statement*> all(ours.begin(), ours.end());
  all.insert(all.end(), statements.begin(), statements.end());
  return all;
}

std::string migrate(PGconn* connection, const Migration& migration) {
  const Result<std::string> sql = migration_sql(migration, SqlDialect::kPostgres);
  if (!sql) return sql.error().detail;
  const std::string transaction = "BEGIN; " + *sql + "; COMMIT";
  std::string wrong = complaint(connection, PQexec(connection, transaction.c_str()));
  if (!wrong.empty()) PQclear(PQexec(connection, "ROLLBACK"));
  return wrong;
}

}  // namespace

Result<std::vector<SchemaProblem>> check_on_postgres(const std::string& connection_words,
                                                     std::span<const Migration> migrations,
                                                     std::span<const Statement* const> statements) {
  const Connection connection(PQconnectdb(connection_words.c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return fail_transient(ErrorCode::kConnectionLost, std::string(trim(PQerrorMessage(connection.get()))));
  }
  std::vector<SchemaProblem> problems;
  const auto note = [&](std::string_view where, std::string what) {
    if (!what.empty()) problems.push_back({std::string(where), std::move(what)});
  };
  const std::vector<Migration> all = with_ours(migrations);
  ASSIGN_OR_RETURN(const std::vector<const Migration*> ordered, ordered_migrations(all));
  for (const Migration* migration : ordered) note(migration->name, migrate(connection.get(), *migration));
  for (const Statement* statement : with_ours(statements)) {
    const std::string name(statement->name);
    const std::string sql(statement->sql);
    // Preparing a name twice fails too: names are unique.
    note(name, complaint(connection.get(), PQprepare(connection.get(), name.c_str(), sql.c_str(), 0, nullptr)));
  }
  return problems;
}

Result<std::vector<SchemaProblem>> check_on_sqlite(std::span<const Migration> migrations,
                                                   std::span<const Statement* const> statements) {
  ASSIGN_OR_RETURN(const auto connection, SqliteConnection::open(":memory:", SqliteConnection::Use::kWriter, nullptr));
  std::vector<SchemaProblem> problems;
  if (const Result<void> applied = apply_migrations(*connection, migrations, 0); !applied) {
    problems.push_back({"migrations", applied.error().detail});
  }
  for (const Statement* statement : with_ours(statements)) {
    if (const Result<void> prepared = connection->check(*statement); !prepared) {
      problems.push_back({std::string(statement->name), prepared.error().detail});
    }
  }
  return problems;
}

}  // namespace postroad::storage
