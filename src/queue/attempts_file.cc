#include "queue/attempts_file.h"

#include <cstring>

#include "base/assert.h"
#include "base/log.h"
#include "storage/segment_format.h"

namespace postroad::queue {
namespace {

/// docs/formats/attempts.md. A place that is free is all zeros.
struct Record {
  std::int64_t message;
  std::int64_t first, last;
  std::uint32_t trial;
  std::uint32_t checksum;  ///< CRC-32C of all before it and the boot id.
};
static_assert(sizeof(Record) == 32);
constexpr std::size_t kCheckedBytes = offsetof(Record, checksum);
constexpr std::string_view kFree(
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", sizeof(Record));

std::uint32_t checksum_of(const Record& record, std::string_view boot_id) {
  std::string checked(reinterpret_cast<const char*>(&record), kCheckedBytes);
  return storage::crc32c(checked.append(boot_id));
}

}  // namespace

AttemptsFile::AttemptsFile(std::unique_ptr<storage::File> file, std::size_t attempts_max, std::string boot_id)
    : file_(std::move(file)), attempts_max_(attempts_max), boot_id_(std::move(boot_id)), ranges_(attempts_max) {
  for (std::size_t place = attempts_max; place > 0; --place) free_.push_back(place - 1);
}

Result<std::unique_ptr<AttemptsFile>> AttemptsFile::open(storage::Disk& disk, const std::string& path,
                                                         std::size_t attempts_max, std::string boot_id) {
  ASSIGN_OR_RETURN(std::unique_ptr<storage::File> file, disk.open(path, storage::Disk::Open::kCreate));
  std::unique_ptr<AttemptsFile> attempts(new AttemptsFile(std::move(file), attempts_max, std::move(boot_id)));
  RETURN_IF_ERROR(attempts->read());
  return attempts;
}

/// What does not verify was torn by a power cut, or was free.
Result<void> AttemptsFile::read() {
  ASSIGN_OR_RETURN(const std::uint64_t size, file_->size());
  std::string bytes(std::min<std::uint64_t>(size, attempts_max_ * sizeof(Record)), '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file_->pread(bytes, 0));
  for (std::size_t at = 0; at + sizeof(Record) <= got; at += sizeof(Record)) {
    Record record;
    std::memcpy(&record, bytes.data() + at, sizeof record);
    const bool known = record.trial >= static_cast<std::uint32_t>(Trial::kUsual) && record.trial <= static_cast<std::uint32_t>(Trial::kLate);
    if (!known || record.checksum != checksum_of(record, boot_id_)) continue;
    left_.push_back({{MessageId{record.message}, RecipientId{record.first}, RecipientId{record.last}}, static_cast<Trial>(record.trial)});
  }
  return {};
}

void AttemptsFile::clear() {
  left_.clear();
  const Result<void> done = file_->truncate(0);
  if (!done) log::error("attempts_not_noted", {{"error", done.error().detail}});
}

void AttemptsFile::close() {
  closed_ = true;
  clear();
}

std::size_t AttemptsFile::began(const spool::AttemptRange& range, Trial trial) {
  PR_ASSERT(!free_.empty());
  const std::size_t place = free_.back();
  free_.pop_back();
  ranges_[place] = range;
  changed(place, trial);
  return place;
}

void AttemptsFile::changed(std::size_t place, Trial trial) {
  const spool::AttemptRange& range = ranges_[place];
  Record record{.message = range.message.value, .first = range.first.value, .last = range.last.value,
                .trial = static_cast<std::uint32_t>(trial), .checksum = 0};
  record.checksum = checksum_of(record, boot_id_);
  write(place, {reinterpret_cast<const char*>(&record), sizeof record});
}

void AttemptsFile::ended(std::size_t place) {
  write(place, kFree);
  free_.push_back(place);
}

void AttemptsFile::write(std::size_t place, std::string_view bytes) {
  if (closed_) return;
  const Result<void> done = file_->pwrite(bytes, place * sizeof(Record));
  if (!done && !failed_) log::error("attempts_not_noted", {{"error", done.error().detail}});
  failed_ = !done;
}

}  // namespace postroad::queue
