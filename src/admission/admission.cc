#include "admission/admission.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "admission/batch_compiler.h"
#include "admission/blanks.h"
#include "admission/idempotent_calls.h"
#include "admission/prepared.h"
#include "admission/recipient_variables.h"
#include "base/assert.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace postroad::admission {
namespace {

constexpr int kTestModeCode = 650;  // contract/sending.md §1.2 o:testmode

Error refuse(ErrorCode code, std::string text) { return {code, Permanence::kPermanent, std::move(text)}; }

}  // namespace

Admission::Admission(Clock& clock, Random& random, spool::Spool& spool, const events::Journal& journal,
                     std::string public_url, AdmissionLimits limits)
    : clock_(clock), random_(random), spool_(spool), journal_(journal), public_url_(std::move(public_url)),
      limits_(limits) {}

Result<void> check_may_send(const account::Domain& domain) {
  switch (domain.state) {
    case account::DomainState::kActive:
      return {};
    case account::DomainState::kUnverified:
      return std::unexpected(refuse(
          ErrorCode::kUnauthorized,
          fmt::format("Domain {} is not allowed to send: The domain is unverified and requires DNS configuration. Log "
                      "in to your control panel to view required DNS records.", domain.name)));
    case account::DomainState::kDisabled:
      break;
  }
  return std::unexpected(
      refuse(ErrorCode::kUnauthorized, fmt::format("Domain {} is not allowed to send: disabled", domain.name)));
}

std::string storage_key(MessageId id, std::uint32_t copy) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(static_cast<std::uint64_t>(id.value) >> shift);
  for (int shift = 24; copy != 0 && shift >= 0; shift -= 8) bytes += static_cast<char>(copy >> shift);
  return base64url_encode(bytes);
}

std::optional<StorageKey> read_storage_key(std::string_view key) {
  constexpr std::size_t kMessageBytes = 8, kCopyBytes = 12;
  const std::optional<std::string> bytes = base64url_decode(key);
  if (!bytes || (bytes->size() != kMessageBytes && bytes->size() != kCopyBytes)) return std::nullopt;
  std::uint64_t value = 0;
  std::uint32_t copy = 0;
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    const auto byte = static_cast<unsigned char>((*bytes)[i]);
    if (i < kMessageBytes) value = value << 8 | byte;
    else copy = copy << 8 | byte;
  }
  return StorageKey{MessageId{static_cast<std::int64_t>(value)}, copy};
}

Result<std::string> stored_octets(const spool::Message& message, std::string_view content, std::uint32_t copy,
                                  std::string unsubscribe) {
  if (!message.options.is_batch) {
    if (copy != 0) return fail_permanent(ErrorCode::kNotFound, "Message not found");
    return std::string(content);
  }
  ASSIGN_OR_RETURN(const BatchContent batch, BatchContent::open(content));
  if (copy > batch.copies()) return fail_permanent(ErrorCode::kNotFound, "Message not found");
  ASSIGN_OR_RETURN(const BatchCopy found, batch.copy(std::max(copy, std::uint32_t{1})));
  return batch.render(found, std::move(unsubscribe));
}

std::vector<mail::Mailbox> without_duplicates(std::vector<mail::Mailbox> recipients) {
  std::vector<mail::Mailbox> kept;
  std::unordered_set<std::string> seen;
  for (mail::Mailbox& mailbox : recipients) {
    if (seen.insert(mail::address_text(mailbox)).second) kept.push_back(std::move(mailbox));
  }
  return kept;
}

std::vector<std::pair<std::string, std::string>> Admission::Prepared::kept_fields() const {
  std::vector<std::pair<std::string, std::string>> fields{{"X-Mailgun-Sid", storage_key(id)}};
  for (const std::string& tag : options.tags) fields.emplace_back("X-Mailgun-Tag", tag);
  for (const std::string& campaign : options.campaigns) fields.emplace_back("X-Mailgun-Campaign-Id", campaign);
  // In a batch every copy has its own.
  if (!options.variables.empty() && !recipient_variables) {
    JsonWriter json;
    json.begin_object();
    for (const auto& [name, value] : options.variables) json.field(name, value);
    json.end_object();
    fields.emplace_back("X-Mailgun-Variables", json.take());
  }
  std::erase_if(fields, [this](const auto& field) { return options.suppresses(field.first); });
  return fields;
}

std::string Admission::new_message_id(std::string_view domain) {
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(clock_.wall());
  return fmt::format("{:%Y%m%d%H%M%S}.{}@{}", fmt::gmtime(now.time_since_epoch().count()), random_.hex(8), domain);
}

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

/// Turns the message into one with blanks, and checks on the first copy what the others will be like.
Result<void> Admission::make_batch(Prepared& prepared) const {
  ASSIGN_OR_RETURN(const RecipientVariables variables, RecipientVariables::parse(*prepared.recipient_variables));
  std::size_t longest = 0;
  prepared.copies.reserve(prepared.recipients.size());
  for (const mail::Mailbox& recipient : prepared.recipients) {
    prepared.copies.push_back({recipient, variables.of(recipient)});
    longest = std::max(longest, prepared.copies.back().variables.size());
  }
  auto shown = prepared.options.variables;
  if (prepared.options.suppresses("X-Mailgun-Variables")) shown.clear();
  ASSIGN_OR_RETURN(const BatchContentWriter content, compile_batch(prepared.message, shown));
  // Three octets for one is the most that a transfer encoding makes of a text.
  const std::size_t most = content.bytes() + 3 * content.blanks() * (longest + mail::kMailboxTextBytesMax / 4);
  if (most > limits_.message_bytes_max && content.bytes() <= limits_.message_bytes_max) {
    return std::unexpected(refuse(ErrorCode::kTooLarge, fmt::format("with recipient-variables filled in, a copy could be "
                                                                    "larger than {} bytes", limits_.message_bytes_max)));
  }
  prepared.message = content.finish(prepared.copies);
  ASSIGN_OR_RETURN(const BatchContent batch, BatchContent::open(prepared.message));
  ASSIGN_OR_RETURN(const std::string first, batch.render(prepared.copies.front(), {}));
  prepared.size = first.size();
  return {};
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
  if (prepared.recipient_variables) {
    RETURN_IF_ERROR(make_batch(prepared));
  } else {
    prepared.size = prepared.message.size();
  }
  if (prepared.size > limits_.message_bytes_max) {
    return std::unexpected(refuse(ErrorCode::kTooLarge, fmt::format("message is larger than {} bytes",
                                                                    limits_.message_bytes_max)));
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
  const WallTime due = std::max(now, prepared.options.deliver_at.value_or(now));
  const std::chrono::seconds attempt_for = prepared.options.deliver_within.value_or(
      std::chrono::ceil<std::chrono::minutes>(limits_.attempt_for));
  events::AcceptedFields how{.method = prepared.origin.method,
                             .originating_ip = prepared.origin.address,
                             .api_key_id = prepared.origin.api_key_id,
                             .sender = prepared.sender,
                             .scheduled_for = {}};
  if (due > now) how.scheduled_for = std::chrono::floor<std::chrono::seconds>(due).time_since_epoch().count();
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
                       .expires = due + attempt_for,
                       .attempts = 0,
                       .first_attempt = {},
                       .copy = prepared.copies.empty() ? 0 : static_cast<std::uint32_t>(i + 1),
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
