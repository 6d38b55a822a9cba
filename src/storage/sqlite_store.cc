#include "storage/sqlite_store.h"

#include <map>

#include "base/log.h"
#include "storage/commit_writer.h"
#include "storage/database_recovery.h"
#include "storage/health.h"
#include "storage/reader_pool.h"
#include "storage/segment_log.h"
#include "storage/spool_key.h"
#include "storage/sqlite_schema.h"
#include "storage/sqlite_vfs.h"

namespace postroad::storage {

/// In the order in which they are built; destroyed the other way round.
struct SqliteStore::Parts {
  Parts(Disk& d, Clock& c, Random& r, Options o) : disk(d), clock(c), random(r), options(std::move(o)) {}

  Disk& disk;
  Clock& clock;
  Random& random;
  const Options options;
  Health health{options.on_poisoned};
  std::unique_ptr<DirectoryLock> lock;
  std::unique_ptr<Sealer> sealer;
  std::unique_ptr<SqliteVfs> vfs;
  std::unique_ptr<SqliteConnection> connection;
  std::unique_ptr<SegmentLog> log;
  std::unique_ptr<ReaderPool> readers;
  std::unique_ptr<Thread> counting;  ///< Of live contents, once.
  std::unique_ptr<CommitWriter> writer;

  std::string path(std::string_view name) const { return options.directory + "/" + std::string(name); }
  Result<void> open(std::span<const Migration> migrations);
  Result<void> open_files(std::span<const Migration> migrations);
  Result<void> count_live_contents();
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(Disk& disk, Clock& clock, Random& random, Options options,
                                                       std::span<const Migration> migrations) {
  auto parts = std::make_unique<Parts>(disk, clock, random, std::move(options));
  RETURN_IF_ERROR(parts->open(migrations));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SqliteStore::~SqliteStore() {
  parts_->writer.reset();
  parts_->counting.reset();
  if (parts_->health.poisoned()) return;
  // All is durable: leave a database file that is complete without its log.
  const Result<void> done = parts_->connection->execute("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!done) log::warn("storage.last_checkpoint_failed", {{"detail", done.error().detail}});
}

asio::awaitable<Result<WallTime>> SqliteStore::commit(Unit unit) {
  PendingCommit pending(std::move(unit));
  if (pending.unit.steps().size() > Unit::kStatementsMax) {
    co_return fail_permanent(ErrorCode::kTooLarge, "a unit with too many statements");
  }
  const auto start = [&] { parts_->writer->submit(pending); };
  co_await suspend(pending, start);
  co_return std::move(pending.outcome);
}

asio::awaitable<Result<void>> SqliteStore::query(const Statement& statement, std::vector<Value> values,
                                                 RowReader read) {
  PendingQuery pending;
  pending.statement = &statement;
  pending.values = std::move(values);
  pending.read = std::move(read);
  const auto start = [&] { parts_->readers->submit(pending); };
  co_await suspend(pending, start);
  co_return std::move(pending.outcome);
}

Result<void> SqliteStore::query_now(const Statement& statement, std::vector<Value> values, RowReader read) {
  return parts_->readers->run_now(statement, values, read);
}

Result<std::string> SqliteStore::read_content(std::int64_t location) { return parts_->log->read(location); }

bool SqliteStore::writable() const { return parts_->health.writable(); }

asio::awaitable<void> SqliteStore::stop() {
  parts_->writer->refuse_new();
  PendingCommit barrier{Unit{}};
  barrier.barrier = true;
  const auto start = [&] { parts_->writer->submit(barrier); };
  co_await suspend(barrier, start);
}

Result<std::vector<SqliteStore::BadContent>> SqliteStore::verify(const Statement& locations) {
  std::vector<BadContent> bad;
  Result<void> disk_outcome;
  const RowReader check = [&](const Row& row) {
    Result<std::string> content = parts_->log->read(row.integer(0));
    if (content) return;
    if (content.error().code != ErrorCode::kNotFound && content.error().code != ErrorCode::kCorrupt) {
      disk_outcome = std::unexpected(content.error());
    }
    bad.push_back({row.integer(0), std::move(content).error()});
  };
  RETURN_IF_ERROR(query_now(locations, {}, check));
  RETURN_IF_ERROR(disk_outcome);
  return bad;
}

Result<void> SqliteStore::Parts::open(std::span<const Migration> migrations) {
  RETURN_IF_ERROR(disk.create_directory(options.directory));
  ASSIGN_OR_RETURN(lock, disk.lock(path("lock")));
  RETURN_IF_ERROR(disk.create_directory(path("spool")));
  return open_files(migrations);
}

Result<void> SqliteStore::Parts::open_files(std::span<const Migration> migrations) {
  ASSIGN_OR_RETURN(const SealKey key, load_or_create_spool_key(disk, random, options.directory));
  sealer = std::make_unique<Sealer>(key, random);
  const auto poison = [this](const Error& error) { health.poison(error); };
  vfs = std::make_unique<SqliteVfs>(disk, clock, random, poison);
  ASSIGN_OR_RETURN(connection, open_database(disk, *sealer, options.directory, vfs->name()));
  RETURN_IF_ERROR(apply_migrations(*connection, migrations, clock.wall().time_since_epoch().count()));
  ASSIGN_OR_RETURN(const Progress progress, read_progress(*connection));

  SegmentLog::Options log_options;
  log_options.directory = path("spool");
  log_options.segment_bytes = options.segment_bytes;
  log_options.threads = options.threads;
  log_options.on_failed_sync = poison;
  ASSIGN_OR_RETURN(log, SegmentLog::open(disk, *sealer, random, std::move(log_options), progress.cursor));
  readers = std::make_unique<ReaderPool>(path("postroad.db"), vfs->name(), options.threads);
  RETURN_IF_ERROR(count_live_contents());

  CommitWriter::Options writer_options{options.threads, options.directory, progress.commit_time,
                                       options.checkpoint_pages};
  writer = std::make_unique<CommitWriter>(disk, clock, *connection, *log, health, std::move(writer_options));
  return {};
}

/// The count is of this moment, before any commit: its read transaction begins here and goes on behind the start.
Result<void> SqliteStore::Parts::count_live_contents() {
  if (options.live_contents == nullptr) return {};
  ASSIGN_OR_RETURN(ReaderPool::Lease leased, readers->lease());
  RETURN_IF_ERROR(leased->execute("BEGIN"));
  RETURN_IF_ERROR(read_progress(*leased));
  auto reader = std::make_shared<ReaderPool::Lease>(std::move(leased));  // std::function wants to copy it.
  auto count = [this, reader] {
    std::map<std::uint64_t, std::int64_t> counts;
    const RowReader add = [&](const Row& row) { ++counts[Location::unpack(row.integer(0)).segment]; };
    const Result<std::int64_t> counted = (*reader)->run(*options.live_contents, {}, {}, &add);
    (void)(*reader)->execute("COMMIT");
    if (counted) {
      log->set_live_baseline(counts);
    } else {
      log::error("storage.live_count_failed", {{"detail", counted.error().detail}});
    }
  };
  if (options.threads) {
    counting = std::make_unique<Thread>("live-count", std::move(count));
  } else {
    count();
  }
  return {};
}

}  // namespace postroad::storage
