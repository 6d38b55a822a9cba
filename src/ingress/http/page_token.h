#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "search/condition.h"

namespace postroad::ingress::http {

/// A place in a domain's log: the last path segment of a paging URL. It holds range, direction, limit and filters, and sequence
/// numbers rather than counts, so that it stays where it is while new events arrive, and across restarts.
struct PageToken {
  enum class Where : std::uint8_t { kFirst, kNext, kPrevious, kLast };
  static constexpr int kLimitMax = 300;

  Where where = Where::kFirst;
  bool ascending = false;
  int limit = 100;
  std::int64_t begin = 0;          ///< Wall microseconds, inclusive.
  std::int64_t end = INT64_MAX;    ///< Wall microseconds, inclusive.
  std::int64_t position = 0;       ///< kNext: after this sequence, kPrevious: before it, in the token's direction.
  events::Filter filter;

  std::string text() const;
  /// Nullopt when `text` is none of ours.
  static std::optional<PageToken> parse(std::string_view text);

  /// Whether the page is read against the token's direction, its events then to be turned round.
  bool reversed() const { return where == Where::kPrevious || where == Where::kLast; }
  search::Query query(std::vector<DomainId> domains) const;
  /// The token of the place behind or before a page that this token showed.
  PageToken next_of(const std::vector<search::EventRow>& page) const;
  PageToken previous_of(const std::vector<search::EventRow>& page) const;
  PageToken at(Where there, std::int64_t sequence) const;
};

/// The filter that a query parameter of this name is, array spellings included; null when it is none.
const events::FilterName* filter_named(std::string_view parameter);

}  // namespace postroad::ingress::http
