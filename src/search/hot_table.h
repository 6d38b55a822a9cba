#pragma once
#include <shared_mutex>
#include <unordered_map>

#include "search/partition_format.h"
#include "search/table.h"

namespace postroad::search {

/// The newest events, indexed in memory; the journal has them on disk, and a start reads them there again. Bodies are kept as
/// in a partition, compressed in blocks: sealing it only has to sort.
class HotTable final : public Table {
 public:
  static constexpr std::uint32_t kEventsMax = 40'000;
  static constexpr std::size_t kBytesMax = std::size_t{24} << 20;  ///< Of its blocks and lists together, about.

  /// Begins behind `after` in the journal.
  explicit HotTable(std::int64_t after, std::uint32_t events_max = kEventsMax)
      : events_max_(events_max), range_{.above = after, .up_to = after} {}

  /// An event and the keys it is filed under.
  struct Entry {
    EventRow row;
    std::vector<Key> keys;
  };
  /// Adds events behind those that are there; `last`: the last one of the journal that has been looked at.
  void add(std::vector<Entry> entries, Witness last);
  Witness witness() const;
  /// Whether an event of this time must go into another table, once `coming` others are added: this one is full, or of another
  /// day.
  bool is_over(std::int64_t time, std::size_t coming = 0) const;

  events::Range range() const override;
  std::uint32_t size() const override;
  std::optional<Times> times() const override;
  BlockInfo block_info(std::uint32_t ordinal) const override;
  Result<std::shared_ptr<const Block>> block(std::uint32_t ordinal) const override;
  Result<bool> may_have(Key key) const override;
  Result<std::vector<std::uint32_t>> run(Key key, std::uint32_t from, bool ascending) const override;

  /// For sealing; nothing may be added any more. Blocks with their bytes, then every key, rising, with its ordinals.
  struct Sealable {
    std::vector<std::pair<BlockInfo, std::string>> blocks;
    std::vector<std::pair<Key, const std::vector<std::uint32_t>*>> lists;
  };
  Sealable sealable() const;

 private:
  static constexpr std::size_t kRunMax = 512;  ///< Ordinals in one answer of run().
  std::size_t block_number(std::uint32_t ordinal) const { return ordinal / kBlockEventsMax; }
  BlockInfo open_info() const;

  const std::uint32_t events_max_;
  mutable std::shared_mutex mutex_;
  events::Range range_;
  Witness witness_;
  std::vector<std::pair<BlockInfo, std::string>> blocks_;  ///< Full ones, kBlockEventsMax events each.
  Block open_;                                             ///< The events behind them.
  std::unordered_map<Key, std::vector<std::uint32_t>> lists_;
  std::size_t bytes_ = 0;
};

/// Days since 1970 in UTC.
std::int64_t day_of(std::int64_t wall_microseconds);

}  // namespace postroad::search
