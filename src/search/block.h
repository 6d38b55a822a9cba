#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"
#include "events/event.h"

namespace postroad::search {

/// One event of a block.
struct EventRow {
  std::int64_t sequence = 0;
  std::int64_t time = 0;  ///< Wall microseconds.
  events::EventType type{};
  DomainId domain{};
  std::string body;  ///< Without "timestamp".
};

/// Up to kBlockEventsMax events, which are compressed together.
using Block = std::vector<EventRow>;
inline constexpr std::size_t kBlockEventsMax = 64;
inline constexpr std::size_t kBlockPlainBytesMax = std::size_t{16} << 20;  ///< Beyond: not one of ours.

/// What is known of a block without reading it. On disk.
struct BlockInfo {
  std::uint64_t offset = 0;  ///< Of its bytes in the file.
  std::uint32_t bytes = 0;
  std::uint32_t first_ordinal = 0;
  std::uint32_t events = 0;
  std::uint32_t reserved = 0;
  std::int64_t first_sequence = 0;
  std::int64_t last_sequence = 0;
  std::int64_t first_time = 0;
  std::int64_t last_time = 0;
};
static_assert(sizeof(BlockInfo) == 56);

/// One zstd frame with a checksum.
std::string compress_block(const Block& block);
/// kCorrupt when it is not what compress_block() made.
Result<Block> decompress_block(std::string_view bytes);

}  // namespace postroad::search
