#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/migration.h"
#include "storage/statement.h"

namespace postroad::storage {

/// Something that one engine does not take: which migration or statement, and the engine's words.
struct SchemaProblem {
  std::string where;
  std::string what;
};

/// Applies storage's own and these migrations to an empty PostgreSQL database, and prepares every statement there.
/// `connection`: as for psql, "host=/run/pg dbname=x". kConnectionLost when it cannot be reached.
Result<std::vector<SchemaProblem>> check_on_postgres(const std::string& connection,
                                                     std::span<const Migration> migrations,
                                                     std::span<const Statement* const> statements);

/// The same on SQLite, in memory.
Result<std::vector<SchemaProblem>> check_on_sqlite(std::span<const Migration> migrations,
                                                   std::span<const Statement* const> statements);

}  // namespace postroad::storage
