#include "search/hot_table.h"

#include <algorithm>
#include <mutex>

#include "base/assert.h"

namespace postroad::search {
namespace {

constexpr std::int64_t kDayMicroseconds = std::int64_t{86'400} * 1'000'000;
constexpr std::size_t kListBytes = 80;  ///< What a new key costs, about.

}  // namespace

std::int64_t day_of(std::int64_t wall_microseconds) { return wall_microseconds / kDayMicroseconds; }

void HotTable::add(std::vector<Entry> entries, Witness last) {
  const std::unique_lock lock(mutex_);
  PR_ASSERT(last.sequence >= range_.up_to);
  for (Entry& entry : entries) {
    PR_ASSERT(entry.row.sequence > range_.up_to);
    const auto ordinal = static_cast<std::uint32_t>(blocks_.size() * kBlockEventsMax + open_.size());
    for (const Key key : entry.keys) {
      std::vector<std::uint32_t>& list = lists_[key];
      if (list.empty()) bytes_ += kListBytes;
      list.push_back(ordinal);
      bytes_ += sizeof ordinal;
    }
    range_.up_to = entry.row.sequence;
    open_.push_back(std::move(entry.row));
    if (open_.size() < kBlockEventsMax) continue;
    BlockInfo info = open_info();
    std::string compressed = compress_block(open_);
    info.bytes = static_cast<std::uint32_t>(compressed.size());
    bytes_ += compressed.size();
    blocks_.emplace_back(info, std::move(compressed));
    open_.clear();
  }
  range_.up_to = last.sequence;
  witness_ = last;
}

Witness HotTable::witness() const {
  const std::shared_lock lock(mutex_);
  return witness_;
}

bool HotTable::is_over(std::int64_t time, std::size_t coming) const {
  const std::optional<Times> here = times();
  const std::shared_lock lock(mutex_);
  const std::size_t events = blocks_.size() * kBlockEventsMax + open_.size();
  if (here && day_of(time) > day_of(here->first)) return true;  // A clock that was set back ends nothing.
  return events + coming >= events_max_ || bytes_ >= kBytesMax;
}

events::Range HotTable::range() const {
  const std::shared_lock lock(mutex_);
  return range_;
}

std::uint32_t HotTable::size() const {
  const std::shared_lock lock(mutex_);
  return static_cast<std::uint32_t>(blocks_.size() * kBlockEventsMax + open_.size());
}

std::optional<Table::Times> HotTable::times() const {
  const std::shared_lock lock(mutex_);
  if (blocks_.empty() && open_.empty()) return std::nullopt;
  return Times{blocks_.empty() ? open_.front().time : blocks_.front().first.first_time,
               open_.empty() ? blocks_.back().first.last_time : open_.back().time};
}

/// With the lock.
BlockInfo HotTable::open_info() const {
  return {.first_ordinal = static_cast<std::uint32_t>(blocks_.size() * kBlockEventsMax),
          .events = static_cast<std::uint32_t>(open_.size()),
          .first_sequence = open_.front().sequence,
          .last_sequence = open_.back().sequence,
          .first_time = open_.front().time,
          .last_time = open_.back().time};
}

BlockInfo HotTable::block_info(std::uint32_t ordinal) const {
  const std::shared_lock lock(mutex_);
  const std::size_t number = block_number(ordinal);
  return number < blocks_.size() ? blocks_[number].first : open_info();
}

Result<std::shared_ptr<const Block>> HotTable::block(std::uint32_t ordinal) const {
  std::string bytes;
  {
    const std::shared_lock lock(mutex_);
    const std::size_t number = block_number(ordinal);
    if (number == blocks_.size()) return std::make_shared<const Block>(open_);
    bytes = blocks_[number].second;
  }
  ASSIGN_OR_RETURN(Block block, decompress_block(bytes));
  return std::make_shared<const Block>(std::move(block));
}

Result<bool> HotTable::may_have(Key key) const {
  const std::shared_lock lock(mutex_);
  return lists_.contains(key);
}

Result<std::vector<std::uint32_t>> HotTable::run(Key key, std::uint32_t from, bool ascending) const {
  const std::shared_lock lock(mutex_);
  const auto found = lists_.find(key);
  if (found == lists_.end()) return std::vector<std::uint32_t>{};
  const std::vector<std::uint32_t>& list = found->second;
  const auto run_max = static_cast<std::ptrdiff_t>(kRunMax);
  if (ascending) {
    const auto begin = std::ranges::lower_bound(list, from);
    return std::vector(begin, begin + std::min(run_max, list.end() - begin));
  }
  const auto end = std::ranges::upper_bound(list, from);
  return std::vector(end - std::min(run_max, end - list.begin()), end);
}

HotTable::Sealable HotTable::sealable() const {
  const std::shared_lock lock(mutex_);
  Sealable all{.blocks = blocks_, .lists = {}};
  if (!open_.empty()) {
    BlockInfo info = open_info();
    std::string bytes = compress_block(open_);
    info.bytes = static_cast<std::uint32_t>(bytes.size());
    all.blocks.emplace_back(info, std::move(bytes));
  }
  all.lists.reserve(lists_.size());
  for (const auto& [key, list] : lists_) all.lists.emplace_back(key, &list);
  std::ranges::sort(all.lists, {}, &std::pair<Key, const std::vector<std::uint32_t>*>::first);
  return all;
}

}  // namespace postroad::search
