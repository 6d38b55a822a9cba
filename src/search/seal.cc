#include "search/seal.h"

#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "search/partition_writer.h"

namespace postroad::search {
namespace {

/// All lists of a partition, by rising key, an entry at a time.
class ListReader {
 public:
  ListReader(const Partition& partition, std::uint32_t first_ordinal) : partition_(partition), first_ordinal_(first_ordinal) {}
  /// False at the end.
  Result<bool> next() {
    while (!reader_ || !reader_->next(entry_)) {
      if (page_ == partition_.pages().size()) return false;
      ASSIGN_OR_RETURN(bytes_, partition_.read_page(page_));
      reader_.emplace(bytes_, partition_.pages()[page_++]);
    }
    return true;
  }
  Key key() const { return entry_.key; }
  Result<void> write(PartitionWriter& writer) const {
    const std::vector<std::uint32_t> ordinals = ordinals_of(entry_);
    if (ordinals.empty()) return fail_permanent(ErrorCode::kCorrupt, partition_.path() + ": an entry of the lists makes no sense");
    for (const std::uint32_t ordinal : ordinals) RETURN_IF_ERROR(writer.add(entry_.key, first_ordinal_ + ordinal));
    return {};
  }

 private:
  const Partition& partition_;
  const std::uint32_t first_ordinal_;
  std::size_t page_ = 0;
  std::string bytes_;
  std::optional<PageReader> reader_;
  PageReader::Entry entry_{};
};

/// Neighbours have rising ordinals, so that under one key the earlier one goes first.
Result<void> merge_lists(PartitionWriter& writer, std::span<const PartitionPtr> parts) {
  std::vector<ListReader> readers;
  std::uint32_t first_ordinal = 0;
  for (const PartitionPtr& part : parts) {
    readers.emplace_back(*part, first_ordinal);
    first_ordinal += part->size();
  }
  std::vector<std::size_t> waiting;
  const auto later = [&](std::size_t a, std::size_t b) { return std::pair(readers[a].key(), a) > std::pair(readers[b].key(), b); };
  for (std::size_t i = 0; i < readers.size(); ++i) {
    ASSIGN_OR_RETURN(const bool more, readers[i].next());
    if (more) waiting.push_back(i);
  }
  std::ranges::make_heap(waiting, later);
  while (!waiting.empty()) {
    std::ranges::pop_heap(waiting, later);
    ListReader& first = readers[waiting.back()];
    RETURN_IF_ERROR(first.write(writer));
    ASSIGN_OR_RETURN(const bool more, first.next());
    if (more) {
      std::ranges::push_heap(waiting, later);
    } else {
      waiting.pop_back();
    }
  }
  return {};
}

}  // namespace

Result<PartitionPtr> seal(storage::Disk& disk, const std::string& directory, const HotTable& table) {
  const HotTable::Sealable all = table.sealable();
  PR_ASSERT(!all.blocks.empty());
  ASSIGN_OR_RETURN(const auto writer, PartitionWriter::create(disk, directory, table.range(), all.lists.size()));
  for (const auto& [info, bytes] : all.blocks) RETURN_IF_ERROR(writer->add_block(info, bytes));
  for (const auto& [key, ordinals] : all.lists) {
    for (const std::uint32_t ordinal : *ordinals) RETURN_IF_ERROR(writer->add(key, ordinal));
  }
  ASSIGN_OR_RETURN(const std::string path, writer->finish(table.witness()));
  return Partition::open(disk, path);
}

std::span<const PartitionPtr> choose_merge(std::span<const PartitionPtr> all, std::int64_t today) {
  for (std::size_t first = 0; first < all.size(); ++first) {
    const std::int64_t day = day_of(all[first]->footer().first_time);
    std::uint64_t events = 0;
    std::size_t end = first;
    while (end < all.size() && day_of(all[end]->footer().first_time) == day && events + all[end]->size() <= kPartitionEventsMax &&
           (end == first || all[end]->range().above == all[end - 1]->range().up_to)) {
      events += all[end++]->size();
    }
    const std::size_t count = end - first;
    if (count >= kMergeMin || (count >= 2 && day < today)) return all.subspan(first, count);
  }
  return {};
}

Result<PartitionPtr> merge(storage::Disk& disk, const std::string& directory, std::span<const PartitionPtr> parts) {
  PR_ASSERT(parts.size() >= 2);
  std::uint64_t keys = 0;
  for (const PartitionPtr& part : parts) keys += part->footer().keys;
  const events::Range range{.above = parts.front()->range().above, .up_to = parts.back()->range().up_to};
  ASSIGN_OR_RETURN(const auto writer, PartitionWriter::create(disk, directory, range, keys));
  for (const PartitionPtr& part : parts) {
    for (const BlockInfo& info : part->blocks()) {
      ASSIGN_OR_RETURN(const std::string bytes, part->read_block_bytes(info));
      RETURN_IF_ERROR(writer->add_block(info, bytes));
    }
  }
  RETURN_IF_ERROR(merge_lists(*writer, parts));
  ASSIGN_OR_RETURN(const std::string path, writer->finish(parts.back()->footer().witness));
  return Partition::open(disk, path);
}

}  // namespace postroad::search
