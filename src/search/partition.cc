#include "search/partition.h"

#include <fmt/format.h>

#include <algorithm>

#include "search/varint.h"

namespace postroad::search {
namespace {

std::unexpected<Error> corrupt(const std::string& path, std::string_view why) {
  return fail_permanent(ErrorCode::kCorrupt, fmt::format("{}: {}", path, why));
}

Result<std::string> read_bytes(storage::File& file, const std::string& path, std::uint64_t offset, std::uint64_t size) {
  std::string bytes(size, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file.pread(bytes, offset));
  if (got != size) return corrupt(path, "it ends too early");
  return bytes;
}

template <class T>
void take(std::vector<T>& all, std::string_view& bytes, std::size_t count) {
  all.resize(count);
  std::memcpy(all.data(), bytes.data(), count * sizeof(T));
  bytes.remove_prefix(count * sizeof(T));
}

}  // namespace

Result<std::shared_ptr<const Partition>> Partition::open(storage::Disk& disk, const std::string& path) {
  std::shared_ptr<Partition> made(new Partition);
  made->path_ = path;
  ASSIGN_OR_RETURN(made->file_, disk.open(path, storage::Disk::Open::kReadOnly));
  RETURN_IF_ERROR(made->load());
  return made;
}

Result<void> Partition::load() {
  ASSIGN_OR_RETURN(const std::uint64_t size, file_->size());
  if (size < sizeof footer_) return corrupt(path_, "it is too short");
  ASSIGN_OR_RETURN(const std::string end, read_bytes(*file_, path_, size - sizeof footer_, sizeof footer_));
  std::memcpy(&footer_, end.data(), sizeof footer_);
  PartitionFooter blank = footer_;
  blank.checksum = 0;
  const bool sane = footer_.magic == kPartitionMagic &&
                    footer_.checksum == checksum_of({reinterpret_cast<const char*>(&blank), sizeof blank});
  if (!sane) return corrupt(path_, "its end does not hold");
  const std::uint64_t index_bytes = size - sizeof footer_ - footer_.block_index;
  const std::uint64_t wanted = footer_.blocks * sizeof(BlockInfo) + footer_.pages * sizeof(PageInfo) + footer_.bloom_blocks * kBloomBlockBytes;
  if (footer_.block_index > size || index_bytes > kIndexBytesMax || index_bytes != wanted || footer_.blocks == 0) {
    return corrupt(path_, "its indexes have another size");
  }
  ASSIGN_OR_RETURN(const std::string index, read_bytes(*file_, path_, footer_.block_index, index_bytes));
  if (checksum_of(index) != footer_.index_checksum) return corrupt(path_, "its indexes do not hold");
  std::string_view rest = index;
  take(blocks_, rest, footer_.blocks);
  take(pages_, rest, footer_.pages);
  return {};
}

Result<std::string> Partition::read_block_bytes(const BlockInfo& info) const {
  return read_bytes(*file_, path_, info.offset, info.bytes);
}

Result<std::string> Partition::read_page(std::size_t number) const {
  const PageInfo& info = pages_[number];
  if (info.bytes > kPageBytesMax) return corrupt(path_, "a page of lists is too large");
  ASSIGN_OR_RETURN(std::string page, read_bytes(*file_, path_, info.offset, info.bytes));
  if (checksum_of(page) != info.checksum) return corrupt(path_, fmt::format("page {} of the lists does not hold", number));
  return page;
}

BlockInfo Partition::block_info(std::uint32_t ordinal) const {
  return *std::prev(std::ranges::upper_bound(blocks_, ordinal, {}, &BlockInfo::first_ordinal));
}

Result<std::shared_ptr<const Block>> Partition::block(std::uint32_t ordinal) const {
  ASSIGN_OR_RETURN(const std::string bytes, read_block_bytes(block_info(ordinal)));
  Result<Block> block = decompress_block(bytes);
  if (!block) return corrupt(path_, block.error().detail);
  return std::make_shared<const Block>(*std::move(block));
}

Result<bool> Partition::may_have(Key key) const {
  const BloomPlace place = bloom_place(key, footer_.bloom_blocks);
  ASSIGN_OR_RETURN(const std::string bits, read_bytes(*file_, path_, footer_.bloom + place.block * kBloomBlockBytes, kBloomBlockBytes));
  return std::ranges::all_of(place.bits, [&](std::uint32_t bit) { return (bits[bit / 8] & 1 << bit % 8) != 0; });
}

Result<std::vector<std::uint32_t>> Partition::run(Key key, std::uint32_t from, bool ascending) const {
  using Place = std::pair<Key, std::uint32_t>;
  const auto begins_behind = std::ranges::upper_bound(
      pages_, Place(key, from), {}, [](const PageInfo& page) { return Place(page.first_key, page.first_ordinal); });
  std::size_t number = static_cast<std::size_t>(begins_behind - pages_.begin());
  if (number > 0) --number;
  std::vector<std::uint32_t> found;
  for (; number < pages_.size() && pages_[number].first_key <= key; ++number) {
    ASSIGN_OR_RETURN(const std::string page, read_page(number));
    PageReader reader(page, pages_[number]);
    PageReader::Entry entry;
    while (reader.next(entry) && entry.key <= key) {
      if (entry.key < key || (ascending ? entry.last < from : entry.first > from)) continue;
      found = ordinals_of(entry);
      if (found.empty()) return corrupt(path_, "an entry of the lists makes no sense");
      if (ascending) break;
    }
    if (!ascending || !found.empty()) break;
  }
  if (ascending) {
    found.erase(found.begin(), std::ranges::lower_bound(found, from));
  } else {
    found.erase(std::ranges::upper_bound(found, from), found.end());
  }
  return found;
}

bool PageReader::next(Entry& entry) {
  VarintReader reader(rest_);
  if (reader.at_end()) return false;
  key_ += reader.next();
  entry.key = key_;
  entry.first = static_cast<std::uint32_t>(reader.next());
  entry.last = entry.first + static_cast<std::uint32_t>(reader.next());
  entry.steps = reader.bytes(reader.next());
  rest_ = reader.rest();
  return reader.good();
}

std::vector<std::uint32_t> ordinals_of(const PageReader::Entry& entry) {
  std::vector<std::uint32_t> ordinals{entry.first};
  VarintReader reader(entry.steps);
  while (!reader.at_end()) ordinals.push_back(ordinals.back() + static_cast<std::uint32_t>(reader.next()));
  if (!reader.good() || ordinals.back() != entry.last || ordinals.size() > kEntryOrdinalsMax) return {};
  return ordinals;
}

}  // namespace postroad::search
