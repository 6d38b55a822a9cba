#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "events/journal.h"
#include "search/block.h"
#include "search/keys.h"

namespace postroad::search {

/// The bytes of events/*.part; docs/formats/partition.md describes them. Little-endian, as every machine we build for.
inline constexpr std::array<char, 8> kPartitionMagic{'P', 'R', 'P', 'A', 'R', 'T', '1', '\n'};
inline constexpr std::size_t kPageBytes = 8 * 1024;        ///< A page of lists ends at the first entry beyond.
inline constexpr std::size_t kEntryOrdinalsMax = 512;      ///< A longer list is cut into entries.
inline constexpr std::size_t kPageBytesMax = kPageBytes + 16 * kEntryOrdinalsMax;
inline constexpr std::size_t kBloomBlockBytes = 64;        ///< All bits of a key stand in one block.
inline constexpr std::size_t kBloomBitsPerKey = 10;
inline constexpr int kBloomBits = 7;                       ///< Set for each key: about one wrong answer in a hundred.

/// Where a page of lists begins: with this key and ordinal. On disk.
struct PageInfo {
  Key first_key = 0;
  std::uint64_t offset = 0;
  std::uint32_t first_ordinal = 0;
  std::uint32_t bytes = 0;
  std::uint32_t checksum = 0;  ///< CRC-32 of the page.
  std::uint32_t reserved = 0;
};
static_assert(sizeof(PageInfo) == 32);

/// The last event of a table's range, internal ones too: a journal that does not have it, with this time, is another one.
struct Witness {
  std::int64_t sequence = 0;
  std::int64_t time = 0;
};

/// The end of the file. On disk.
struct PartitionFooter {
  std::int64_t above = 0;  ///< The range of the journal, as events::Range.
  std::int64_t up_to = 0;
  std::int64_t first_time = 0;  ///< Of its events, wall microseconds.
  std::int64_t last_time = 0;
  Witness witness;
  std::uint64_t keys = 0;  ///< Lists.
  std::uint64_t block_index = 0;  ///< Offsets; each part ends where the next begins.
  std::uint64_t page_index = 0;
  std::uint64_t bloom = 0;
  std::uint64_t bloom_blocks = 0;
  std::uint32_t events = 0;
  std::uint32_t blocks = 0;
  std::uint32_t pages = 0;
  std::uint32_t index_checksum = 0;  ///< CRC-32 of block index, page index and Bloom filter.
  std::uint32_t checksum = 0;        ///< CRC-32 of this struct, with 0 here.
  std::array<char, 8> magic = kPartitionMagic;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(PartitionFooter) == 120);

/// Which Bloom block of `blocks` a key has, and which of its bits.
struct BloomPlace {
  std::uint64_t block;
  std::array<std::uint32_t, kBloomBits> bits;
};
inline BloomPlace bloom_place(Key key, std::uint64_t blocks) {
  BloomPlace place{.block = key % blocks, .bits = {}};
  const std::uint64_t mixed = (key ^ key >> 29) * 0x9e3779b97f4a7c15u;
  for (int i = 0; i < kBloomBits; ++i) place.bits[static_cast<std::size_t>(i)] = (mixed >> (9 * i)) % (kBloomBlockBytes * 8);
  return place;
}

/// CRC-32 (RFC 1952 §8), of whole indexes as well: a start reads them all.
std::uint32_t checksum_of(std::string_view bytes);

/// "0000000000000001-0000000000040000.part": the first and last sequence it covers.
std::string partition_file_name(events::Range range);
inline constexpr std::string_view kPartitionSuffix = ".part";

}  // namespace postroad::search
