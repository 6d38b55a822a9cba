#include "queue/interventions.h"

namespace postroad::queue {

using enum spool::Spool::Held;

namespace {

std::vector<spool::WithdrawnRecipient> ids_of(const std::vector<spool::DueRecipient>& recipients) {
  std::vector<spool::WithdrawnRecipient> ids;
  for (const spool::DueRecipient& one : recipients) ids.push_back({one.recipient.id, one.recipient.lane});
  return ids;
}

Outcome ended_by_hand(RecipientId recipient, const std::string& why) {
  Outcome outcome;
  outcome.recipient = recipient;
  outcome.kind = Outcome::Kind::kBounced;
  outcome.status.message = why;
  outcome.attempted = false;
  return outcome;
}

}  // namespace

Result<std::vector<Interventions::Line>> Interventions::lines_of(const Scope& scope) const {
  ASSIGN_OR_RETURN(const std::vector<spool::LaneSummary> lanes, parts_.spool.lanes());
  std::vector<Line> lines;
  for (const spool::LaneSummary& one : lanes) {
    if (scope.lane.empty() || scope.lane == one.lane) lines.push_back({one.lane, one.priority});
  }
  return lines;
}

asio::awaitable<Result<std::int64_t>> Interventions::retry(Scope scope) {
  const WallTime now = parts_.clock.wall();
  if (scope.message != MessageId{}) co_return co_await retry_message(scope.message, now);
  CO_ASSIGN_OR_RETURN(const std::vector<Line> lines, lines_of(scope));
  std::int64_t count = 0;
  for (const Line& line : lines) {
    CO_ASSIGN_OR_RETURN(const std::int64_t some, co_await retry_line(line, now));
    count += some;
  }
  co_return count;
}

/// Each unit takes its recipients out of what is due later, so that the next question finds others.
asio::awaitable<Result<std::int64_t>> Interventions::retry_line(Line line, WallTime now) {
  for (std::int64_t count = 0;;) {
    CO_ASSIGN_OR_RETURN(const std::vector<RecipientId> later, co_await parts_.spool.due_later(line.lane, line.priority, now, kBatch));
    if (later.empty()) co_return count;
    std::vector<spool::WithdrawnRecipient> recipients;
    for (const RecipientId id : later) recipients.push_back({id, line.lane});
    CO_ASSIGN_OR_RETURN(const std::int64_t some, co_await make_due(std::move(recipients), now));
    count += some;
  }
}

asio::awaitable<Result<std::int64_t>> Interventions::retry_message(MessageId message, WallTime now) {
  std::int64_t count = 0;
  for (RecipientId after{0};;) {
    CO_ASSIGN_OR_RETURN(std::vector<spool::DueRecipient> some, co_await parts_.spool.load_message(message, after, kBatch, kWithout));
    if (some.empty()) co_return count;
    after = some.back().recipient.id;
    std::erase_if(some, [now](const spool::DueRecipient& one) { return one.recipient.due <= now; });
    CO_ASSIGN_OR_RETURN(const std::int64_t done, co_await make_due(ids_of(some), now));
    count += done;
  }
}

asio::awaitable<Result<std::int64_t>> Interventions::make_due(std::vector<spool::WithdrawnRecipient> recipients, WallTime now) {
  if (recipients.empty()) co_return 0;
  storage::Unit unit;
  for (const spool::WithdrawnRecipient& one : recipients) parts_.spool.make_due(unit, one.id, now);
  const Result<WallTime> committed = co_await parts_.store.commit(std::move(unit));
  if (!committed) co_return std::unexpected(committed.error());
  const std::int64_t count = std::ssize(recipients);
  if (parts_.queue != nullptr) parts_.queue->rows_changed(std::move(recipients));
  co_return count;
}

asio::awaitable<Result<std::int64_t>> Interventions::bounce(Scope scope, std::string why) {
  if (scope.message != MessageId{}) co_return co_await bounce_message(scope.message, why);
  CO_ASSIGN_OR_RETURN(const std::vector<Line> lines, lines_of(scope));
  std::int64_t count = 0;
  for (const Line& line : lines) {
    CO_ASSIGN_OR_RETURN(const std::int64_t some, co_await bounce_line(line, why));
    count += some;
  }
  co_return count;
}

/// Whatever is in the line until it is empty: what is accepted meanwhile, too. A round that ends nothing is the last: others end
/// the same recipients at this moment.
asio::awaitable<Result<std::int64_t>> Interventions::bounce_line(Line line, const std::string& why) {
  for (std::int64_t count = 0;;) {
    CO_ASSIGN_OR_RETURN(std::vector<spool::DueRecipient> some, co_await parts_.spool.load_window(line.lane, line.priority, kBatch));
    if (some.empty()) co_return count;
    CO_ASSIGN_OR_RETURN(const std::int64_t done, co_await end(std::move(some), why));
    count += done;
    if (done == 0) co_return count;
  }
}

asio::awaitable<Result<std::int64_t>> Interventions::bounce_message(MessageId message, const std::string& why) {
  std::int64_t count = 0;
  for (RecipientId after{0};;) {
    CO_ASSIGN_OR_RETURN(std::vector<spool::DueRecipient> some, co_await parts_.spool.load_message(message, after, kBatch, kWith));
    if (some.empty()) co_return count;
    after = some.back().recipient.id;
    CO_ASSIGN_OR_RETURN(const std::int64_t done, co_await end(std::move(some), why));
    count += done;
  }
}

/// One unit for all; when one of them has ended meanwhile, one unit for each.
asio::awaitable<Result<std::int64_t>> Interventions::end(std::vector<spool::DueRecipient> recipients, const std::string& why) {
  storage::Unit unit;
  for (const spool::DueRecipient& one : recipients) {
    const Job job{.message = one.message, .lane = one.recipient.lane, .recipients = {one.recipient}};
    (void)parts_.writer.write(unit, job, {ended_by_hand(one.recipient.id, why)});
  }
  std::vector<spool::WithdrawnRecipient> gone = ids_of(recipients);
  const std::int64_t count = std::ssize(recipients);
  const Result<WallTime> committed = co_await parts_.store.commit(std::move(unit));
  if (committed) {
    if (parts_.queue != nullptr) parts_.queue->withdrew(std::move(gone));
    co_return count;
  }
  if (committed.error().code != ErrorCode::kConflict) co_return std::unexpected(committed.error());
  if (count == 1) co_return 0;
  std::int64_t ended = 0;
  for (spool::DueRecipient& one : recipients) {
    std::vector<spool::DueRecipient> alone;
    alone.push_back(std::move(one));
    CO_ASSIGN_OR_RETURN(const std::int64_t some, co_await end(std::move(alone), why));
    ended += some;
  }
  co_return ended;
}

asio::awaitable<Result<std::int64_t>> Interventions::count(Scope scope) {
  std::int64_t count = 0;
  if (scope.message == MessageId{}) {
    CO_ASSIGN_OR_RETURN(const std::vector<spool::LaneSummary> lanes, parts_.spool.lanes());
    for (const spool::LaneSummary& one : lanes) {
      if (scope.lane.empty() || scope.lane == one.lane) count += one.recipients;
    }
    co_return count;
  }
  for (RecipientId after{0};;) {
    CO_ASSIGN_OR_RETURN(const std::vector<spool::DueRecipient> some, co_await parts_.spool.load_message(scope.message, after, kBatch, kWith));
    if (some.empty()) co_return count;
    after = some.back().recipient.id;
    count += std::ssize(some);
  }
}

}  // namespace postroad::queue
