#include "search/scan.h"

#include <fmt/format.h>

#include <algorithm>

namespace postroad::search {
namespace {

constexpr int kJournalPage = 500;

}  // namespace

Scan::Scan(const Query& query, const Condition& condition, Goal goal)
    : query_(query), condition_(condition), goal_(goal), needs_(condition.needs()) {
  if (query.domains.empty()) return;
  AnyKey domains;
  for (const DomainId domain : query.domains) domains.push_back(key_of(domain));
  needs_.push_back(std::move(domains));
}

void Scan::start_again() {
  found_.clear();
  count_ = 0;
}

Result<bool> Scan::read(const Table& table, std::int64_t up_to) {
  const std::optional<std::uint32_t> first = first_ordinal(table);
  if (!first) return true;
  Candidates candidates(table, needs_, *first, query_.ascending);
  BlockInfo info;
  std::shared_ptr<const Block> block;
  for (;;) {
    ASSIGN_OR_RETURN(const std::optional<std::uint32_t> ordinal, candidates.next());
    if (!ordinal) return true;
    if (*ordinal - info.first_ordinal >= info.events) {
      info = table.block_info(*ordinal);
      block.reset();
    }
    if (is_beyond(info)) return true;
    if (goal_ == Goal::kCount && condition_.needs_are_all() && within(info) && info.last_sequence <= up_to) {
      ++count_;
      continue;
    }
    if (block == nullptr) {
      ASSIGN_OR_RETURN(block, table.block(*ordinal));
    }
    const std::size_t place = *ordinal - info.first_ordinal;
    if (place >= block->size()) return fail_permanent(ErrorCode::kCorrupt, "a block holds fewer events than its index says");
    if ((*block)[place].sequence > up_to) continue;
    ASSIGN_OR_RETURN(const bool more, compare((*block)[place]));
    if (!more) return false;
  }
}

Result<bool> Scan::read(const events::Journal& journal, events::Range range) {
  range.above = std::max(range.above, query_.after);
  range.up_to = std::min(range.up_to, query_.before - 1);
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<events::StoredEvent> page, journal.read_now(range, query_.ascending, kJournalPage));
    for (const events::StoredEvent& event : page) {
      if (!events::is_shown(event.type)) continue;
      const EventRow row{.sequence = event.sequence, .time = event.time.time_since_epoch().count(), .type = event.type,
                         .domain = event.domain, .body = event.body};
      ASSIGN_OR_RETURN(const bool more, compare(row));
      if (!more) return false;
    }
    if (page.size() < kJournalPage) return true;
    if (query_.ascending) {
      range.above = page.back().sequence;
    } else {
      range.up_to = page.back().sequence - 1;
    }
  }
}

bool Scan::within(const BlockInfo& info) const {
  return info.first_time >= query_.begin && info.last_time <= query_.end && info.first_sequence > query_.after &&
         info.last_sequence < query_.before;
}

/// Whether this block and all that follow are out of range.
bool Scan::is_beyond(const BlockInfo& info) const {
  if (query_.ascending) return info.first_time > query_.end || info.first_sequence >= query_.before;
  return info.last_time < query_.begin || info.last_sequence <= query_.after;
}

/// Where the range begins in the query's direction, by blocks; nullopt: outside of this table.
std::optional<std::uint32_t> Scan::first_ordinal(const Table& table) const {
  const std::optional<Table::Times> times = table.times();
  const std::uint32_t size = table.size();
  if (!times || size == 0 || times->first > query_.end || times->last < query_.begin) return std::nullopt;
  if (table.range().up_to <= query_.after || table.range().above + 1 >= query_.before) return std::nullopt;
  const auto too_early = [&](std::uint32_t ordinal) {
    const BlockInfo info = table.block_info(ordinal);
    if (query_.ascending) return info.last_time < query_.begin || info.last_sequence <= query_.after;
    return info.first_time <= query_.end && info.first_sequence < query_.before;
  };
  std::uint32_t low = 0;
  std::uint32_t high = size;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (too_early(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (query_.ascending) return low < size ? std::optional(low) : std::nullopt;
  return low > 0 ? std::optional(low - 1) : std::nullopt;
}

/// False: enough.
Result<bool> Scan::compare(const EventRow& row) {
  if (row.time < query_.begin || row.time > query_.end || row.sequence <= query_.after || row.sequence >= query_.before) return true;
  if (!query_.domains.empty() && std::ranges::find(query_.domains, row.domain) == query_.domains.end()) return true;
  if (++compared_ > query_.compared_max) {
    if (goal_ == Goal::kEvents && !found_.empty()) return false;
    return fail_permanent(ErrorCode::kInvalidArgument,
                          fmt::format("more than {} events would have to be compared: narrow begin and end, or add a filter", query_.compared_max));
  }
  fields_.set(row.body);
  if (!condition_.matches(fields_, row)) return true;
  ++count_;
  if (goal_ == Goal::kCount) return true;
  found_.push_back(row);
  return found_.size() < query_.limit;
}

}  // namespace postroad::search
