// Searching: from stretch to stretch of the journal, indexed or not.
#include "search/index.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "base/log.h"

namespace postroad::search {

Index::Index(Clock& clock, storage::Disk& disk, const events::Journal& journal, Options options)
    : clock_(clock), disk_(disk), journal_(journal), options_(std::move(options)) {
  View empty{.parts = {}, .over = {}, .hot = std::make_shared<HotTable>(0, options_.table_events_max)};
  view_ = std::make_shared<const View>(std::move(empty));
}

std::shared_ptr<const View> Index::view() const {
  const std::lock_guard lock(view_mutex_);
  return view_;
}

std::int64_t Index::sealed_up_to() const {
  const std::shared_ptr<const View> now = view();
  return now->parts.empty() ? 0 : now->parts.back()->range().up_to;
}

Result<std::vector<EventRow>> Index::find(const Query& query, const Condition& condition) {
  Scan scan(query, condition, Scan::Goal::kEvents);
  RETURN_IF_ERROR(walk(query, scan));
  return scan.take_found();
}

Result<std::int64_t> Index::count(const Query& query, const Condition& condition) {
  Scan scan(query, condition, Scan::Goal::kCount);
  RETURN_IF_ERROR(walk(query, scan));
  return scan.count();
}

Result<void> Index::walk(const Query& query, Scan& scan) {
  (void)catch_up(kCaughtUpBeforeFindMax);  // What this leaves is read from the journal.
  for (int damaged = 0;; ++damaged) {
    const std::shared_ptr<const View> now = view();
    const std::int64_t indexed_up_to = now->hot->range().up_to;
    std::vector<Stretch> all = stretches(*now, indexed_up_to);
    if (!query.ascending) std::ranges::reverse(all);
    const Stretch* bad = nullptr;
    Result<bool> more = true;
    for (const Stretch& stretch : all) {
      more = read(stretch, scan, indexed_up_to);
      if (!more) bad = &stretch;
      if (!more || !*more) break;
    }
    if (more) return {};
    const bool is_damage = more.error().code == ErrorCode::kCorrupt && std::holds_alternative<std::shared_ptr<const Table>>(*bad);
    if (!is_damage || damaged == kDamagedMax) return std::unexpected(std::move(more).error());
    give_up(*std::get<std::shared_ptr<const Table>>(*bad), more.error());
    scan.start_again();
  }
}

Result<bool> Index::read(const Stretch& stretch, Scan& scan, std::int64_t indexed_up_to) {
  if (const auto* table = std::get_if<std::shared_ptr<const Table>>(&stretch)) return scan.read(**table, indexed_up_to);
  return scan.read(journal_, std::get<events::Range>(stretch));
}

/// The whole journal, oldest first: tables, and between and behind them what is in none.
std::vector<Index::Stretch> Index::stretches(const View& view, std::int64_t indexed_up_to) const {
  std::vector<Stretch> all;
  std::int64_t reached = 0;
  const auto add = [&](const std::shared_ptr<const Table>& table) {
    const events::Range range = table->range();
    if (range.above > reached) all.emplace_back(events::Range{.above = reached, .up_to = range.above});
    all.emplace_back(table);
    reached = range.up_to;
  };
  for (const PartitionPtr& part : view.parts) add(part);
  for (const std::shared_ptr<HotTable>& table : view.over) add(table);
  add(view.hot);
  all.emplace_back(events::Range{.above = indexed_up_to});
  return all;
}

/// What is damaged is put aside, not deleted; the journal has it all, and the gap is filled from there.
void Index::give_up(const Table& damaged, const Error& why) {
  const std::lock_guard lock(view_mutex_);
  View next = *view_;
  const auto found = std::ranges::find(next.parts, &damaged, [](const PartitionPtr& part) -> const Table* { return part.get(); });
  if (found == next.parts.end()) return;
  const std::string path = (*found)->path();
  log::error("search.partition_damaged", {{"path", path}, {"error", why.detail}, {"next", "rebuilding it from the journal"}});
  if (const Result<void> aside = disk_.rename(path, path + ".damaged"); !aside) {
    log::error("search.partition_damaged", {{"path", path}, {"error", aside.error().detail}});
  }
  next.parts.erase(found);
  view_ = std::make_shared<const View>(std::move(next));
}

}  // namespace postroad::search
