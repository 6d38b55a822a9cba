#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "search/partition_format.h"
#include "storage/disk.h"

namespace postroad::search {

/// Writes a partition from front to back: blocks, then lists by rising key, then finish(). What it makes is named only when it
/// is whole and synced. Errors are the disk's; after one, begin anew.
class PartitionWriter {
 public:
  /// `keys_max`: at least as many as there will be lists.
  static Result<std::unique_ptr<PartitionWriter>> create(storage::Disk& disk, std::string directory, events::Range range,
                                                         std::uint64_t keys_max);

  /// In order; `info` as it was when read: ordinals and offset are given here.
  Result<void> add_block(BlockInfo info, std::string_view bytes);
  /// Rising keys, and rising ordinals under one key.
  Result<void> add(Key key, std::uint32_t ordinal);
  /// Syncs and gives it its name.
  Result<std::string> finish(Witness witness);

 private:
  static constexpr std::size_t kBufferBytes = 256 * 1024;
  static constexpr std::size_t kUnsyncedBytesMax = 512 * 1024;  ///< Mail that is being accepted waits behind no larger sync.

  PartitionWriter(storage::Disk& disk, std::string directory, events::Range range, std::uint64_t keys_max);
  Result<void> write(std::string_view bytes);
  Result<void> flush();
  void end_entry();
  Result<void> end_page();
  void note_in_bloom(Key key);

  storage::Disk& disk_;
  const std::string directory_;
  std::string draft_;
  std::unique_ptr<storage::File> file_;
  std::string buffer_;
  std::uint64_t written_ = 0;  ///< With what is in the buffer.
  std::size_t unsynced_ = 0;
  PartitionFooter footer_;
  std::vector<BlockInfo> blocks_;
  std::vector<PageInfo> pages_;
  std::string bloom_;
  std::string page_;
  Key page_key_ = 0;  ///< Of the last entry in the page.
  Key key_ = 0;
  std::vector<std::uint32_t> entry_;
};

}  // namespace postroad::search
