#pragma once
#include <memory>
#include <span>
#include <string>

#include "search/hot_table.h"
#include "search/partition.h"

namespace postroad::search {

using PartitionPtr = std::shared_ptr<const Partition>;

/// Writes a table that takes no more events, and has some, as a partition.
Result<PartitionPtr> seal(storage::Disk& disk, const std::string& directory, const HotTable& table);

inline constexpr std::uint32_t kPartitionEventsMax = 1'000'000;
inline constexpr std::size_t kMergeMin = 8;  ///< Neighbours of one day that are worth a merge while the day lasts.
/// Neighbours out of `all` (in the journal's order) that become one: of one day, together at most kPartitionEventsMax events,
/// at least kMergeMin of them, or two when a later day has begun. Empty: nothing to do.
std::span<const PartitionPtr> choose_merge(std::span<const PartitionPtr> all, std::int64_t today);
/// One partition with the events of these neighbours. Blocks are copied as they are.
Result<PartitionPtr> merge(storage::Disk& disk, const std::string& directory, std::span<const PartitionPtr> parts);

}  // namespace postroad::search
