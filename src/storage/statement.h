#pragma once
#include <string_view>

namespace postroad::storage {

/// One SQL statement, written once for SQLite 3.40 and PostgreSQL 15. Parameters are $1, $2, … in order of first
/// appearance. Only *_repository.cc files (and storage itself) declare one; a test prepares each on both engines.
struct Statement {
  std::string_view name;  ///< Unique: "spool.insert_message".
  std::string_view sql;
};

}  // namespace postroad::storage
