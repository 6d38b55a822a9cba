#include "storage/fsck.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "storage/segment_log.h"
#include "storage/segment_reader.h"
#include "storage/spool_key.h"
#include "storage/sqlite_schema.h"
#include "storage/sqlite_vfs.h"

namespace postroad::storage {
namespace {

constexpr std::uint64_t kScanBytes = 1u << 20;

struct ContentRow {
  std::int64_t id;
  std::int64_t location;
};

class Check {
 public:
  Check(Disk& disk, Clock& clock, Random& random, const std::string& directory)
      : disk_(disk), clock_(clock), random_(random), directory_(directory) {}

  Result<FsckReport> run(const Statement& content_rows) {
    ASSIGN_OR_RETURN(const auto lock, disk_.lock(directory_ + "/lock"));
    ASSIGN_OR_RETURN(const SealKey key, load_spool_key(disk_, directory_));
    sealer_.emplace(key, random_);
    RETURN_IF_ERROR(check_database(content_rows));
    ASSIGN_OR_RETURN(const std::vector<std::string> names, disk_.list(directory_ + "/spool"));
    for (const std::string& name : names) {
      const auto number = segment_number_of(name);
      // Behind the committed cursor there is nothing that was ever promised.
      if (number && (!cursor_ || *number <= cursor_->segment)) RETURN_IF_ERROR(check_segment(*number));
    }
    for (const ContentRow& row : rows_) {
      report_.bad_rows.push_back({row.id, row.location, "its segment is missing"});
    }
    return std::move(report_);
  }

 private:
  Result<void> check_database(const Statement& content_rows);
  Result<void> read_rows(SqliteConnection& connection, const Statement& content_rows);
  Result<void> check_segment(std::uint64_t number);
  Result<void> check_records(File& file, std::uint64_t number, std::uint64_t generation, std::uint64_t end);
  Result<void> check_rows(File& file, std::uint64_t number, std::uint64_t generation, std::uint64_t size);
  Result<std::optional<std::uint64_t>> next_record(File& file, Location from, std::uint64_t generation,
                                                   std::uint64_t after, std::uint64_t end);
  Result<void> quarantine(File& file, Location at, std::uint64_t bytes, std::string why);

  Disk& disk_;
  Clock& clock_;
  Random& random_;
  const std::string& directory_;
  std::optional<Sealer> sealer_;
  std::optional<SegmentCursor> cursor_;
  std::vector<ContentRow> rows_;  ///< By location; those of segments already checked are taken out.
  FsckReport report_;
};

Result<void> Check::check_database(const Statement& content_rows) {
  const std::string path = directory_ + "/postroad.db";
  SqliteVfs vfs(disk_, clock_, random_, nullptr);
  auto connection = SqliteConnection::open(path, SqliteConnection::Use::kFsck, vfs.name());
  if (!connection) {
    report_.database_problems.push_back(connection.error().detail);
    return {};
  }
  const Statement check{"storage.integrity_check", "PRAGMA integrity_check(100)"};
  static_assert(kDatabaseProblemsMax == 100);
  const RowReader read = [this](const Row& row) {
    if (row.text(0) != "ok") report_.database_problems.emplace_back(row.text(0));
  };
  const auto checked = (*connection)->run(check, {}, {}, &read);
  if (!checked) report_.database_problems.push_back(checked.error().detail);
  const Result<void> rows = read_rows(**connection, content_rows);
  if (!rows) report_.database_problems.push_back(rows.error().detail);
  return {};
}

Result<void> Check::read_rows(SqliteConnection& connection, const Statement& content_rows) {
  ASSIGN_OR_RETURN(const Progress progress, read_progress(connection));
  cursor_ = progress.cursor;
  const RowReader read_row = [this](const Row& row) {
    if (!row.is_null(1)) rows_.push_back({row.integer(0), row.integer(1)});
  };
  RETURN_IF_ERROR(connection.run(content_rows, {}, {}, &read_row));
  report_.rows = rows_.size();
  std::ranges::sort(rows_, {}, &ContentRow::location);
  return {};
}

Result<void> Check::check_segment(std::uint64_t number) {
  ASSIGN_OR_RETURN(const auto file, disk_.open(directory_ + "/spool/" + segment_file_name(number), Disk::Open::kReadOnly));
  ASSIGN_OR_RETURN(const std::uint64_t generation, read_generation(*file, number));
  ASSIGN_OR_RETURN(const std::uint64_t size, file->size());
  ++report_.segments;
  if (generation == 0) {
    const std::uint64_t bytes = std::min(size, kSegmentHeaderBytes);
    RETURN_IF_ERROR(quarantine(*file, {number, 0}, bytes, "the segment's header cannot be read"));
  }
  const bool current = cursor_ && number == cursor_->segment;
  RETURN_IF_ERROR(check_records(*file, number, generation, current ? std::min(size, cursor_->offset) : size));
  return check_rows(*file, number, generation, size);
}

/// From record to record; where one does not hold, on to the next that does.
Result<void> Check::check_records(File& file, std::uint64_t number, std::uint64_t generation, std::uint64_t end) {
  std::uint64_t sequence = 0;
  for (std::uint64_t offset = kSegmentHeaderBytes; offset + sizeof(RecordHeader) <= end;) {
    const Location at{number, static_cast<std::uint32_t>(offset)};
    const Result<Record> record = read_record(file, *sealer_, at, generation);
    if (record && record->header.sequence > sequence) {
      sequence = record->header.sequence;
      offset += record_bytes(record->header.length);
      ++report_.records;
      continue;
    }
    if (!record && record.error().code != ErrorCode::kCorrupt) return std::unexpected(record.error());
    ASSIGN_OR_RETURN(const auto next, next_record(file, at, generation, sequence, end));
    const bool must_go_on = cursor_ && number == cursor_->segment;
    if (!next && !must_go_on) return {};  // Nothing follows: the end of the records, or their torn tail.
    const std::uint64_t until = next.value_or(end);
    RETURN_IF_ERROR(quarantine(file, at, until - offset, record ? "a stale record" : record.error().detail));
    offset = until;
  }
  return {};
}

/// The first place behind `from` where a newer record's header stands.
Result<std::optional<std::uint64_t>> Check::next_record(File& file, Location from, std::uint64_t generation,
                                                        std::uint64_t after, std::uint64_t end) {
  const std::string_view magic(kRecordMagic.data(), kRecordMagic.size());
  std::string bytes;
  for (std::uint64_t offset = from.offset + kRecordAlignment; offset < end; offset += kScanBytes) {
    bytes.resize(std::min(kScanBytes + magic.size() - 1, end - offset));
    ASSIGN_OR_RETURN(const std::size_t got, file.pread(bytes, offset));
    const std::string_view read(bytes.data(), got);
    for (std::size_t at = read.find(magic); at != std::string_view::npos; at = read.find(magic, at + 1)) {
      const std::uint64_t place = offset + at;
      if (place % kRecordAlignment != 0) continue;
      ASSIGN_OR_RETURN(const auto header, read_record_header(file, {from.segment, static_cast<std::uint32_t>(place)}));
      const bool ours = header && (generation == 0 || header->generation == generation);
      if (ours && header->sequence > after) return std::optional(place);
    }
  }
  return std::optional<std::uint64_t>();
}

Result<void> Check::check_rows(File& file, std::uint64_t number, std::uint64_t generation, std::uint64_t size) {
  const auto begin = std::ranges::lower_bound(rows_, Location{number, 0}.pack(), {}, &ContentRow::location);
  const auto end = std::ranges::lower_bound(rows_, Location{number + 1, 0}.pack(), {}, &ContentRow::location);
  for (auto row = begin; row != end; ++row) {
    const Location at = Location::unpack(row->location);
    const Result<Record> record = read_record(file, *sealer_, at, generation);
    if (record) continue;
    if (record.error().code != ErrorCode::kCorrupt) return std::unexpected(record.error());
    report_.bad_rows.push_back({row->id, row->location, record.error().detail});
    const bool copied = std::ranges::any_of(report_.bad_bytes, [&](const FsckReport::BadBytes& bad) {
      return bad.segment == number && bad.offset <= at.offset && at.offset < bad.offset + bad.bytes;
    });
    if (copied || at.offset >= size) continue;
    const std::uint64_t bytes = std::min<std::uint64_t>(size - at.offset, kScanBytes);
    RETURN_IF_ERROR(quarantine(file, at, bytes, record.error().detail));
  }
  rows_.erase(begin, end);
  return {};
}

Result<void> Check::quarantine(File& file, Location at, std::uint64_t bytes, std::string why) {
  const std::string folder = directory_ + "/quarantine";
  RETURN_IF_ERROR(disk_.create_directory(folder));
  const std::string name = fmt::format("{:08}-{:010}-{}.bin", at.segment, at.offset, bytes);
  ASSIGN_OR_RETURN(const auto copy, disk_.open(folder + "/" + name, Disk::Open::kCreate));
  std::string some;
  for (std::uint64_t done = 0; done < bytes; done += some.size()) {
    some.resize(std::min(kScanBytes, bytes - done));
    ASSIGN_OR_RETURN(const std::size_t got, file.pread(some, at.offset + done));
    if (got == 0) break;
    some.resize(got);
    RETURN_IF_ERROR(copy->pwrite(some, done));
  }
  RETURN_IF_ERROR(copy->sync());
  RETURN_IF_ERROR(disk_.sync_directory(folder));
  report_.bad_bytes.push_back({at.segment, at.offset, bytes, std::move(why), "quarantine/" + name});
  return {};
}

}  // namespace

Result<FsckReport> fsck(Disk& disk, Clock& clock, Random& random, const std::string& directory,
                        const Statement& content_rows) {
  ASSIGN_OR_RETURN(const bool exists, disk.exists(directory + "/postroad.db"));
  if (!exists) return fail_permanent(ErrorCode::kNotFound, directory + " holds no store");
  return Check(disk, clock, random, directory).run(content_rows);
}

}  // namespace postroad::storage
