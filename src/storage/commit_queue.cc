// How units wait for the writer, how it takes them in groups, and what it does between groups.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/log.h"
#include "storage/commit_writer.h"

namespace postroad::storage {

CommitWriter::CommitWriter(Disk& disk, Clock& clock, SqliteConnection& connection, SegmentLog& log, Health& health,
                           Options options)
    : disk_(disk),
      clock_(clock),
      connection_(connection),
      log_(log),
      health_(health),
      options_(std::move(options)),
      sync_(log, options_.threads),
      last_time_(options_.last_commit_time),
      checkpoint_at_(options_.checkpoint_pages) {
  const auto count_pages = [](void* self, sqlite3*, const char*, int pages) {
    static_cast<CommitWriter*>(self)->log_pages_ = pages;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(connection_.handle(), count_pages, this);
  if (!options_.threads) return;
  echoes_ = std::make_shared<Echoes>();
  thread_ = std::make_unique<Thread>("commit-writer", [this] { run(); });
}

CommitWriter::~CommitWriter() {
  {
    const std::lock_guard lock(mutex_);
    refusing_ = true;
    stopping_ = true;
    wake_.notify_all();
  }
  thread_.reset();
  *alive_ = false;
  if (!options_.threads) drain();
}

void CommitWriter::submit(PendingCommit& pending) {
  std::unique_lock lock(mutex_);
  const bool overloaded = waiting_.size() >= kWaitingUnitsMax;
  if (!pending.barrier && (refusing_ || overloaded)) {
    if (!refusing_) pending.outcome = fail_transient(ErrorCode::kQuotaExceeded, "storage: too many units wait");
    lock.unlock();
    ResumeBatch batch;
    batch.add(pending);
    batch.post();
    return;
  }
  waiting_.push_back(&pending);
  if (options_.threads) {
    const bool was_idle = waiting_.size() == 1;
    lock.unlock();
    if (was_idle) wake_.notify_one();
    return;
  }
  if (std::exchange(scheduled_, true)) return;
  lock.unlock();
  asio::post(pending.executor, [this, alive = alive_] {
    if (*alive) drain();
  });
}

void CommitWriter::refuse_new() {
  const std::lock_guard lock(mutex_);
  refusing_ = true;
}

/// Moves what waits, up to the bounds of a group, to group_.
bool CommitWriter::take_group() {
  std::size_t units = 0;
  std::uint64_t bytes = 0;
  const std::uint64_t bytes_max = std::min<std::uint64_t>(kGroupContentBytesMax, log_.group_bytes_max());
  std::size_t steps = 0;
  for (const PendingCommit* pending : waiting_) {
    bytes += pending->stored_bytes;
    steps += pending->unit.steps().size();
    const bool too_much = bytes > bytes_max || steps > kGroupStepsMax || units == kGroupUnitsMax;
    if (units > 0 && too_much) break;
    ++units;
  }
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(units);
  group_.assign(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  return units > 0;
}

void CommitWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto awake = [this] { return stopping_ || !waiting_.empty(); };
    if (!health_.full()) {
      wake_.wait(lock, awake);
    } else if (!wake_.wait_for(lock, kRoomProbeInterval, awake)) {
      lock.unlock();
      probe_room();
      lock.lock();
      continue;
    }
    if (!take_group()) return;  // Stopping, and nobody waits.
    lock.unlock();
    commit_group();
    echoes_->wait_for(group_took_ / kLingerPart);
    lock.lock();
  }
}

void CommitWriter::drain() {
  std::unique_lock lock(mutex_);
  scheduled_ = false;
  if (health_.full()) probe_room();
  while (take_group()) {
    lock.unlock();
    commit_group();
    log_.maintain();
    lock.lock();
  }
}

void CommitWriter::probe_room() {
  const std::string path = options_.directory + "/room.probe";
  Result<std::unique_ptr<File>> file = disk_.open(path, Disk::Open::kCreate);
  if (!file) return;
  const std::string some(kRoomProbeBytes, '\0');
  const bool fits = (*file)->pwrite(some, 0).has_value();
  file->reset();
  (void)disk_.unlink(path);
  if (fits && health_.set_full(false)) log::info("storage.room_again");
}

/// After the answers, so that nobody waits for it but who comes next.
void CommitWriter::checkpoint() {
  if (log_pages_ < checkpoint_at_ - options_.checkpoint_pages) checkpoint_at_ = options_.checkpoint_pages;  // The log began anew.
  if (log_pages_ < checkpoint_at_) return;
  checkpoint_at_ = log_pages_ + options_.checkpoint_pages;
  const int outcome = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (outcome == SQLITE_OK || outcome == SQLITE_BUSY || outcome == SQLITE_LOCKED) return;
  note_failure(connection_.error(outcome, "checkpoint"));
}

}  // namespace postroad::storage
