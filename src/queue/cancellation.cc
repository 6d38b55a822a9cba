#include "queue/cancellation.h"

namespace postroad::queue {
namespace {
constexpr std::string_view kReason = "the domain's envelopes were deleted";
}

asio::awaitable<Result<std::int64_t>> Cancellation::cancel_all(DomainId domain) {
  std::int64_t canceled = 0;
  for (RecipientId after{0};;) {
    Result<std::vector<spool::WaitingRecipient>> waiting = co_await spool_.waiting_of(domain, after, kBatch);
    if (!waiting) co_return std::unexpected(std::move(waiting).error());
    if (waiting->empty()) co_return canceled;
    after = waiting->back().id;
    Result<std::int64_t> done = co_await cancel(domain, *std::move(waiting));
    if (!done) co_return done;
    canceled += *done;
  }
}

/// One unit for all; when one of them has ended meanwhile, one unit for each.
asio::awaitable<Result<std::int64_t>> Cancellation::cancel(DomainId domain,
                                                           std::vector<spool::WaitingRecipient> recipients) {
  storage::Unit unit;
  std::vector<spool::WithdrawnRecipient> withdrawn;
  for (const spool::WaitingRecipient& one : recipients) withdrawn.push_back({one.id, one.lane});
  spool_.withdraw_recipients(unit, std::move(withdrawn));
  for (const spool::WaitingRecipient& one : recipients) {
    std::string id = make_event_id(clock_, random_);
    std::string body = events::render_internal(id, events::EventType::kCanceled, kReason, one.address);
    journal_.append(unit, {.type = events::EventType::kCanceled,
                           .ending = events::Ending::kYes,
                           .severity = events::Severity::kNone,
                           .id = std::move(id),
                           .domain = domain,
                           .message = one.message,
                           .recipient = one.id,
                           .address = one.address,
                           .body = std::move(body),
                           .transcript = {}});
  }
  const auto count = static_cast<std::int64_t>(recipients.size());
  Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (committed) co_return count;
  if (committed.error().code != ErrorCode::kConflict) co_return std::unexpected(std::move(committed).error());
  if (count == 1) co_return 0;
  std::int64_t canceled = 0;
  for (spool::WaitingRecipient& one : recipients) {
    std::vector<spool::WaitingRecipient> alone{std::move(one)};
    Result<std::int64_t> done = co_await cancel(domain, std::move(alone));
    if (!done) co_return done;
    canceled += *done;
  }
  co_return canceled;
}

}  // namespace postroad::queue
