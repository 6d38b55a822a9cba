#include "queue/crash_guard.h"

#include <algorithm>
#include <set>

#include "base/log.h"

namespace postroad::queue {
namespace {

spool::AttemptRange range_of(const Job& job) {
  const auto [first, last] = std::ranges::minmax(job.recipients, {}, [](const spool::Recipient& one) { return one.id.value; });
  return {job.message->id, first.id, last.id};
}

bool was_one_apart(const std::vector<LeftAttempt>& left) {
  return std::ranges::find(left, Trial::kAlone, &LeftAttempt::trial) != left.end();
}

}  // namespace

std::vector<spool::AttemptRange> charged_with(const std::vector<LeftAttempt>& left) {
  const bool one_was_apart = was_one_apart(left);
  std::vector<spool::AttemptRange> charged;
  for (const LeftAttempt& one : left) {
    if (one.trial != Trial::kLate || !one_was_apart) charged.push_back(one.range);
  }
  return charged;
}

/// With the former process's end.
std::int64_t CrashGuard::kills_in_a_row() const {
  const bool one_was_apart = was_one_apart(attempts_->left());
  return last_end_ == LastEnd::kKilled && one_was_apart ? attempts_->kills_in_a_row() + 1 : 0;
}

asio::awaitable<Result<void>> CrashGuard::charge() {
  const std::int64_t kills = kills_in_a_row();
  const bool counts = last_end_ != LastEnd::kKilled || kills >= kKillsMax;
  const std::vector<spool::AttemptRange> charged = charged_with(attempts_->left());
  if (!charged.empty()) {
    storage::Unit unit;
    for (const spool::AttemptRange& range : charged) {
      counts ? quarantine_.charge_crash(unit, range, clock_.wall()) : quarantine_.suspect(unit, range, clock_.wall());
    }
    Result<WallTime> committed = co_await store_.commit(std::move(unit));
    if (!committed) co_return std::unexpected(std::move(committed).error());
    log::warn("ended_while_delivering",
              {{"attempts", std::ssize(charged)}, {"end", last_end_ == LastEnd::kKilled ? "killed" : "fault"}, {"next", "they are tried first, apart from other mail"}});
  }
  attempts_->clear(kills);
  for (std::size_t held = 1; held > 0;) {
    Result<std::size_t> some = co_await hold_some();
    if (!some) co_return std::unexpected(std::move(some).error());
    held = *some;
  }
  co_return Result<void>{};
}

asio::awaitable<Result<std::size_t>> CrashGuard::hold_some() {
  Result<std::vector<spool::HeldRecipient>> found = co_await quarantine_.to_be_held(kCrashesMax, kBatch);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (found->empty()) co_return 0;
  storage::Unit unit;
  std::set<std::string> messages;
  for (const spool::HeldRecipient& one : *found) {
    quarantine_.hold(unit, one.id, spool::HeldBy::kCrashes);
    std::string id = make_event_id(clock_, random_);
    std::string body = events::render_internal(id, events::EventType::kQuarantined, kReason, one.address);
    journal_.append(unit, {.type = events::EventType::kQuarantined,
                           .ending = events::Ending::kNo,
                           .severity = events::Severity::kNone,
                           .id = std::move(id),
                           .domain = one.domain,
                           .message = one.message,
                           .recipient = one.id,
                           .address = one.address,
                           .body = std::move(body),
                           .transcript = {}});
    messages.insert(one.message_id);
  }
  Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(std::move(committed).error());
  for (const std::string& message : messages) {
    log::error("message_held", {{"message", message}, {"why", kReason}, {"next", "postroad queue held; postroad queue release --message ID"}});
  }
  co_return found->size();
}

std::size_t CrashGuard::began(const Job& job, Trial trial) { return attempts_->began(range_of(job), trial); }

}  // namespace postroad::queue
