// Rows, content and events of a message that is ready, whichever way it came.
#include <fmt/format.h>

#include <algorithm>

#include "admission/admission.h"
#include "admission/blanks.h"
#include "admission/idempotent_calls.h"
#include "admission/prepared.h"
#include "admission/priority.h"
#include "base/assert.h"

namespace postroad::admission {
namespace {

constexpr int kTestModeCode = 650;  // contract/sending.md §1.2 o:testmode

}  // namespace

std::string Admission::storage_url(const Prepared& prepared, std::string_view key) const {
  return fmt::format("{}/v3/domains/{}/messages/{}", public_url_, prepared.domain->name, key);
}

events::MessageFacts Admission::facts_of(const Prepared& prepared) const {
  std::string key = storage_key(prepared.id);
  std::string url = storage_url(prepared, key);
  return {.header_from = prepared.header_from,
          .header_to = prepared.header_to,
          .header_subject = prepared.header_subject,
          .message_id = prepared.message_id,
          .attachments = prepared.attachments,
          .size = static_cast<std::int64_t>(prepared.size),
          .tags = prepared.options.tags,
          .campaigns = prepared.options.campaigns,
          .user_variables = prepared.options.variables,
          .storage_key = std::move(key),
          .storage_url = std::move(url),
          .batch_id = prepared.copies.empty() ? std::string() : storage_key(prepared.id),
          .is_authenticated = prepared.origin.authenticated,
          .is_test_mode = prepared.options.test_mode.value_or(false)};
}

/// What the events of one copy have of their own. `facts` is the caller's, to be used again for the next.
events::SharedFields Admission::copy_fields(const Prepared& prepared, std::size_t index,
                                            events::MessageFacts& facts) const {
  if (prepared.copies.empty()) return {};
  const BatchCopy& copy = prepared.copies[index];
  facts.header_to = mail::format_mailbox(copy.recipient);
  facts.storage_key = storage_key(prepared.id, static_cast<std::uint32_t>(index + 1));
  facts.storage_url = storage_url(prepared, facts.storage_key);
  std::size_t blanks = count_blanks(prepared.header_subject);
  for (const auto& [name, value] : prepared.options.variables) blanks += count_blanks(value);
  if (blanks != 0) {
    const Blanks fill(copy.recipient, copy.variables, {});
    facts.header_subject = fill.fill(prepared.header_subject);
    for (std::size_t i = 0; i < facts.user_variables.size(); ++i) {
      facts.user_variables[i].second = fill.fill(prepared.options.variables[i].second);
    }
  }
  return events::render_copy_fields(facts);
}

/// Rows, content and events of a message that is ready.
Result<Accepted> Admission::accept(storage::Unit& unit, Prepared prepared) {
  PR_ASSERT(!prepared.recipients.empty());
  if (!prepared.options.priority) {
    prepared.options.priority = priority_by_shape(mail::HeaderBlock::scan(prepared.message), prepared.recipients.size());
  }
  if (prepared.recipient_variables) {
    RETURN_IF_ERROR(make_batch(prepared));
  } else {
    prepared.size = prepared.message.size();
  }
  if (prepared.size > limits_.message_bytes_max) {
    return fail_permanent(ErrorCode::kTooLarge, fmt::format("message is larger than {} bytes",
                                                                    limits_.message_bytes_max));
  }
  if (prepared.idempotent) add_idempotent_call(unit, prepared.domain->id, *prepared.idempotent, prepared.message_id, clock_.wall());
  events::MessageFacts facts = facts_of(prepared);
  const bool batch = !prepared.copies.empty();
  const events::SharedFields shared = batch ? events::render_batch_fields(facts) : events::render_shared_fields(facts);
  std::vector<spool::Recipient> waiting = accept_recipients(unit, prepared, facts, shared);

  Accepted accepted{prepared.id, prepared.message_id, prepared.recipients.size()};
  const SendOptions& options = prepared.options;
  spool::Message message{.id = prepared.id,
                         .domain = prepared.domain->id,
                         .message_id = std::move(prepared.message_id),
                         .sender = std::move(prepared.sender),
                         .method = std::move(prepared.origin.method),
                         .location = 0,
                         .bytes = 0,
                         .options = {.sign_dkim = options.sign_dkim.value_or(true),
                                     .is_batch = batch,
                                     .require_tls = options.require_tls.value_or(false),
                                     .skip_verification = options.skip_verification.value_or(false),
                                     .show_sending_ip = !options.suppresses("X-Mailgun-Sending-Ip")},
                         .facts_message = shared.message,
                         .facts_rest = shared.rest,
                         .accepted = clock_.wall(),
                         .content = nullptr};
  spool_.add(unit, std::move(message), std::move(prepared.message), std::move(waiting));
  return accepted;
}

/// An `accepted` event for each recipient; the answer are those that wait for delivery.
std::vector<spool::Recipient> Admission::accept_recipients(storage::Unit& unit, const Prepared& prepared,
                                                           events::MessageFacts& facts,
                                                           const events::SharedFields& shared) {
  const WallTime now = clock_.wall();
  const WallTime asked = std::max(now, prepared.options.deliver_at.value_or(now));
  const WallTime due = limits_.warp.of(now, asked);
  std::chrono::seconds attempt_for = limits_.attempt_for;
  if (prepared.options.deliver_within) attempt_for = *prepared.options.deliver_within;
  events::AcceptedFields how{.method = prepared.origin.method,
                             .originating_ip = prepared.origin.address,
                             .api_key_id = prepared.origin.api_key_id,
                             .sender = prepared.sender,
                             .scheduled_for = {}};
  if (asked > now) how.scheduled_for = std::chrono::floor<std::chrono::seconds>(asked).time_since_epoch().count();
  const events::AcceptedEvents accepted(how, shared);

  std::vector<spool::Recipient> waiting;
  waiting.reserve(prepared.recipients.size());
  for (std::size_t i = 0; i < prepared.recipients.size(); ++i) {
    const RecipientId id = spool_.new_recipient_id();
    std::string address = mail::address_text(prepared.recipients[i]);
    events::SharedFields copy = copy_fields(prepared, i, facts);
    std::string event_id = make_event_id(clock_, random_);
    std::string body = accepted.body(event_id, address, copy);
    journal_.append(unit, {.type = events::EventType::kAccepted,
                           .ending = events::Ending::kNo,
                           .severity = events::Severity::kNone,
                           .id = std::move(event_id),
                           .domain = prepared.domain->id,
                           .message = prepared.id,
                           .recipient = id,
                           .address = address,
                           .body = std::move(body),
                           .transcript = {}});
    if (facts.is_test_mode) {
      append_test_delivery(unit, prepared, events::joined(copy, shared), id, address);
      continue;
    }
    waiting.push_back({.id = id,
                       .address = std::move(address),
                       .lane = prepared.recipients[i].domain,
                       .due = due,
                       .expires = due + limits_.warp.of(attempt_for),
                       .attempts = 0,
                       .first_attempt = {},
                       .copy = prepared.copies.empty() ? 0 : static_cast<std::uint32_t>(i + 1),
                       .priority = *prepared.options.priority,
                       .facts_message = std::move(copy.message),
                       .facts_rest = std::move(copy.rest)});
  }
  return waiting;
}

void Admission::append_test_delivery(storage::Unit& unit, const Prepared& prepared, const events::SharedFields& fields,
                                     RecipientId recipient, const std::string& address) const {
  std::string id = make_event_id(clock_, random_);
  events::DeliveryStatus status;
  status.code = kTestModeCode;
  status.message = "Test mode: accepted, not transmitted";
  const events::EnvelopeFields envelope{.sender = prepared.sender, .transport = "smtp", .targets = address, .sending_ip = {}};
  std::string body = events::render_delivered(id, envelope, status, fields, address, prepared.origin.method, {});
  journal_.append(unit, {.type = events::EventType::kDelivered,
                         .ending = events::Ending::kYes,
                         .severity = events::Severity::kNone,
                         .id = std::move(id),
                         .domain = prepared.domain->id,
                         .message = prepared.id,
                         .recipient = recipient,
                         .address = address,
                         .body = std::move(body),
                         .transcript = {}});
}

}  // namespace postroad::admission
