#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "storage/disk.h"
#include "storage/migration.h"
#include "storage/store.h"

namespace postroad::storage {

/// The embedded store: rows in postroad.db, content in spool/*.seg, both in one directory that one process owns.
///
///   lock           held while the store is open; holds our process id
///   postroad.db    SQLite, with its -wal beside it
///   spool.key      32 random bytes, mode 0600: without it no content can be read. Back it up apart from the spool.
///   spool/         segments, see segment_log.h
///   quarantine/    what `postroad fsck` found damaged, byte for byte
class SqliteStore final : public Store {
 public:
  struct Options {
    std::string directory;  ///< Created when missing.
    std::uint64_t segment_bytes = 256u << 20;
    /// SQLite's log is copied to the database file when it has grown by this many pages of 4 KiB.
    int checkpoint_pages = 512;
    /// False: no thread is started; commits run on the executor of whoever commits, queries at once. For simulation.
    bool threads = true;
    /// One column: the location in every row that holds one. Counted once, behind the start, to know which segments
    /// are still needed; Unit::keep and Unit::release carry on from there. Without it no segment is ever used again.
    const Statement* live_contents = nullptr;
    /// Called once, from any thread, when a sync has failed and nothing can be accepted until a restart.
    std::function<void(const Error&)> on_poisoned;
  };

  /// Takes the lock, brings the schema up to date (storage's own migrations and these) and finds where the content
  /// ends. Errors are sentences for whoever starts the server: kConflict (another process has it), kUnsupported (a
  /// newer version wrote it), kUnauthorized (spool.key is missing or another's), kDiskFull, kDiskFailed, kCorrupt.
  static Result<std::unique_ptr<SqliteStore>> open(Disk& disk, Clock& clock, Random& random, Options options,
                                                   std::span<const Migration> migrations);
  /// Answers whatever still waits. Call stop() before, so that nothing does.
  ~SqliteStore() override;

  asio::awaitable<Result<WallTime>> commit(Unit unit) override;
  asio::awaitable<Result<void>> query(const Statement& statement, std::vector<Value> values, RowReader read) override;
  Result<void> query_now(const Statement& statement, std::vector<Value> values, RowReader read) override;
  Result<std::string> read_content(std::int64_t location) override;
  bool writable() const override;

  /// Refuses new units with kShuttingDown and returns when all earlier ones have been answered.
  asio::awaitable<void> stop();

  struct BadContent {
    std::int64_t location;
    Error why;  ///< kNotFound or kCorrupt.
  };
  /// Reads the content at every location that `locations` (one column) yields; the answer is what did not hold.
  /// For the command line: takes as long as reading them takes.
  Result<std::vector<BadContent>> verify(const Statement& locations);

 private:
  struct Parts;
  explicit SqliteStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace postroad::storage
