// How the segment log is opened: which files are there, whether the key fits, where the records end.
#include <fmt/format.h>

#include "base/log.h"
#include "storage/segment_log.h"
#include "storage/segment_reader.h"

namespace postroad::storage {

SegmentLog::SegmentLog(Disk& disk, Sealer& sealer, Random& random, Options options)
    : disk_(disk), sealer_(sealer), random_(random), options_(std::move(options)) {}

Result<std::unique_ptr<SegmentLog>> SegmentLog::open(Disk& disk, Sealer& sealer, Random& random, Options options,
                                                     SegmentCursor committed) {
  if (options.segment_bytes < kSegmentBytesMin || options.segment_bytes > kSegmentBytesMax) {
    return fail_permanent(ErrorCode::kInvalidArgument,
                          fmt::format("segment size {}: must be between {} and {} bytes", options.segment_bytes,
                                      kSegmentBytesMin, kSegmentBytesMax));
  }
  std::unique_ptr<SegmentLog> made(new SegmentLog(disk, sealer, random, std::move(options)));
  RETURN_IF_ERROR(made->recover(committed));
  if (made->options_.threads) {
    made->thread_ = std::make_unique<Thread>("segments", [log = made.get()] { log->run(); }, kPreparationNice);
  }
  return made;
}

SegmentLog::~SegmentLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  thread_.reset();
}

Result<void> SegmentLog::recover(SegmentCursor committed) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, disk_.list(options_.directory));
  last_number_ = committed.segment;
  for (const std::string& name : names) {
    const auto number = segment_number_of(name);
    if (!number) continue;
    last_number_ = std::max(last_number_, *number);
    // Whatever lies in a file behind the committed cursor was never acknowledged, and its number is given up.
    if (*number > committed.segment) {
      free_.insert(*number);
    } else {
      segments_[*number].number = *number;
    }
  }
  sequence_ = committed.sequence;
  RETURN_IF_ERROR(check_key());
  if (committed.segment == 0) return {};
  return resume(committed);
}

/// One readable header is enough: its seal proves the key.
Result<void> SegmentLog::check_key() {
  std::vector<std::uint64_t> numbers(free_.begin(), free_.end());
  for (const auto& [number, segment] : segments_) numbers.push_back(number);
  for (auto at = numbers.rbegin(); at != numbers.rend(); ++at) {
    ASSIGN_OR_RETURN(const std::unique_ptr<File> file, disk_.open(path_of(*at), Disk::Open::kReadOnly));
    std::string bytes(sizeof(SegmentHeader), '\0');
    ASSIGN_OR_RETURN(const std::size_t got, file->pread(bytes, 0));
    const auto header = got == bytes.size() ? parse_segment_header(bytes) : std::nullopt;
    if (!header) continue;
    if (sealer_.open(header->nonce, header->tag, associated_of(*header), {})) return {};
    return fail_permanent(ErrorCode::kUnauthorized,
                          fmt::format("spool.key is not the key that {} was sealed with; put the right key file back",
                                      path_of(*at)));
  }
  return {};
}

Result<void> SegmentLog::resume(SegmentCursor committed) {
  const auto found = segments_.find(committed.segment);
  if (found == segments_.end()) {
    log::error("storage.segment_missing", {{"segment", segment_file_name(committed.segment)}});
    return {};  // A new one begins with the next append; what it held is reported by verify().
  }
  Segment& segment = found->second;
  ASSIGN_OR_RETURN(segment.file, disk_.open(path_of(committed.segment), Disk::Open::kExisting));
  ++open_segments_;
  ASSIGN_OR_RETURN(segment.generation, read_generation(*segment.file, committed.segment));
  ASSIGN_OR_RETURN(segment.prepared, segment.file->size());
  if (segment.generation == 0) {
    log::error("storage.segment_header_unreadable", {{"segment", segment_file_name(committed.segment)}});
    return {};
  }
  offset_ = committed.offset;
  for (;;) {
    ASSIGN_OR_RETURN(const std::optional<RecordHeader> record, unclaimed_record(segment));
    if (!record) break;
    offset_ += record_bytes(record->length);
    sequence_ = record->sequence;
    ++unclaimed_;
  }
  if (unclaimed_ > 0) log::info("storage.unclaimed_content", {{"records", unclaimed_}});
  // Whatever else lies behind was written by the last run: it must never look newer than what comes.
  sequence_ += kSequenceJump;
  segment.prepared = std::max(segment.prepared, offset_);
  group_offset_ = offset_;
  current_ = committed.segment;
  file_ = segment.file;
  generation_ = segment.generation;
  return {};
}

/// The record at offset_, if one of this use of the file is there, whole.
Result<std::optional<RecordHeader>> SegmentLog::unclaimed_record(const Segment& segment) {
  const Location at{segment.number, static_cast<std::uint32_t>(offset_)};
  const Result<Record> record = read_record(*segment.file, sealer_, at, segment.generation);
  if (!record && record.error().code == ErrorCode::kCorrupt) return std::nullopt;  // Torn, or there is no more.
  if (!record) return std::unexpected(record.error());
  if (record->header.sequence <= sequence_) return std::nullopt;
  return record->header;
}

}  // namespace postroad::storage
