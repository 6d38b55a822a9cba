#include "events/journal.h"

#include "events/journal_repository.h"

namespace postroad::events {
namespace {

StoredEvent read_event(const storage::Row& row) {
  return {.sequence = row.integer(0),
          .time = WallTime{std::chrono::microseconds{row.integer(1)}},
          .type = static_cast<EventType>(row.integer(2)),
          .address = std::string(row.text(3)),
          .body = std::string(row.text(4)),
          .transcript = {},
          .message = 0};
}

/// `text` as a LIKE pattern that matches it anywhere.
std::string like_anywhere(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

}  // namespace

void Journal::append(storage::Unit& unit, Event event) const {
  storage::Value transcript = nullptr;
  if (!event.transcript.empty()) transcript = storage::Blob{std::move(event.transcript)};
  std::vector<storage::Value> values;
  values.reserve(10);
  values.emplace_back(storage::CommitTime{});
  values.emplace_back(static_cast<std::int64_t>(event.type));
  values.emplace_back(static_cast<std::int64_t>(event.ending));
  values.emplace_back(static_cast<std::int64_t>(event.severity));
  values.emplace_back(event.domain.value);
  values.emplace_back(event.message.value);
  values.emplace_back(event.recipient.value);
  values.emplace_back(std::move(event.address));
  values.emplace_back(std::move(event.body));
  values.push_back(std::move(transcript));
  unit.add(sql::kAppend, std::move(values));
  appended_.fetch_add(1, std::memory_order_relaxed);
}

Result<std::vector<StoredEvent>> Journal::read_now(Range range, bool ascending, int limit) const {
  std::vector<StoredEvent> found;
  if (range.empty()) return found;
  const storage::RowReader reader = [&found](const storage::Row& row) {
    found.push_back(read_event(row));
    found.back().message = row.integer(5);
    found.back().domain = DomainId{row.integer(6)};
  };
  const storage::Statement& statement = ascending ? sql::kReadForwards : sql::kReadBackwards;
  RETURN_IF_ERROR(store_.query_now(statement, {range.above, range.up_to, std::int64_t{limit}}, reader));
  return found;
}

Result<std::int64_t> Journal::last_sequence_now() const {
  std::int64_t last = 0;
  RETURN_IF_ERROR(store_.query_now(sql::kLastSequence, {}, [&last](const storage::Row& row) { last = row.integer(0); }));
  return last;
}

Result<std::optional<WallTime>> Journal::time_at_now(std::int64_t sequence) const {
  std::optional<WallTime> time;
  const storage::RowReader reader = [&time](const storage::Row& row) {
    time = WallTime{std::chrono::microseconds{row.integer(0)}};
  };
  RETURN_IF_ERROR(store_.query_now(sql::kTimeAt, {sequence}, reader));
  return time;
}

asio::awaitable<Result<std::int64_t>> Journal::forget(WallTime cutoff, std::int64_t after, std::int64_t up_to) const {
  const std::int64_t first_kept = cutoff.time_since_epoch().count();
  std::int64_t last = after;
  bool expired = true;  // Times never fall: the first that is kept ends it.
  storage::RowReader reader = [&](const storage::Row& row) {
    expired = expired && row.integer(1) < first_kept;
    if (expired) last = row.integer(0);
  };
  std::vector<storage::Value> oldest{after, up_to, std::int64_t{kForgottenMax}};
  Result<void> read = co_await store_.query(sql::kOldest, std::move(oldest), std::move(reader));
  if (!read) co_return std::unexpected(std::move(read).error());
  if (last == after) co_return after;
  storage::Unit unit;
  unit.add(sql::kForget, {after, last});
  const Result<WallTime> done = co_await store_.commit(std::move(unit));
  if (!done) co_return std::unexpected(done.error());
  co_return last;
}

asio::awaitable<Result<std::vector<StoredEvent>>> Journal::of_message(MessageId message) const {
  std::vector<StoredEvent> found;
  storage::RowReader reader = [&found](const storage::Row& row) {
    found.push_back(read_event(row));
    if (!row.is_null(5)) found.back().transcript = std::string(row.text(5));
  };
  std::vector<storage::Value> values{message.value};
  Result<void> done = co_await store_.query(sql::kOfMessage, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

asio::awaitable<Result<std::vector<std::string>>> Journal::recipients_of(MessageId message) const {
  std::vector<std::string> found;
  storage::RowReader reader = [&found](const storage::Row& row) { found.emplace_back(row.text(0)); };
  std::vector<storage::Value> values{message.value};
  Result<void> done = co_await store_.query(sql::kRecipientsOf, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

asio::awaitable<Result<std::vector<StoredEvent>>> Journal::newest(int limit, std::string contains) const {
  std::vector<StoredEvent> found;
  storage::RowReader reader = [&found](const storage::Row& row) {
    found.push_back(read_event(row));
    found.back().message = row.integer(5);
  };
  std::vector<storage::Value> values;
  if (!contains.empty()) values.emplace_back(like_anywhere(contains));
  values.emplace_back(static_cast<std::int64_t>(limit));
  const storage::Statement& statement = contains.empty() ? sql::kNewest : sql::kNewestContaining;
  Result<void> done = co_await store_.query(statement, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

asio::awaitable<Result<Audit>> Journal::audit() const {
  Audit audit;
  storage::RowReader reader = [&audit](const storage::Row& row) {
    const auto count = [&row](int column) { return row.is_null(column) ? 0 : row.integer(column); };
    audit = {count(0), count(1), count(2), count(3), count(4), count(5)};
  };
  std::vector<storage::Value> none;
  Result<void> done = co_await store_.query(sql::kAudit, std::move(none), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return audit;
}

}  // namespace postroad::events
