#include "storage/sqlite_connection.h"

#include <fmt/format.h>

#include <mutex>

#include "base/assert.h"

namespace postroad::storage {
namespace {

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double real(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    const void* bytes = sqlite3_column_type(statement_, column) == SQLITE_BLOB
                            ? sqlite3_column_blob(statement_, column)
                            : static_cast<const void*>(sqlite3_column_text(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(bytes), size);
  }

 private:
  sqlite3_stmt* statement_;
};

/// Resets at the end of scope, so that no read transaction stays open.
class ResetGuard {
 public:
  explicit ResetGuard(sqlite3_stmt* statement) : statement_(statement) {}
  ~ResetGuard() { sqlite3_reset(statement_); }
  ResetGuard(const ResetGuard&) = delete;
  ResetGuard& operator=(const ResetGuard&) = delete;

 private:
  sqlite3_stmt* statement_;
};

struct Binder {
  sqlite3_stmt* statement;
  int index;
  const BoundMeanings& meanings;

  // Bytes stay where they are until the statement is done: no copies.
  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
  int operator()(const std::string& value) const {
    return sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  int operator()(const Blob& value) const {
    return sqlite3_bind_blob64(statement, index, value.bytes.data(), value.bytes.size(), SQLITE_STATIC);
  }
  int operator()(CommitTime) const { return sqlite3_bind_int64(statement, index, meanings.commit_time); }
  int operator()(ContentLocation value) const {
    PR_ASSERT(value.index < meanings.location_count);
    return sqlite3_bind_int64(statement, index, meanings.locations[value.index]);
  }
};

/// $1, $2, … must appear in that order, because SQLite numbers parameters as they appear.
bool parameters_in_order(sqlite3_stmt* statement) {
  const int count = sqlite3_bind_parameter_count(statement);
  for (int i = 1; i <= count; ++i) {
    const char* name = sqlite3_bind_parameter_name(statement, i);
    if (name == nullptr || fmt::format("${}", i) != name) return false;
  }
  return true;
}

std::string settings(SqliteConnection::Use use) {
  const bool writer = use == SqliteConnection::Use::kWriter;
  return fmt::format(
      "PRAGMA busy_timeout=10000;"
      "PRAGMA cache_size=-{};"
      "PRAGMA temp_store=MEMORY;"
      "{}",
      writer ? SqliteConnection::kWriterCacheKib : SqliteConnection::kReaderCacheKib,
      writer ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=FAST;"
               "PRAGMA foreign_keys=OFF;"
             : "PRAGMA query_only=ON;");
}

}  // namespace

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, Use use, const char* vfs) {
  static std::once_flag configured;
  std::call_once(configured, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (use == Use::kWriter ? SQLITE_OPEN_CREATE : 0);
  const int outcome = sqlite3_open_v2(path.c_str(), &handle, flags, vfs);
  if (handle == nullptr) return fail_permanent(ErrorCode::kDiskFailed, "SQLite: no memory for a connection");
  std::unique_ptr<SqliteConnection> made(new SqliteConnection(handle));
  if (outcome != SQLITE_OK) return std::unexpected(made->error(outcome, "open " + path));
  // When SQLite's log goes to the database file is decided by the writer alone.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  RETURN_IF_ERROR(made->execute(settings(use).c_str()));
  return made;
}

SqliteConnection::~SqliteConnection() {
  prepared_.clear();
  PR_ASSERT(sqlite3_close(handle_) == SQLITE_OK);
}

Result<void> SqliteConnection::execute(const char* sql) {
  const int outcome = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (outcome != SQLITE_OK) return std::unexpected(error(outcome, std::string_view(sql).substr(0, 60)));
  return {};
}

Result<std::int64_t> SqliteConnection::run(const Statement& statement, const std::vector<Value>& values,
                                           const BoundMeanings& meanings, const RowReader* read) {
  ASSIGN_OR_RETURN(Prepared * prepared, prepare(statement));
  sqlite3_stmt* const handle = prepared->handle.get();
  const ResetGuard reset(handle);
  RETURN_IF_ERROR(bind(*prepared, statement, values, meanings));
  std::int64_t rows = 0;
  int outcome = sqlite3_step(handle);
  for (const SqliteRow row(handle); outcome == SQLITE_ROW; outcome = sqlite3_step(handle)) {
    ++rows;
    if (read != nullptr) (*read)(row);
  }
  if (outcome != SQLITE_DONE) return std::unexpected(error(outcome, statement.name));
  return prepared->reads_only ? rows : sqlite3_changes64(handle_);
}

Result<void> SqliteConnection::check(const Statement& statement) {
  RETURN_IF_ERROR(prepare(statement));
  return {};
}

Result<SqliteConnection::Prepared*> SqliteConnection::prepare(const Statement& statement) {
  const auto found = prepared_.find(&statement);
  if (found != prepared_.end()) {
    if (found->second.sql == statement.sql) return &found->second;
    prepared_.erase(found);  // The address belongs to another statement now: one that a search composed.
  }
  if (prepared_.size() >= kStatementsCachedMax) prepared_.clear();
  sqlite3_stmt* handle = nullptr;
  const int outcome = sqlite3_prepare_v3(handle_, statement.sql.data(), static_cast<int>(statement.sql.size()),
                                         SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  Prepared prepared;
  prepared.handle.reset(handle);
  if (outcome != SQLITE_OK) return std::unexpected(error(outcome, statement.name));
  if (handle == nullptr || !parameters_in_order(handle)) {
    return fail_permanent(ErrorCode::kInvalidArgument,
                          fmt::format("{}: parameters must be $1, $2, … in order of first appearance", statement.name));
  }
  prepared.sql = statement.sql;
  prepared.reads_only = sqlite3_stmt_readonly(handle) != 0;
  return &prepared_.emplace(&statement, std::move(prepared)).first->second;
}

Result<void> SqliteConnection::bind(Prepared& prepared, const Statement& statement, const std::vector<Value>& values,
                                    const BoundMeanings& meanings) {
  sqlite3_stmt* const handle = prepared.handle.get();
  if (static_cast<std::size_t>(sqlite3_bind_parameter_count(handle)) != values.size()) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}: {} parameters, {} values", statement.name,
                                                                   sqlite3_bind_parameter_count(handle), values.size()));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int outcome = std::visit(Binder{handle, static_cast<int>(i) + 1, meanings}, values[i]);
    if (outcome != SQLITE_OK) return std::unexpected(error(outcome, statement.name));
  }
  return {};
}

Error SqliteConnection::error(int outcome, std::string_view what) {
  std::string detail = fmt::format("{}: {} ({})", what, sqlite3_errmsg(handle_), outcome);
  switch (outcome & 0xff) {
    case SQLITE_FULL: return {ErrorCode::kDiskFull, Permanence::kTransient, std::move(detail)};
    case SQLITE_CONSTRAINT: return {ErrorCode::kConflict, Permanence::kPermanent, std::move(detail)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {ErrorCode::kCorrupt, Permanence::kPermanent, std::move(detail)};
    case SQLITE_TOOBIG: return {ErrorCode::kTooLarge, Permanence::kPermanent, std::move(detail)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorCode::kTimeout, Permanence::kTransient, std::move(detail)};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_READONLY: return {ErrorCode::kDiskFailed, Permanence::kPermanent, std::move(detail)};
    default: return {ErrorCode::kInvalidArgument, Permanence::kPermanent, std::move(detail)};
  }
}

}  // namespace postroad::storage
