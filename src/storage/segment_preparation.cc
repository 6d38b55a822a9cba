// How segment files come into being: recycled or new, header durable first, written full of zeros ahead of the records.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/log.h"
#include "storage/segment_log.h"

namespace postroad::storage {
namespace {

std::array<char, 256 * 1024> zeros;  // Never written, so it costs no memory.

Result<void> write_zeros(File& file, std::uint64_t from, std::uint64_t to) {
  while (from < to) {
    const std::uint64_t some = std::min<std::uint64_t>(zeros.size(), to - from);
    RETURN_IF_ERROR(file.pwrite(std::string_view(zeros.data(), some), from));
    from += some;
  }
  return {};
}

}  // namespace

/// The writer's: goes on in the next file.
Result<void> SegmentLog::start_segment() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return !making_ready_; });
  if (ready_ == nullptr) {
    making_ready_ = true;
    lock.unlock();
    Result<std::unique_ptr<Segment>> made = make_ready();
    lock.lock();
    making_ready_ = false;
    wake_.notify_all();
    if (!made) return std::unexpected(std::move(made).error());
    ready_ = *std::move(made);
  }
  current_ = ready_->number;
  generation_ = ready_->generation;
  file_ = ready_->file;
  offset_ = kSegmentHeaderBytes;
  group_offset_ = offset_;
  segments_[current_] = std::move(*ready_);
  ready_.reset();
  ++open_segments_;
  collect_free();
  return {};
}

/// Runs for one caller at a time (making_ready_), without the mutex.
Result<std::unique_ptr<SegmentLog::Segment>> SegmentLog::make_ready() {
  std::uint64_t recycled = 0;
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (last_number_ >= kSegmentNumberMax) {
      return fail_permanent(ErrorCode::kUnsupported, "all segment numbers are used up");
    }
    number = ++last_number_;
    if (!free_.empty()) {
      recycled = *free_.begin();
      free_.erase(free_.begin());
    }
  }
  if (recycled != 0) {
    if (Result<void> renamed = disk_.rename(path_of(recycled), path_of(number)); !renamed) {
      const std::lock_guard lock(mutex_);
      free_.insert(recycled);
      return std::unexpected(renamed.error());
    }
  }
  auto made = open_ready(number, recycled != 0);
  if (!made) {
    const Result<bool> exists = disk_.exists(path_of(number));
    const std::lock_guard lock(mutex_);
    if (exists && *exists) free_.insert(number);
  }
  return made;
}

Result<std::unique_ptr<SegmentLog::Segment>> SegmentLog::open_ready(std::uint64_t number, bool recycled) {
  auto segment = std::make_unique<Segment>();
  segment->number = number;
  do {
    segment->generation = random_.number();
  } while (segment->generation == 0);
  const auto how = recycled ? Disk::Open::kExisting : Disk::Open::kCreate;
  ASSIGN_OR_RETURN(segment->file, disk_.open(path_of(number), how));

  SegmentHeader header{};
  header.magic = kSegmentMagic;
  header.version = kSegmentVersion;
  header.number = number;
  header.generation = segment->generation;
  header.nonce = sealer_.next_nonce();
  header.tag = sealer_.seal(header.nonce, associated_of(header), {}, nullptr);
  finish(header);
  std::array<char, kSegmentHeaderBytes> page{};
  std::memcpy(page.data(), &header, sizeof header);
  RETURN_IF_ERROR(segment->file->pwrite(std::string_view(page.data(), page.size()), 0));
  Result<void> synced = segment->file->sync();
  if (synced) synced = disk_.sync_directory(options_.directory);
  if (!synced) {
    failed_sync(synced.error());
    return std::unexpected(synced.error());
  }
  ASSIGN_OR_RETURN(segment->prepared, segment->file->size());
  return segment;
}

/// The writer's: from here on the bytes up to `end` are its own.
void SegmentLog::claim_unprepared(std::uint64_t end) {
  std::unique_lock lock(mutex_);
  Segment& segment = segments_.at(current_);
  if (segment.prepared >= end) return;
  wake_.wait(lock, [&] { return preparing_ != current_; });
  segment.prepared = std::max(segment.prepared, end);
}

/// Needs mutex_, as the three after it.
bool SegmentLog::wants_next() const {
  if (ready_ != nullptr || making_ready_ || current_ == 0) return false;
  return !free_.empty() || offset_ > options_.segment_bytes / 2;
}

/// Which segment needs zeros now, and up to where.
SegmentLog::Segment* SegmentLog::next_to_prepare(std::uint64_t& target) {
  if (current_ == 0) return nullptr;
  Segment& current = segments_.at(current_);
  target = std::min(options_.segment_bytes, offset_ + kPreparedAheadBytes);
  if (current.prepared < target) return &current;
  target = options_.segment_bytes;
  if (ready_ != nullptr && ready_->prepared < target && offset_ > options_.segment_bytes / 2) return ready_.get();
  return nullptr;
}

bool SegmentLog::has_work() {
  std::uint64_t target = 0;
  return free_.size() > kFreeSegmentsMax || wants_next() || next_to_prepare(target) != nullptr;
}

/// Needs mutex_.
void SegmentLog::wake_for_work() {
  if (!has_work()) return;
  no_room_ = false;
  wake_.notify_all();
}

void SegmentLog::run() {
  for (;;) {
    while (maintain()) {
    }
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return stopping_ || (!no_room_ && !failed_ && has_work()); });
    if (stopping_) return;
  }
}

bool SegmentLog::maintain() {
  std::unique_lock lock(mutex_);
  if (stopping_ || no_room_ || failed_ || !has_work()) return false;
  Result<void> outcome;
  if (free_.size() > kFreeSegmentsMax) {
    outcome = drop_excess(lock);
  } else if (std::uint64_t target = 0; Segment* segment = next_to_prepare(target)) {
    outcome = prepare_step(lock, *segment, target);
  } else {
    making_ready_ = true;
    lock.unlock();
    Result<std::unique_ptr<Segment>> made = make_ready();
    lock.lock();
    making_ready_ = false;
    if (made) ready_ = *std::move(made);
    if (!made) outcome = std::unexpected(std::move(made).error());
  }
  wake_.notify_all();
  if (outcome) {
    postponed_ = false;
    return true;
  }
  no_room_ = true;  // Full or failing: not tried again before the next append.
  if (!std::exchange(postponed_, true)) log::warn("storage.preparation_postponed", {{"detail", outcome.error().detail}});
  return false;
}

Result<void> SegmentLog::prepare_step(std::unique_lock<std::mutex>& lock, Segment& segment, std::uint64_t target) {
  const std::uint64_t number = segment.number;
  const std::uint64_t from = segment.prepared;
  const std::uint64_t to = std::min(target, from + kPrepareStepBytes);
  preparing_ = number;
  lock.unlock();
  // An open file of its own: the system tells a failed write-back once to each, so the writer's sync hears of it too.
  Result<void> outcome;
  Result<std::unique_ptr<File>> file = disk_.open(path_of(number), Disk::Open::kExisting);
  if (!file) outcome = std::unexpected(file.error());
  Result<std::uint64_t> room = disk_.free_bytes(options_.directory);
  if (room && *room < kPreparationLeavesFreeBytes) {
    outcome = fail_transient(ErrorCode::kDiskFull, "little room left: segments grow only as they are written");
  }
  if (outcome) outcome = write_zeros(**file, from, to);
  lock.lock();
  preparing_ = 0;
  wake_.notify_all();
  if (!outcome) return outcome;
  if (ready_ != nullptr && ready_->number == number) ready_->prepared = to;
  if (const auto found = segments_.find(number); found != segments_.end()) found->second.prepared = to;
  lock.unlock();
  outcome = (*file)->sync();
  if (!outcome) failed_sync(outcome.error());
  lock.lock();
  return outcome;
}

Result<void> SegmentLog::drop_excess(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t number = *free_.rbegin();
  free_.erase(number);
  lock.unlock();
  Result<void> removed = disk_.unlink(path_of(number));
  lock.lock();
  return removed;
}

}  // namespace postroad::storage
