#include "queue/outcome_writer.h"

#include <algorithm>

#include "base/assert.h"

namespace postroad::queue {
namespace {

constexpr int kTooOldCode = 602;  // contract/events.md §2.5

events::EnvelopeFields envelope_of(const Job& job, const spool::Recipient& recipient, const Outcome& outcome) {
  return {.sender = job.message->sender, .transport = "smtp", .targets = recipient.address,
          .sending_ip = outcome.sending_ip};
}

double seconds_between(WallTime from, WallTime to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

std::vector<Written> OutcomeWriter::write(storage::Unit& unit, const Job& job, std::vector<Outcome> outcomes) const {
  std::vector<Written> written;
  written.reserve(job.recipients.size());
  for (const spool::Recipient& recipient : job.recipients) {
    const auto found = std::ranges::find(outcomes, recipient.id, &Outcome::recipient);
    PR_ASSERT(found != outcomes.end());
    written.push_back(write_one(unit, job, recipient, *found));
  }
  return written;
}

Written OutcomeWriter::write_one(storage::Unit& unit, const Job& job, spool::Recipient recipient,
                                 Outcome& outcome) const {
  if (outcome.kind == Outcome::Kind::kHeld) return {std::move(recipient), Written::Fate::kHeld};
  const WallTime now = clock_.wall();
  if (outcome.attempted) ++recipient.attempts;
  if (recipient.first_attempt == WallTime{}) recipient.first_attempt = now;
  events::DeliveryStatus& status = outcome.status;
  status.attempt_no = recipient.attempts;
  status.first_attempt_seconds = std::max(0.0, seconds_between(job.message->accepted, recipient.first_attempt));

  const events::SharedFields shared = events::joined({recipient.facts_message, recipient.facts_rest},
                                                     {job.message->facts_message, job.message->facts_rest});
  const events::EnvelopeFields envelope = envelope_of(job, recipient, outcome);
  std::string id = make_event_id(clock_, random_);

  if (outcome.kind == Outcome::Kind::kRejected) {
    std::string body = events::render_rejected(id, outcome.reason, status.message, shared, recipient.address);
    spool_.end_recipient(unit, recipient.id);
    append(unit, job, recipient, outcome, events::EventType::kRejected, events::Severity::kNone, std::move(id),
           std::move(body));
    return {std::move(recipient), Written::Fate::kEnded};
  }

  if (outcome.kind == Outcome::Kind::kDelivered) {
    std::string body = events::render_delivered(id, envelope, status, shared, recipient.address, job.message->method,
                                                outcome.dkim_domain);
    spool_.end_recipient(unit, recipient.id);
    append(unit, job, recipient, outcome, events::EventType::kDelivered, events::Severity::kNone, std::move(id),
           std::move(body));
    return {std::move(recipient), Written::Fate::kEnded};
  }

  if (outcome.kind == Outcome::Kind::kDeferred) {
    const WallTime expires = recipient.expires + watch_.set_ahead_since(job.message->accepted);
    const RetryDecision retry = decide_retry(schedule_, recipient.attempts, now, expires);
    if (!retry.give_up) {
      status.retry_seconds = retry.wait.count();
      std::string body = events::render_failed(id, events::Severity::kTemporary, outcome.reason, envelope, status,
                                               shared, recipient.address);
      recipient.due = retry.due;
      recipient.crashes = 0;  // It came to an end.
      spool_.defer_recipient(unit, recipient);
      append(unit, job, recipient, outcome, events::EventType::kFailed, events::Severity::kTemporary, std::move(id),
             std::move(body));
      return {std::move(recipient), Written::Fate::kWaits};
    }
    status.description = status.message;
    status.message = "Too old";
    status.code = kTooOldCode;
    outcome.reason = "old";
  }

  std::string body = events::render_failed(id, events::Severity::kPermanent, outcome.reason, envelope, status, shared,
                                           recipient.address);
  spool_.end_recipient(unit, recipient.id);
  append(unit, job, recipient, outcome, events::EventType::kFailed, events::Severity::kPermanent, std::move(id),
         std::move(body));
  return {std::move(recipient), Written::Fate::kEnded};
}

void OutcomeWriter::append(storage::Unit& unit, const Job& job, const spool::Recipient& recipient, Outcome& outcome,
                           events::EventType type, events::Severity severity, std::string id, std::string body) const {
  const bool ends = severity != events::Severity::kTemporary;
  journal_.append(unit, {.type = type,
                         .ending = ends ? events::Ending::kYes : events::Ending::kNo,
                         .severity = severity,
                         .id = std::move(id),
                         .domain = job.message->domain,
                         .message = job.message->id,
                         .recipient = recipient.id,
                         .address = recipient.address,
                         .body = std::move(body),
                         .transcript = std::move(outcome.transcript)});
}

}  // namespace postroad::queue
