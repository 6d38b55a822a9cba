#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "storage/statement.h"
#include "storage/store.h"
#include "storage/unit.h"

namespace postroad::storage {

/// What CommitTime and ContentLocation stand for while a unit is run.
struct BoundMeanings {
  std::int64_t commit_time = 0;
  const std::int64_t* locations = nullptr;
  std::size_t location_count = 0;
};

/// One connection to the database file, with its prepared statements. For one thread at a time.
class SqliteConnection {
 public:
  enum class Use : std::uint8_t { kWriter, kReader, kFsck };
  static constexpr std::size_t kStatementsCachedMax = 1'000;
  static constexpr int kWriterCacheKib = 32 * 1024;
  static constexpr int kReaderCacheKib = 2 * 1024;

  /// `vfs`: the name of a registered sqlite3_vfs; nullptr for SQLite's own.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Use use, const char* vfs);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// Statements of our own without parameters; `sql` may hold several.
  Result<void> execute(const char* sql);

  /// Runs a statement to its end; the answer is the number of rows changed, or of rows read when it only reads.
  /// kConflict: a constraint of the schema refused it. `read` may be null.
  Result<std::int64_t> run(const Statement& statement, const std::vector<Value>& values, const BoundMeanings& meanings,
                           const RowReader* read);

  /// Whether it can be prepared: kInvalidArgument says what is wrong with it.
  Result<void> check(const Statement& statement);

  sqlite3* handle() { return handle_; }
  /// The last failure as our error, `what` first: SQLITE_FULL kDiskFull, SQLITE_CONSTRAINT kConflict, SQLITE_CORRUPT and
  /// SQLITE_NOTADB kCorrupt, SQLITE_IOERR kDiskFailed, the rest (a statement that is wrong) kInvalidArgument.
  Error error(int outcome, std::string_view what);

 private:
  struct StatementDeleter {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct Prepared {
    std::unique_ptr<sqlite3_stmt, StatementDeleter> handle;
    std::string sql;
    bool reads_only = false;
  };

  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
  Result<Prepared*> prepare(const Statement& statement);
  Result<void> bind(Prepared& prepared, const Statement& statement, const std::vector<Value>& values,
                    const BoundMeanings& meanings);

  sqlite3* handle_;
  std::unordered_map<const Statement*, Prepared> prepared_;
};

}  // namespace postroad::storage
