// What keeps the index: start, catching up with the journal, sealing, merging, forgetting.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "search/index.h"

namespace postroad::search {
namespace {

bool contains(events::Range outer, events::Range inner) { return outer.above <= inner.above && inner.up_to <= outer.up_to; }

EventRow row_of(const events::StoredEvent& event) {
  return {.sequence = event.sequence, .time = event.time.time_since_epoch().count(), .type = event.type,
          .domain = event.domain, .body = event.body};
}

HotTable::Entry entry_of(const events::StoredEvent& event, EventFields& fields) {
  HotTable::Entry entry{.row = row_of(event), .keys = {}};
  fields.set(entry.row.body);
  collect_keys(fields, entry.row.domain, entry.keys);
  return entry;
}

Witness witness_of(const events::StoredEvent& event) { return {event.sequence, event.time.time_since_epoch().count()}; }

}  // namespace

bool Index::is_searched(const events::StoredEvent& event) const {
  return events::is_shown(event.type) && event.time.time_since_epoch().count() >= cutoff_;
}

Result<void> Index::open(std::int64_t cutoff) {
  cutoff_ = cutoff;
  RETURN_IF_ERROR(disk_.create_directory(options_.directory));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, disk_.list(options_.directory));
  for (const std::string& name : names) {
    const std::string path = options_.directory + "/" + name;
    if (name.ends_with(kPartitionSuffix)) {
      RETURN_IF_ERROR(load(path));
    } else if (name.ends_with(".new")) {
      RETURN_IF_ERROR(disk_.unlink(path));
    }
  }
  const std::lock_guard lock(view_mutex_);
  View next = *view_;
  // Sorted by where they begin, the larger first: what a merge has left behind is contained in what it made.
  std::ranges::sort(next.parts, [](const PartitionPtr& a, const PartitionPtr& b) {
    return std::pair(a->range().above, -a->range().up_to) < std::pair(b->range().above, -b->range().up_to);
  });
  std::vector<PartitionPtr> kept;
  for (const PartitionPtr& part : next.parts) {
    if (kept.empty() || part->range().above >= kept.back()->range().up_to) {
      kept.push_back(part);
    } else {
      if (!contains(kept.back()->range(), part->range())) log::warn("search.partitions_overlap", {{"dropped", part->path()}});
      RETURN_IF_ERROR(disk_.unlink(part->path()));
    }
  }
  next.parts = std::move(kept);
  next.hot = std::make_shared<HotTable>(next.parts.empty() ? 0 : next.parts.back()->range().up_to, options_.table_events_max);
  view_ = std::make_shared<const View>(std::move(next));
  return {};
}

Result<void> Index::load(const std::string& path) {
  Result<PartitionPtr> part = Partition::open(disk_, path);
  if (!part && part.error().code == ErrorCode::kCorrupt) {
    log::error("search.partition_damaged", {{"path", path}, {"error", part.error().detail}, {"next", "rebuilding it from the journal"}});
    return disk_.rename(path, path + ".damaged");
  }
  if (!part) return std::unexpected(std::move(part).error());
  ASSIGN_OR_RETURN(const bool confirmed, is_confirmed(**part));
  if (!confirmed) {
    log::warn("search.partition_unconfirmed", {{"path", path}, {"next", "dropped: the journal does not have its last event"}});
    return disk_.unlink(path);
  }
  const std::lock_guard lock(view_mutex_);
  View next = *view_;
  next.parts.push_back(*std::move(part));
  view_ = std::make_shared<const View>(std::move(next));
  return {};
}

/// A journal that was restored, or lost its last transaction to a power cut, may have given the same numbers to other events.
Result<bool> Index::is_confirmed(const Partition& partition) const {
  const Witness witness = partition.footer().witness;
  ASSIGN_OR_RETURN(const std::optional<WallTime> time, journal_.time_at_now(witness.sequence));
  return time && time->time_since_epoch().count() == witness.time;
}

Result<bool> Index::catch_up(int events_max) {
  const std::lock_guard lock(indexing_);
  EventFields fields;
  for (int read = 0; read < events_max;) {
    std::shared_ptr<HotTable> hot = view()->hot;
    std::int64_t reached = hot->range().up_to;
    ASSIGN_OR_RETURN(const std::vector<events::StoredEvent> page, journal_.read_now({.above = reached}, true, kPageEvents));
    std::vector<HotTable::Entry> batch;
    Witness last = hot->witness();
    for (const events::StoredEvent& event : page) {
      const std::int64_t time = event.time.time_since_epoch().count();
      const bool another_day = !batch.empty() && day_of(batch.front().row.time) != day_of(time);
      if (hot->is_over(time, batch.size()) || another_day) {
        if (!batch.empty()) hot->add(std::move(batch), last);
        batch.clear();
        hot = start_next(last.sequence);
        if (hot == nullptr) return false;
      }
      if (is_searched(event)) batch.push_back(entry_of(event, fields));
      last = witness_of(event);
    }
    if (!page.empty()) hot->add(std::move(batch), last);
    if (page.size() < kPageEvents) return true;
    read += kPageEvents;
  }
  return false;
}

/// A new table behind the one that grows, which is over; null when too many wait to be sealed.
std::shared_ptr<HotTable> Index::start_next(std::int64_t after) {
  const std::lock_guard lock(view_mutex_);
  if (view_->over.size() >= kOverMax) return nullptr;
  View next = *view_;
  if (next.hot->size() > 0) next.over.push_back(next.hot);
  next.hot = std::make_shared<HotTable>(after, options_.table_events_max);
  view_ = std::make_shared<const View>(std::move(next));
  return view_->hot;
}

Result<bool> Index::tidy() {
  const std::lock_guard lock(tidying_);
  {
    const std::lock_guard indexing(indexing_);
    const std::shared_ptr<HotTable> hot = view()->hot;
    if (hot->size() > 0 && hot->is_over(clock_.wall().time_since_epoch().count())) start_next(hot->range().up_to);
  }
  ASSIGN_OR_RETURN(const bool sealed, seal_one());
  if (sealed) return true;
  ASSIGN_OR_RETURN(const bool filled, fill_a_gap());
  if (filled) return true;
  return merge_some();
}

Result<bool> Index::seal_one() {
  const std::shared_ptr<const View> now = view();
  if (now->over.empty()) return false;
  const std::shared_ptr<HotTable> table = now->over.front();
  ASSIGN_OR_RETURN(const PartitionPtr part, seal(disk_, options_.directory, *table));
  replace({}, part, table.get());
  return true;
}

/// What the journal has between two partitions, of one day and as much as a table takes: a partition was lost there.
Result<bool> Index::fill_a_gap() {
  const std::shared_ptr<const View> now = view();
  std::int64_t reached = 0;
  for (const PartitionPtr& part : now->parts) {
    const events::Range gap{.above = reached, .up_to = part->range().above};
    reached = part->range().up_to;
    if (gap.empty()) continue;
    HotTable table(gap.above, options_.table_events_max);
    EventFields fields;
    for (bool more = true; more;) {
      ASSIGN_OR_RETURN(const std::vector<events::StoredEvent> page,
                       journal_.read_now({.above = table.range().up_to, .up_to = gap.up_to}, true, kPageEvents));
      more = page.size() == kPageEvents;
      for (const events::StoredEvent& event : page) {
        if (table.is_over(event.time.time_since_epoch().count())) {
          more = false;
          break;
        }
        std::vector<HotTable::Entry> one;
        if (is_searched(event)) one.push_back(entry_of(event, fields));
        table.add(std::move(one), witness_of(event));
      }
    }
    if (table.size() == 0) continue;
    ASSIGN_OR_RETURN(const PartitionPtr made, seal(disk_, options_.directory, table));
    replace({}, made, nullptr);
    log::info("search.gap_filled", {{"path", made->path()}, {"events", made->size()}});
    return true;
  }
  return false;
}

Result<bool> Index::merge_some() {
  const std::shared_ptr<const View> now = view();
  const std::int64_t today = day_of(clock_.wall().time_since_epoch().count());
  const std::span<const PartitionPtr> chosen = choose_merge(now->parts, today);
  if (chosen.empty()) return false;
  Result<PartitionPtr> made = merge(disk_, options_.directory, chosen);
  if (!made && made.error().code == ErrorCode::kCorrupt) {
    // Which one it is, is found by reading each; the rest is merged in another round.
    for (const PartitionPtr& part : chosen) {
      for (std::size_t page = 0; page < part->pages().size(); ++page) {
        if (const Result<std::string> read = part->read_page(page); !read) {
          give_up(*part, read.error());
          return true;
        }
      }
    }
  }
  if (!made) return std::unexpected(std::move(made).error());
  replace(chosen, *made, nullptr);
  for (const PartitionPtr& part : chosen) RETURN_IF_ERROR(disk_.unlink(part->path()));
  return true;
}

/// `made` takes the place of `old` or of a table that was sealed, or fills a gap.
void Index::replace(std::span<const PartitionPtr> old, const PartitionPtr& made, const HotTable* sealed) {
  const std::lock_guard lock(view_mutex_);
  View next = *view_;
  std::erase_if(next.parts, [&](const PartitionPtr& part) { return std::ranges::find(old, part) != old.end(); });
  std::erase_if(next.over, [&](const std::shared_ptr<HotTable>& table) { return table.get() == sealed; });
  const auto place = std::ranges::upper_bound(next.parts, made->range().above, {}, [](const PartitionPtr& part) { return part->range().above; });
  next.parts.insert(place, made);
  view_ = std::make_shared<const View>(std::move(next));
}

Result<void> Index::forget_before(std::int64_t cutoff) {
  const std::lock_guard tidying(tidying_);
  cutoff_ = cutoff;
  std::vector<PartitionPtr> gone;
  {
    const std::lock_guard lock(view_mutex_);
    View next = *view_;
    while (!next.parts.empty() && next.parts.front()->footer().witness.time < cutoff) {
      gone.push_back(next.parts.front());
      next.parts.erase(next.parts.begin());
    }
    if (gone.empty()) return {};
    view_ = std::make_shared<const View>(std::move(next));
  }
  for (const PartitionPtr& part : gone) RETURN_IF_ERROR(disk_.unlink(part->path()));
  log::info("search.partitions_forgotten", {{"count", gone.size()}});
  return {};
}

}  // namespace postroad::search
