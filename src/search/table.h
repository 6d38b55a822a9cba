#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "events/journal.h"
#include "search/block.h"
#include "search/keys.h"

namespace postroad::search {

/// An indexed stretch of the journal. Its events have ordinals, from 0 in the journal's order. Safe from any thread; one that
/// still grows only grows at its end.
///
/// Every error is kCorrupt (what the bytes should say is in the journal) or the disk's.
class Table {
 public:
  virtual ~Table() = default;

  /// All of the journal in this range has been looked at; internal events are not in here.
  virtual events::Range range() const = 0;
  virtual std::uint32_t size() const = 0;
  /// Of the first and last event, wall microseconds; nullopt when there is none.
  struct Times {
    std::int64_t first, last;
  };
  virtual std::optional<Times> times() const = 0;

  /// Of the block that holds `ordinal`, which exists.
  virtual BlockInfo block_info(std::uint32_t ordinal) const = 0;
  virtual Result<std::shared_ptr<const Block>> block(std::uint32_t ordinal) const = 0;

  /// False when there is surely nothing under `key`.
  virtual Result<bool> may_have(Key key) const = 0;
  /// Some of the ordinals under `key`, rising and without a gap. Ascending: they begin with the first from `from` on;
  /// descending: they end with the last up to `from`. None when there is none there.
  virtual Result<std::vector<std::uint32_t>> run(Key key, std::uint32_t from, bool ascending) const = 0;
};

}  // namespace postroad::search
