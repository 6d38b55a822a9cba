#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "search/partition_format.h"
#include "search/table.h"
#include "storage/disk.h"

namespace postroad::search {

/// A sealed table: a file that is written once. Holds its block and page indexes in memory, about 2 MB for a million events.
class Partition final : public Table {
 public:
  static constexpr std::uint64_t kIndexBytesMax = std::uint64_t{256} << 20;

  /// kCorrupt when footer or indexes do not hold.
  static Result<std::shared_ptr<const Partition>> open(storage::Disk& disk, const std::string& path);

  const std::string& path() const { return path_; }
  const PartitionFooter& footer() const { return footer_; }
  const std::vector<BlockInfo>& blocks() const { return blocks_; }
  const std::vector<PageInfo>& pages() const { return pages_; }
  std::uint64_t file_bytes() const { return footer_.bloom + footer_.bloom_blocks * kBloomBlockBytes + sizeof footer_; }
  /// As they stand in the file; a page is checked.
  Result<std::string> read_block_bytes(const BlockInfo& info) const;
  Result<std::string> read_page(std::size_t number) const;

  events::Range range() const override { return {.above = footer_.above, .up_to = footer_.up_to}; }
  std::uint32_t size() const override { return footer_.events; }
  std::optional<Times> times() const override { return Times{footer_.first_time, footer_.last_time}; }
  BlockInfo block_info(std::uint32_t ordinal) const override;
  Result<std::shared_ptr<const Block>> block(std::uint32_t ordinal) const override;
  Result<bool> may_have(Key key) const override;
  Result<std::vector<std::uint32_t>> run(Key key, std::uint32_t from, bool ascending) const override;

 private:
  Partition() = default;
  Result<void> load();

  std::string path_;
  std::unique_ptr<storage::File> file_;
  PartitionFooter footer_;
  std::vector<BlockInfo> blocks_;
  std::vector<PageInfo> pages_;
};

/// The entries of a page of lists, one after another.
class PageReader {
 public:
  PageReader(std::string_view page, const PageInfo& info) : rest_(page), key_(info.first_key) {}
  struct Entry {
    Key key;
    std::uint32_t first, last;
    std::string_view steps;
  };
  /// False at the end, and where the page makes no sense.
  bool next(Entry& entry);

 private:
  std::string_view rest_;
  Key key_;
};
/// Nothing when the entry makes no sense.
std::vector<std::uint32_t> ordinals_of(const PageReader::Entry& entry);

}  // namespace postroad::search
