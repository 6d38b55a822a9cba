// Interventions: mail that nobody tries until it is released.
#include "queue/interventions.h"

namespace postroad::queue {
namespace {

void append_quarantined(storage::Unit& unit, const Interventions::Parts& parts, const spool::DueRecipient& one, const std::string& why) {
  std::string id = make_event_id(parts.clock, parts.random);
  std::string body = events::render_internal(id, events::EventType::kQuarantined, why, one.recipient.address);
  parts.journal.append(unit, {.type = events::EventType::kQuarantined,
                              .ending = events::Ending::kNo,
                              .severity = events::Severity::kNone,
                              .id = std::move(id),
                              .domain = one.message->domain,
                              .message = one.message->id,
                              .recipient = one.recipient.id,
                              .address = one.recipient.address,
                              .body = std::move(body),
                              .transcript = {}});
}

}  // namespace

/// What is held leaves the line, so that the next question finds others.
asio::awaitable<Result<std::int64_t>> Interventions::hold(Scope scope, std::string why) {
  std::int64_t count = 0;
  if (scope.message != MessageId{}) {
    for (RecipientId after{0};;) {
      CO_ASSIGN_OR_RETURN(std::vector<spool::DueRecipient> some, co_await parts_.spool.load_message(scope.message, after, kBatch, spool::Spool::Held::kWithout));
      if (some.empty()) co_return count;
      after = some.back().recipient.id;
      CO_ASSIGN_OR_RETURN(const std::int64_t done, co_await hold_some(std::move(some), why));
      count += done;
    }
  }
  CO_ASSIGN_OR_RETURN(const std::vector<Line> lines, lines_of(scope));
  for (const Line& line : lines) {
    for (std::int64_t done = 1; done > 0;) {
      CO_ASSIGN_OR_RETURN(std::vector<spool::DueRecipient> some, co_await parts_.spool.load_window(line.lane, line.priority, kBatch));
      done = 0;
      if (some.empty()) break;
      CO_ASSIGN_OR_RETURN(done, co_await hold_some(std::move(some), why));
      count += done;
    }
  }
  co_return count;
}

/// One unit for all; when one of them has ended meanwhile, one unit for each.
asio::awaitable<Result<std::int64_t>> Interventions::hold_some(std::vector<spool::DueRecipient> recipients, const std::string& why) {
  const spool::Quarantine quarantine(parts_.store);
  storage::Unit unit;
  std::vector<spool::WithdrawnRecipient> held;
  for (const spool::DueRecipient& one : recipients) {
    quarantine.hold(unit, one.recipient.id, spool::HeldBy::kOperator);
    append_quarantined(unit, parts_, one, why);
    held.push_back({one.recipient.id, one.recipient.lane});
  }
  const std::int64_t count = std::ssize(recipients);
  const Result<WallTime> committed = co_await parts_.store.commit(std::move(unit));
  if (committed) {
    if (parts_.queue != nullptr) parts_.queue->held(std::move(held));
    co_return count;
  }
  if (committed.error().code != ErrorCode::kConflict) co_return std::unexpected(committed.error());
  if (count == 1) co_return 0;
  std::int64_t done = 0;
  for (spool::DueRecipient& one : recipients) {
    std::vector<spool::DueRecipient> alone;
    alone.push_back(std::move(one));
    CO_ASSIGN_OR_RETURN(const std::int64_t some, co_await hold_some(std::move(alone), why));
    done += some;
  }
  co_return done;
}

asio::awaitable<Result<std::int64_t>> Interventions::release(Scope scope) {
  const spool::Quarantine quarantine(parts_.store);
  std::int64_t count = 0;
  for (RecipientId after{0};;) {
    CO_ASSIGN_OR_RETURN(std::vector<spool::HeldRecipient> some, co_await quarantine.held(after, kBatch));
    if (some.empty()) co_return count;
    after = some.back().id;
    std::erase_if(some, [&scope](const spool::HeldRecipient& one) {
      return scope.message != MessageId{} ? one.message != scope.message : !scope.lane.empty() && one.lane != scope.lane;
    });
    CO_ASSIGN_OR_RETURN(const std::int64_t done, co_await release_some(some));
    count += done;
  }
}

asio::awaitable<Result<std::int64_t>> Interventions::release_some(const std::vector<spool::HeldRecipient>& recipients) {
  if (recipients.empty()) co_return 0;
  const spool::Quarantine quarantine(parts_.store);
  storage::Unit unit;
  std::vector<spool::WithdrawnRecipient> released;
  for (const spool::HeldRecipient& one : recipients) {
    quarantine.let_go(unit, one.id);
    released.push_back({one.id, one.lane});
  }
  const std::int64_t count = std::ssize(recipients);
  const Result<WallTime> committed = co_await parts_.store.commit(std::move(unit));
  if (committed) {
    if (parts_.queue != nullptr) parts_.queue->released(std::move(released));
    co_return count;
  }
  if (committed.error().code != ErrorCode::kConflict) co_return std::unexpected(committed.error());
  if (count == 1) co_return 0;  // Another has released or ended it.
  std::int64_t done = 0;
  for (const spool::HeldRecipient& one : recipients) {
    const std::vector<spool::HeldRecipient> alone{one};
    CO_ASSIGN_OR_RETURN(const std::int64_t some, co_await release_some(alone));
    done += some;
  }
  co_return done;
}

}  // namespace postroad::queue
