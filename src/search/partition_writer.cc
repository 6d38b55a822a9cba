#include "search/partition_writer.h"

#include <fmt/format.h>
#include <zlib.h>

#include "base/assert.h"
#include "search/varint.h"

namespace postroad::search {
namespace {

template <class T>
std::string_view bytes_of(const std::vector<T>& all) {
  return {reinterpret_cast<const char*>(all.data()), all.size() * sizeof(T)};
}

}  // namespace

std::uint32_t checksum_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string partition_file_name(events::Range range) {
  return fmt::format("{:016}-{:016}{}", range.above + 1, range.up_to, kPartitionSuffix);
}

Result<std::unique_ptr<PartitionWriter>> PartitionWriter::create(storage::Disk& disk, std::string directory,
                                                                 events::Range range, std::uint64_t keys_max) {
  std::unique_ptr<PartitionWriter> writer(new PartitionWriter(disk, std::move(directory), range, keys_max));
  ASSIGN_OR_RETURN(writer->file_, disk.open(writer->draft_, storage::Disk::Open::kCreate));
  RETURN_IF_ERROR(writer->file_->truncate(0));
  return writer;
}

PartitionWriter::PartitionWriter(storage::Disk& disk, std::string directory, events::Range range, std::uint64_t keys_max)
    : disk_(disk), directory_(std::move(directory)), draft_(directory_ + "/" + partition_file_name(range) + ".new") {
  footer_.above = range.above;
  footer_.up_to = range.up_to;
  footer_.bloom_blocks = keys_max * kBloomBitsPerKey / (kBloomBlockBytes * 8) + 1;
  bloom_.assign(footer_.bloom_blocks * kBloomBlockBytes, '\0');
}

Result<void> PartitionWriter::add_block(BlockInfo info, std::string_view bytes) {
  PR_ASSERT(pages_.empty() && page_.empty() && entry_.empty());
  info.offset = written_;
  info.bytes = static_cast<std::uint32_t>(bytes.size());
  info.first_ordinal = footer_.events;
  footer_.events += info.events;
  if (blocks_.empty()) footer_.first_time = info.first_time;
  footer_.last_time = info.last_time;
  blocks_.push_back(info);
  return write(bytes);
}

Result<void> PartitionWriter::add(Key key, std::uint32_t ordinal) {
  const bool same = !entry_.empty() && key == key_;
  PR_ASSERT(entry_.empty() || key > key_ || (same && ordinal > entry_.back()));
  if (!entry_.empty() && (!same || entry_.size() == kEntryOrdinalsMax)) {
    end_entry();
    if (page_.size() >= kPageBytes) RETURN_IF_ERROR(end_page());
  }
  if (!same) {
    ++footer_.keys;
    note_in_bloom(key);
  }
  key_ = key;
  entry_.push_back(ordinal);
  return {};
}

/// Key, first ordinal, distance to the last, bytes that follow, then the steps between.
void PartitionWriter::end_entry() {
  if (page_.empty()) {
    pages_.push_back({.first_key = key_, .offset = written_, .first_ordinal = entry_.front()});
    page_key_ = key_;
  }
  std::string steps;
  for (std::size_t i = 1; i < entry_.size(); ++i) append_varint(steps, entry_[i] - entry_[i - 1]);
  append_varint(page_, key_ - page_key_);
  append_varint(page_, entry_.front());
  append_varint(page_, entry_.back() - entry_.front());
  append_varint(page_, steps.size());
  page_ += steps;
  page_key_ = key_;
  entry_.clear();
}

Result<void> PartitionWriter::end_page() {
  PageInfo& info = pages_.back();
  info.bytes = static_cast<std::uint32_t>(page_.size());
  info.checksum = checksum_of(page_);
  RETURN_IF_ERROR(write(page_));
  page_.clear();
  return {};
}

void PartitionWriter::note_in_bloom(Key key) {
  const BloomPlace place = bloom_place(key, footer_.bloom_blocks);
  for (const std::uint32_t bit : place.bits) {
    char& byte = bloom_[place.block * kBloomBlockBytes + bit / 8];
    byte = static_cast<char>(byte | 1 << bit % 8);
  }
}

Result<std::string> PartitionWriter::finish(Witness witness) {
  if (!entry_.empty()) end_entry();
  if (!page_.empty()) RETURN_IF_ERROR(end_page());
  footer_.blocks = static_cast<std::uint32_t>(blocks_.size());
  footer_.pages = static_cast<std::uint32_t>(pages_.size());
  std::string index(bytes_of(blocks_));
  footer_.block_index = written_;
  footer_.page_index = written_ + index.size();
  index += bytes_of(pages_);
  footer_.bloom = written_ + index.size();
  index += bloom_;
  footer_.index_checksum = checksum_of(index);
  footer_.witness = witness;
  footer_.checksum = checksum_of({reinterpret_cast<const char*>(&footer_), sizeof footer_});
  RETURN_IF_ERROR(write(index));
  RETURN_IF_ERROR(write({reinterpret_cast<const char*>(&footer_), sizeof footer_}));
  RETURN_IF_ERROR(flush());
  RETURN_IF_ERROR(file_->sync());
  const std::string path = directory_ + "/" + partition_file_name({.above = footer_.above, .up_to = footer_.up_to});
  RETURN_IF_ERROR(disk_.rename(draft_, path));
  RETURN_IF_ERROR(disk_.sync_directory(directory_));
  return path;
}

Result<void> PartitionWriter::write(std::string_view bytes) {
  written_ += bytes.size();
  buffer_ += bytes;
  return buffer_.size() >= kBufferBytes ? flush() : Result<void>{};
}

Result<void> PartitionWriter::flush() {
  RETURN_IF_ERROR(file_->pwrite(buffer_, written_ - buffer_.size()));
  unsynced_ += buffer_.size();
  buffer_.clear();
  if (unsynced_ < kUnsyncedBytesMax) return {};
  unsynced_ = 0;
  return file_->sync();
}

}  // namespace postroad::search
