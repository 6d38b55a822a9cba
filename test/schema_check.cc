// Applies every migration and prepares every statement of the server on one engine:
//
//   schema_check sqlite
//   schema_check postgres "host=/tmp/socket dbname=postgres"
#include <fmt/format.h>

#include "app/schema.h"
#include "storage/postgres_check.h"

namespace postroad {
namespace {

int check(std::string_view engine, const std::string& connection) {
  const std::vector<storage::Migration> migrations = app::all_migrations();
  const std::vector<const storage::Statement*> statements = app::all_statements();
  const auto problems = engine == "sqlite" ? storage::check_on_sqlite(migrations, statements)
                                           : storage::check_on_postgres(connection, migrations, statements);
  if (!problems) {
    fmt::print("{}: {}\n", engine, problems.error().detail);
    return 2;
  }
  for (const storage::SchemaProblem& problem : *problems) fmt::print("{}: {}: {}\n", engine, problem.where, problem.what);
  fmt::print("{}: {} migrations, {} statements, {} problems\n", engine, migrations.size(), statements.size(),
             problems->size());
  return problems->empty() && !migrations.empty() && !statements.empty() ? 0 : 1;
}

}  // namespace
}  // namespace postroad

int main(int count, char** arguments) {
  const std::string_view engine = count > 1 ? arguments[1] : "";
  if (engine == "sqlite" && count == 2) return postroad::check(engine, {});
  if (engine == "postgres" && count == 3) return postroad::check(engine, arguments[2]);
  fmt::print(stderr, "usage: schema_check sqlite | schema_check postgres CONNECTION\n");
  return 2;
}
