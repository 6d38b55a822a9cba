#include "queue/attempts_file.h"

#include <cstring>

#include "base/assert.h"
#include "base/log.h"
#include "storage/segment_format.h"

namespace postroad::queue {
namespace {

/// docs/formats/attempts.md: record 0 is the count of kills, those behind it are the places. One that is free is all zeros.
struct Record {
  std::int64_t message;  ///< Of kKills: the count.
  std::int64_t first, last;
  std::uint32_t trial;
  std::uint32_t checksum;  ///< CRC-32C of all before it and the boot id.
};
static_assert(sizeof(Record) == 32);
constexpr std::size_t kCheckedBytes = offsetof(Record, checksum);
constexpr std::uint32_t kKills = 4;  ///< In the place of a Trial.
constexpr std::string_view kFree(
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", sizeof(Record));

std::uint32_t checksum_of(const Record& record, std::string_view boot_id) {
  std::string checked(reinterpret_cast<const char*>(&record), kCheckedBytes);
  return storage::crc32c(checked.append(boot_id));
}

std::string_view bytes_of(const Record& record) { return {reinterpret_cast<const char*>(&record), sizeof record}; }

}  // namespace

AttemptsFile::AttemptsFile(std::unique_ptr<storage::File> file, std::size_t attempts_max, std::string boot_id)
    : file_(std::move(file)), attempts_max_(attempts_max), boot_id_(std::move(boot_id)), places_(attempts_max) {
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
  std::string bytes(std::min<std::uint64_t>(size, (attempts_max_ + 1) * sizeof(Record)), '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file_->pread(bytes, 0));
  for (std::size_t at = 0; at + sizeof(Record) <= got; at += sizeof(Record)) {
    Record record;
    std::memcpy(&record, bytes.data() + at, sizeof record);
    const bool known = record.trial >= static_cast<std::uint32_t>(Trial::kUsual) && record.trial <= kKills;
    if (!known || record.checksum != checksum_of(record, boot_id_)) continue;
    if (record.trial == kKills) {
      kills_in_a_row_ = record.message;
      continue;
    }
    left_.push_back({{MessageId{record.message}, RecipientId{record.first}, RecipientId{record.last}}, static_cast<Trial>(record.trial)});
  }
  return {};
}

void AttemptsFile::clear(std::int64_t kills_in_a_row) {
  left_.clear();
  const Result<void> done = file_->truncate(0);
  if (!done) log::error("attempts_not_noted", {{"error", done.error().detail}});
  kills_in_a_row_ = kills_in_a_row;
  if (kills_in_a_row_ > 0) write_kills();
}

void AttemptsFile::close() {
  closed_ = true;
  clear();
}

void AttemptsFile::write_kills() {
  Record record{.message = kills_in_a_row_, .first = 0, .last = 0, .trial = kKills, .checksum = 0};
  record.checksum = checksum_of(record, boot_id_);
  write(0, kills_in_a_row_ == 0 ? kFree : bytes_of(record));
}

std::size_t AttemptsFile::began(const spool::AttemptRange& range, Trial trial) {
  PR_ASSERT(!free_.empty());
  const std::size_t place = free_.back();
  free_.pop_back();
  places_[place].range = range;
  changed(place, trial);
  return place;
}

void AttemptsFile::changed(std::size_t place, Trial trial) {
  const spool::AttemptRange& range = places_[place].range;
  places_[place].trial = trial;
  Record record{.message = range.message.value, .first = range.first.value, .last = range.last.value,
                .trial = static_cast<std::uint32_t>(trial), .checksum = 0};
  record.checksum = checksum_of(record, boot_id_);
  write(place + 1, bytes_of(record));
}

void AttemptsFile::ended(std::size_t place) {
  write(place + 1, kFree);
  free_.push_back(place);
  if (kills_in_a_row_ == 0 || places_[place].trial != Trial::kAlone) return;
  kills_in_a_row_ = 0;
  write_kills();
}

void AttemptsFile::write(std::size_t record, std::string_view bytes) {
  if (closed_) return;
  const Result<void> done = file_->pwrite(bytes, record * sizeof(Record));
  if (!done && !failed_) log::error("attempts_not_noted", {{"error", done.error().detail}});
  failed_ = !done;
}

}  // namespace postroad::queue
