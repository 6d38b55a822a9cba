#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/journal.h"

namespace postroad::ingress::http {

/// A place in a domain's log: the last path segment of a paging URL. It holds range, direction and limit, and sequence
/// numbers rather than counts, so that it stays where it is while new events arrive, and across restarts.
struct PageToken {
  enum class Where : std::uint8_t { kFirst, kNext, kPrevious, kLast };

  Where where = Where::kFirst;
  bool ascending = false;
  int limit = 100;
  std::int64_t begin = 0;          ///< Wall microseconds, inclusive.
  std::int64_t end = INT64_MAX;    ///< Wall microseconds, inclusive.
  std::int64_t position = 0;       ///< kNext: after this sequence, kPrevious: before it, in the token's direction.

  std::string text() const;
  /// Nullopt when `text` is none of ours.
  static std::optional<PageToken> parse(std::string_view text);

  /// Whether the page is read against the token's direction, its events then to be turned round.
  bool reversed() const { return where == Where::kPrevious || where == Where::kLast; }
  events::PageQuery query(DomainId domain) const;
  friend bool operator==(const PageToken&, const PageToken&) = default;
};

}  // namespace postroad::ingress::http
