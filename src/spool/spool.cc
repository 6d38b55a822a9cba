#include "spool/spool.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "spool/rows.h"
#include "spool/spool_repository.h"

namespace postroad::spool {
namespace {

storage::Expectation not_ended_before(RecipientId id) {
  return {storage::Expectation::Rows::kExactlyOne,
          Error{ErrorCode::kConflict, Permanence::kPermanent, fmt::format("recipient {} has ended before", id.value)}};
}

}  // namespace

std::string_view priority_name(Priority priority) { return priority == Priority::kHigh ? "high" : "bulk"; }

std::shared_ptr<const std::string> ContentBudget::try_share(const std::string& content) {
  const std::size_t bytes = content.size();
  if (used_->fetch_add(bytes, std::memory_order_relaxed) + bytes > kBytesMax) {
    used_->fetch_sub(bytes, std::memory_order_relaxed);
    return nullptr;
  }
  return {new std::string(content), [used = used_, bytes](const std::string* held) {
            used->fetch_sub(bytes, std::memory_order_relaxed);
            delete held;
          }};
}

void Spool::add(storage::Unit& unit, Message message, std::string content, std::vector<Recipient> recipients) {
  PR_ASSERT(recipients.size() <= kRecipientsPerUnitMax);
  message.bytes = static_cast<std::int64_t>(content.size());
  if (!recipients.empty()) message.content = budget_.try_share(content);
  const std::size_t index = unit.keep(std::move(content));
  unit.add(sql::kInsertMessage,
           {message.id.value, message.domain.value, message.message_id, message.sender, message.method,
            storage::ContentLocation{index}, message.bytes, message.options.bits(), message.facts_message,
            message.facts_rest, storage::CommitTime{}});
  for (const Recipient& recipient : recipients) {
    unit.add(sql::kInsertRecipient,
             {recipient.id.value, message.id.value, recipient.address, recipient.lane, number(recipient.due),
              number(recipient.expires), std::int64_t{recipient.attempts}, number(recipient.first_attempt),
              std::int64_t{recipient.copy}, static_cast<std::int64_t>(recipient.priority), recipient.facts_message,
              recipient.facts_rest});
  }
  if (recipients.empty() || listener_ == nullptr) return;
  auto shared = std::make_shared<Message>(std::move(message));
  unit.after_commit([listener = listener_, shared, recipients = std::move(recipients), index](
                        WallTime committed, std::span<const std::int64_t> locations) mutable {
    shared->accepted = committed;
    shared->location = locations[index];
    std::vector<DueRecipient> due;
    due.reserve(recipients.size());
    for (Recipient& recipient : recipients) due.push_back({shared, std::move(recipient)});
    listener->became_due(std::move(due));
  });
}

void Spool::end_recipient(storage::Unit& unit, RecipientId id) const {
  unit.add(sql::kEndRecipient, {id.value}, not_ended_before(id));
}

void Spool::withdraw_recipients(storage::Unit& unit, std::vector<WithdrawnRecipient> recipients) const {
  for (const WithdrawnRecipient& recipient : recipients) end_recipient(unit, recipient.id);
  if (listener_ == nullptr) return;
  unit.after_commit([listener = listener_, recipients = std::move(recipients)](WallTime, std::span<const std::int64_t>) {
    listener->withdrew(recipients);
  });
}

void Spool::hide(storage::Unit& unit, MessageId id) const {
  unit.add(sql::kHide, {id.value},
           {storage::Expectation::Rows::kExactlyOne,
            Error{ErrorCode::kNotFound, Permanence::kPermanent, "Message not found"}});
}

void Spool::defer_recipient(storage::Unit& unit, const Recipient& recipient) const {
  unit.add(sql::kDeferRecipient,
           {number(recipient.due), std::int64_t{recipient.attempts}, number(recipient.first_attempt), recipient.id.value},
           not_ended_before(recipient.id));
}

Result<std::vector<LaneSummary>> Spool::lanes() const {
  std::vector<LaneSummary> found;
  RETURN_IF_ERROR(store_.query_now(sql::kLanes, {}, [&found](const storage::Row& row) {
    found.push_back({std::string(row.text(0)), priority_of(row.integer(1)), wall(row.integer(2)), row.integer(3)});
  }));
  return found;
}

namespace {
/// Recipients of one message that stand together share it.
storage::RowReader reader_into(std::vector<DueRecipient>& found) {
  return [&found](const storage::Row& row) {
    const bool same = !found.empty() && found.back().message->id.value == row.integer(0);
    MessagePtr message = same ? found.back().message : std::make_shared<Message>(read_message(row));
    found.push_back({std::move(message), read_recipient(row, kMessageColumns)});
  };
}
}  // namespace

asio::awaitable<Result<std::vector<DueRecipient>>> Spool::load_message(MessageId message, RecipientId after, std::int64_t limit, Held held) const {
  std::vector<DueRecipient> found;
  storage::RowReader reader = reader_into(found);
  std::vector<storage::Value> values{message.value, after.value, std::int64_t{held == Held::kWith ? INT8_MAX : 0}, limit};
  Result<void> done = co_await store_.query(sql::kWindowOfMessage, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

asio::awaitable<Result<std::vector<RecipientId>>> Spool::due_later(std::string lane, Priority priority, WallTime time,
                                                                   std::int64_t limit) const {
  std::vector<RecipientId> found;
  storage::RowReader reader = [&found](const storage::Row& row) { found.push_back(RecipientId{row.integer(0)}); };
  std::vector<storage::Value> values{std::move(lane), static_cast<std::int64_t>(priority), time.time_since_epoch().count(), limit};
  Result<void> done = co_await store_.query(sql::kDueLater, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

void Spool::make_due(storage::Unit& unit, RecipientId id, WallTime time) const {
  unit.add(sql::kMakeDue, {time.time_since_epoch().count(), id.value});
}

asio::awaitable<Result<std::vector<DueRecipient>>> Spool::load_window(std::string lane, Priority priority,
                                                                       std::int64_t limit) const {
  std::vector<DueRecipient> found;
  storage::RowReader reader = reader_into(found);
  std::vector<storage::Value> values{std::move(lane), static_cast<std::int64_t>(priority), limit};
  Result<void> done = co_await store_.query(sql::kWindow, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

asio::awaitable<Result<std::optional<DueRecipient>>> Spool::find_waiting(RecipientId id) const {
  std::optional<DueRecipient> found;
  storage::RowReader reader = [&found](const storage::Row& row) {
    found = DueRecipient{std::make_shared<Message>(read_message(row)), read_recipient(row, kMessageColumns)};
  };
  std::vector<storage::Value> values{id.value};
  Result<void> done = co_await store_.query(sql::kFindWaiting, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

Result<std::shared_ptr<const std::string>> Spool::content(const Message& message) const {
  if (message.content != nullptr) return message.content;
  if (std::shared_ptr<const std::string> recent = recent_.find(message.id)) return recent;
  ASSIGN_OR_RETURN(std::string bytes, store_.read_content(message.location));
  auto content = std::make_shared<const std::string>(std::move(bytes));
  recent_.keep(message.id, content);
  return content;
}

asio::awaitable<Result<Message>> Spool::find(MessageId id) const {
  std::optional<Message> found;
  storage::RowReader reader = [&found](const storage::Row& row) { found = read_message(row); };
  std::vector<storage::Value> values{id.value};
  Result<void> done = co_await store_.query(sql::kFindMessage, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  if (!found) co_return fail_permanent(ErrorCode::kNotFound, "Message not found");
  co_return *std::move(found);
}

asio::awaitable<Result<std::vector<WaitingRecipient>>> Spool::waiting_of(DomainId domain, RecipientId after,
                                                                         std::int64_t limit) const {
  std::vector<WaitingRecipient> found;
  storage::RowReader reader = [&found](const storage::Row& row) {
    found.push_back({RecipientId{row.integer(0)}, MessageId{row.integer(1)}, std::string(row.text(2)),
                     std::string(row.text(3))});
  };
  std::vector<storage::Value> values{domain.value, after.value, limit};
  Result<void> done = co_await store_.query(sql::kWaitingOfDomain, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

asio::awaitable<Result<std::vector<StoredMessage>>> Spool::newest(std::int64_t limit, MessageId before) const {
  std::vector<StoredMessage> found;
  storage::RowReader reader = [&found](const storage::Row& row) {
    found.push_back({read_message(row), row.integer(kMessageColumns)});
  };
  std::vector<storage::Value> values{before.value, limit};
  Result<void> done = co_await store_.query(sql::kNewest, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return found;
}

asio::awaitable<Result<std::optional<WallTime>>> Spool::time_of_newest(std::int64_t count) const {
  std::optional<WallTime> last, beyond;
  storage::RowReader reader = [&last](const storage::Row& row) { last = wall(row.integer(0)); };
  std::vector<storage::Value> values{count - 1};
  CO_RETURN_IF_ERROR(co_await store_.query(sql::kNthNewest, std::move(values), std::move(reader)));
  storage::RowReader more = [&beyond](const storage::Row& row) { beyond = wall(row.integer(0)); };
  std::vector<storage::Value> next{count};
  CO_RETURN_IF_ERROR(co_await store_.query(sql::kNthNewest, std::move(next), std::move(more)));
  co_return beyond ? last : std::nullopt;
}

asio::awaitable<Result<std::int64_t>> Spool::recall_retries(WallTime now, WallTime beyond) {
  std::vector<std::int64_t> found;
  storage::RowReader reader = [&found](const storage::Row& row) { found.push_back(row.integer(0)); };
  std::vector<storage::Value> values{number(beyond), kRecallBatch};
  Result<void> done = co_await store_.query(sql::kRetriesBeyond, std::move(values), std::move(reader));
  if (!done) co_return std::unexpected(std::move(done).error());
  if (found.empty()) co_return 0;
  storage::Unit unit;
  for (const std::int64_t id : found) unit.add(sql::kRecallRetry, {number(now), id, number(beyond)});
  Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(std::move(committed).error());
  co_return static_cast<std::int64_t>(found.size());
}

asio::awaitable<Result<std::vector<Spool::Released>>> Spool::next_ended(ReleaseRound& round) {
  std::vector<Released> ended;
  std::int64_t looked_at = 0;
  if (!round.hidden_gone) {
    storage::RowReader reader = [&](const storage::Row& row) { ended.push_back({row.integer(0), row.integer(1)}); };
    std::vector<storage::Value> values{kReleaseBatch};
    CO_RETURN_IF_ERROR(co_await store_.query(sql::kHiddenAndEnded, std::move(values), std::move(reader)));
    round.hidden_gone = static_cast<std::int64_t>(ended.size()) < kReleaseBatch;
    if (!ended.empty()) co_return ended;
  }
  storage::RowReader reader = [&](const storage::Row& row) {
    ++looked_at;
    round.id = MessageId{row.integer(0)};
    round.accepted = wall(row.integer(2));
    if (row.integer(3) == 0) ended.push_back({row.integer(0), row.integer(1)});
  };
  std::vector<storage::Value> values{number(round.before), number(round.accepted), round.id.value, kReleaseBatch};
  CO_RETURN_IF_ERROR(co_await store_.query(sql::kEnded, std::move(values), std::move(reader)));
  round.done = looked_at < kReleaseBatch;
  co_return ended;
}

asio::awaitable<Result<std::int64_t>> Spool::release_ended(ReleaseRound& round) {
  CO_ASSIGN_OR_RETURN(const std::vector<Released> ended, co_await next_ended(round));
  if (ended.empty()) co_return 0;
  storage::Unit unit;
  for (const Released& one : ended) {
    unit.add(sql::kDeleteMessage, {one.id});
    unit.release(one.location);
  }
  CO_RETURN_IF_ERROR(co_await store_.commit(std::move(unit)));
  co_return static_cast<std::int64_t>(ended.size());
}

}  // namespace postroad::spool
