#include "storage/segment_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/log.h"
#include "storage/segment_reader.h"

namespace postroad::storage {

Result<void> SegmentLog::append(std::span<const std::string_view> contents, std::span<std::int64_t> locations) {
  PR_ASSERT(contents.size() == locations.size());
  std::uint64_t bytes = 0;
  for (const std::string_view content : contents) bytes += record_bytes(content.size());
  if (bytes > group_bytes_max()) {
    return fail_permanent(ErrorCode::kTooLarge, fmt::format("{} bytes of content at once: at most {} fit into a segment",
                                                            bytes, group_bytes_max()));
  }
  if (current_ == 0 || offset_ + bytes > options_.segment_bytes) RETURN_IF_ERROR(start_segment());
  run_bytes_ = 0;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    locations[i] = Location{current_, static_cast<std::uint32_t>(offset_ + run_bytes_)}.pack();
    const Place place{locations[i], sequence_ + 1 + i, static_cast<std::uint32_t>(i),
                      static_cast<std::uint32_t>(contents.size())};
    seal_record(contents[i], place);
  }
  Result<void> outcome = write_run(contents.size());
  if (!outcome) {
    const std::lock_guard lock(mutex_);
    sequence_ += contents.size();  // What was written of them must never look newer than what comes.
  }
  return outcome;
}

void SegmentLog::seal_record(std::string_view content, const Place& place) {
  const std::uint64_t total = record_bytes(content.size());
  if (run_.size() < run_bytes_ + total) run_.resize(std::max<std::size_t>(run_bytes_ + total, run_.size() * 2));
  char* const at = run_.data() + run_bytes_;
  RecordHeader header{};
  header.magic = kRecordMagic;
  header.generation = generation_;
  header.sequence = place.sequence;
  header.location = place.location;
  header.length = static_cast<std::uint32_t>(content.size());
  header.group_count = place.count;
  header.group_index = place.index;
  header.nonce = sealer_.next_nonce();
  header.tag = sealer_.seal(header.nonce, associated_of(header), content, at + sizeof header);
  finish(header);
  std::memcpy(at, &header, sizeof header);
  std::memset(at + sizeof header + content.size(), 0, total - sizeof header - content.size());
  run_bytes_ += total;
}

Result<void> SegmentLog::write_run(std::size_t records) {
  claim_unprepared(offset_ + run_bytes_);
  RETURN_IF_ERROR(file_->pwrite(std::string_view(run_.data(), run_bytes_), offset_));
  if (unsynced_.empty() || unsynced_.back() != file_) unsynced_.push_back(file_);
  const std::lock_guard lock(mutex_);
  Segment& segment = segments_.at(current_);
  segment.live += static_cast<std::int64_t>(records);
  group_offset_ = offset_;
  offset_ += run_bytes_;
  sequence_ += records;
  if (run_.size() > kRunBytesKept) {
    run_.resize(kRunBytesKept);
    run_.shrink_to_fit();
  }
  wake_for_work();
  return {};
}

Result<void> SegmentLog::sync() {
  for (const auto& file : unsynced_) {
    if (Result<void> synced = file->sync(); !synced) {
      failed_sync(synced.error());
      return synced;
    }
  }
  unsynced_.clear();
  return {};
}

Result<std::string> SegmentLog::read(std::int64_t location) {
  const Location at = Location::unpack(location);
  std::uint64_t generation = 0;
  ASSIGN_OR_RETURN(const std::shared_ptr<File> file, file_of(at.segment, generation));
  Result<Record> record = read_record(*file, sealer_, at, generation);
  if (record) return std::move(record->content);
  if (record.error().code != ErrorCode::kCorrupt) return std::unexpected(std::move(record).error());
  // A segment that was recycled while we read is not corrupt: its rows are gone.
  RETURN_IF_ERROR(file_of(at.segment, generation));
  return std::unexpected(std::move(record).error());
}

Result<std::shared_ptr<File>> SegmentLog::file_of(std::uint64_t number, std::uint64_t& generation) {
  const std::lock_guard lock(mutex_);
  const auto found = segments_.find(number);
  if (found == segments_.end()) {
    return fail_permanent(ErrorCode::kNotFound, fmt::format("{} is no longer kept", segment_file_name(number)));
  }
  Segment& segment = found->second;
  if (segment.file == nullptr) {
    close_some();
    ASSIGN_OR_RETURN(std::shared_ptr<File> file, disk_.open(path_of(number), Disk::Open::kReadOnly));
    ASSIGN_OR_RETURN(segment.generation, read_generation(*file, number));
    segment.file = std::move(file);
    ++open_segments_;
  }
  generation = segment.generation;
  return segment.file;
}

void SegmentLog::close_some() {
  if (open_segments_ < kOpenSegmentsMax) return;
  for (auto& [number, segment] : segments_) {
    if (number == current_ || segment.file == nullptr) continue;
    segment.file = nullptr;
    --open_segments_;
    return;
  }
}

SegmentCursor SegmentLog::cursor() const {
  const std::lock_guard lock(mutex_);
  return {current_, group_offset_, offset_, sequence_};
}

void SegmentLog::settle() {
  const std::lock_guard lock(mutex_);
  group_offset_ = offset_;
}

std::uint64_t SegmentLog::group_bytes_max() const { return options_.segment_bytes - kSegmentHeaderBytes; }

void SegmentLog::set_live_baseline(const std::map<std::uint64_t, std::int64_t>& counts) {
  const std::lock_guard lock(mutex_);
  for (const auto& [number, count] : counts) {
    const auto found = segments_.find(number);
    if (found == segments_.end()) {
      log::error("storage.segment_missing", {{"segment", segment_file_name(number)}, {"contents", count}});
    } else {
      found->second.live += count;
    }
  }
  baseline_known_ = true;
  collect_free();
}

void SegmentLog::release(std::int64_t location) {
  const std::lock_guard lock(mutex_);
  const auto found = segments_.find(Location::unpack(location).segment);
  if (found == segments_.end()) return;
  if (--found->second.live <= 0) collect_free();
}

/// Needs mutex_. A segment is free when it is behind the current one and nothing in it is live.
void SegmentLog::collect_free() {
  if (!baseline_known_ || current_ == 0) return;
  for (auto at = segments_.begin(); at != segments_.end() && at->first < current_;) {
    if (at->second.live > 0) {
      ++at;
      continue;
    }
    if (at->second.file != nullptr) --open_segments_;
    free_.insert(at->first);
    at = segments_.erase(at);
  }
  wake_for_work();
}

SegmentLog::Figures SegmentLog::figures() const {
  const std::lock_guard lock(mutex_);
  return {segments_.size(), free_.size(), unclaimed_};
}

std::string SegmentLog::path_of(std::uint64_t number) const {
  return options_.directory + "/" + segment_file_name(number);
}

void SegmentLog::failed_sync(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    failed_ = true;
  }
  log::error("storage.sync_failed", {{"detail", error.detail}});
  if (options_.on_failed_sync) options_.on_failed_sync(error);
}

}  // namespace postroad::storage
