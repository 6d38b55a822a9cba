#pragma once
#include <optional>
#include <vector>

#include "search/table.h"

namespace postroad::search {

/// One or several keys: an event must have at least one.
using AnyKey = std::vector<Key>;

/// The events of a table that have what all of `needs` ask for, in order, without reading one: jumps from list to list.
class Candidates {
 public:
  /// From `from` on, in this direction. Borrows the table.
  Candidates(const Table& table, const std::vector<AnyKey>& needs, std::uint32_t from, bool ascending);

  /// The next ordinal; nullopt at the end.
  Result<std::optional<std::uint32_t>> next();

 private:
  /// The ordinals under one key.
  struct List {
    Key key;
    std::vector<std::uint32_t> run;
    bool asked = false, ended = false;
  };
  using Any = std::vector<List>;

  Result<std::optional<std::uint32_t>> seek(List& list, std::uint32_t from);
  Result<std::optional<std::uint32_t>> seek(Any& any, std::uint32_t from);
  /// The one that comes first in our direction.
  std::uint32_t earlier(std::uint32_t a, std::uint32_t b) const { return ascending_ ? std::min(a, b) : std::max(a, b); }

  const Table& table_;
  const bool ascending_;
  std::vector<Any> needs_;
  std::optional<std::uint32_t> at_;
};

}  // namespace postroad::search
