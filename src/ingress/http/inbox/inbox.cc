#include "ingress/http/inbox/inbox.h"

#include <fmt/format.h>

namespace postroad::ingress::http::inbox {
namespace {

constexpr std::int64_t kOnLoopBytesMax = 256 * 1024;

}  // namespace

asio::awaitable<Result<Inbox::Page>> Inbox::list(Search search, MessageId before, std::size_t limit) {
  Page page;
  if (before.value == 0) before = MessageId{INT64_MAX};
  for (std::size_t looked_at = 0; looked_at < kLookedAtMax;) {
    Result<std::vector<spool::StoredMessage>> found = co_await parts_.spool.newest(kReadAtOnce, before);
    if (!found) co_return std::unexpected(std::move(found).error());
    for (spool::StoredMessage& stored : *found) {
      before = stored.message.id;
      Result<Entry> entry = co_await entry_of(std::move(stored.message), stored.waiting == 0);
      if (!entry) co_return std::unexpected(std::move(entry).error());
      if (!search.matches(*entry->summary, *entry->states)) continue;
      if (page.entries.size() == limit) {
        page.more = true;
        co_return page;
      }
      page.entries.push_back(*std::move(entry));
    }
    looked_at += found->size();
    if (std::ssize(*found) < kReadAtOnce) co_return page;
  }
  page.more = true;
  co_return page;
}

asio::awaitable<Result<Entry>> Inbox::entry_of(spool::Message message, bool ended) {
  std::optional<Remembered> known = find(message.id);
  if (known && known->settled) co_return known->entry;
  Entry entry;
  if (known) {
    entry.summary = known->entry.summary;
  } else {
    entry.summary = co_await read_summary(message);
  }
  Result<std::vector<events::StoredEvent>> story = co_await parts_.journal.of_message(message.id);
  if (!story) co_return std::unexpected(std::move(story).error());
  entry.states = std::make_shared<const std::vector<RecipientState>>(states_of(*story));
  remember(message.id, entry, ended);
  co_return entry;
}

/// Of a batch, that of its first copy.
asio::awaitable<std::shared_ptr<const Summary>> Inbox::read_summary(const spool::Message& message) {
  std::shared_ptr<const Summary> summary;
  std::function<void()> work = [&] {
    const Result<std::shared_ptr<const std::string>> content = parts_.spool.content(message);
    const Result<std::string> octets =
        content ? admission::stored_octets(message, **content, 0, {}) : std::unexpected(content.error());
    if (octets) {
      summary = std::make_shared<const Summary>(summarize(message, *octets));
    } else {  // It must not hide the others.
      Summary damaged = summarize(message, {});
      damaged.subject = fmt::format("(content cannot be read: {})", octets.error().detail);
      summary = std::make_shared<const Summary>(std::move(damaged));
    }
  };
  if (message.bytes > kOnLoopBytesMax) {
    co_await parts_.executor.run_blocking("crypto", std::move(work));
  } else {
    work();
  }
  co_return summary;
}

std::optional<Inbox::Remembered> Inbox::find(MessageId id) {
  const std::lock_guard lock(mutex_);
  const auto found = remembered_.find(id.value);
  if (found == remembered_.end()) return std::nullopt;
  latest_.splice(latest_.begin(), latest_, found->second.place);
  return found->second;
}

void Inbox::remember(MessageId id, Entry entry, bool settled) {
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = remembered_.try_emplace(id.value);
  if (is_new) {
    latest_.push_front(id.value);
    place->second.place = latest_.begin();
  }
  place->second.entry = std::move(entry);
  place->second.settled = settled;
  if (remembered_.size() <= kRememberedMax) return;
  remembered_.erase(latest_.back());
  latest_.pop_back();
}

asio::awaitable<Result<std::string>> Inbox::version() {
  const std::int64_t removals = removals_.load();
  std::string everything;
  Result<std::vector<events::StoredEvent>> last = co_await parts_.journal.newest(1, std::move(everything));
  if (!last) co_return std::unexpected(std::move(last).error());
  co_return fmt::format("{}.{}", last->empty() ? 0 : last->front().sequence, removals);
}

asio::awaitable<Result<std::string>> Inbox::changed(std::string seen, Deadline deadline) {
  for (;;) {
    if (stopping_) co_return fail_transient(ErrorCode::kShuttingDown, "the server is stopping");
    Result<std::string> now = co_await version();
    if (!now || *now != seen || parts_.clock.mono() >= deadline) co_return now;
    co_await parts_.timers.sleep_until(std::min<MonoTime>(deadline, parts_.clock.mono() + kLookEvery));
  }
}

asio::awaitable<Result<void>> Inbox::remove(MessageId id) {
  storage::Unit unit;
  parts_.spool.hide(unit, id);
  const Result<WallTime> committed = co_await parts_.store.commit(std::move(unit));
  if (!committed) co_return std::unexpected(committed.error());
  ++removals_;
  co_return Result<void>{};
}

asio::awaitable<Result<std::int64_t>> Inbox::remove_all() {
  std::int64_t count = 0;
  for (;;) {
    Result<std::vector<spool::StoredMessage>> found = co_await parts_.spool.newest(kReadAtOnce, MessageId{INT64_MAX});
    if (!found) co_return std::unexpected(std::move(found).error());
    if (found->empty()) co_return count;
    storage::Unit unit;
    for (const spool::StoredMessage& stored : *found) parts_.spool.hide(unit, stored.message.id);
    const Result<WallTime> committed = co_await parts_.store.commit(std::move(unit));
    if (!committed) co_return std::unexpected(committed.error());
    ++removals_;
    count += std::ssize(*found);
  }
}

std::shared_ptr<void> Inbox::watch() {
  if (++watchers_ > kWatchersMax) {
    --watchers_;
    return nullptr;
  }
  return {this, [](void* inbox) { --static_cast<Inbox*>(inbox)->watchers_; }};
}

}  // namespace postroad::ingress::http::inbox
