#include "admission/admission.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstring>
#include <unordered_set>

#include "admission/prepared.h"
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

std::vector<std::string> normal_tags(const std::vector<std::string>& tags) {
  std::vector<std::string> kept;
  std::unordered_set<std::string> seen;
  for (const std::string& tag : tags) {
    std::string ascii;
    for (const char c : tag) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x20 && byte < 0x7f && ascii.size() < Admission::kTagBytesMax) ascii += c;
    }
    ascii = trim(ascii);
    if (ascii.empty() || kept.size() == Admission::kTagsMax || !seen.insert(ascii_lower(ascii)).second) continue;
    kept.push_back(std::move(ascii));
  }
  return kept;
}

std::string storage_key(MessageId id) {
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(static_cast<std::uint64_t>(id.value) >> (56 - 8 * i));
  return base64url_encode({bytes, sizeof bytes});
}

std::optional<MessageId> message_of_storage_key(std::string_view key) {
  const std::optional<std::string> bytes = base64url_decode(key);
  if (!bytes || bytes->size() != 8) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : *bytes) value = value << 8 | static_cast<unsigned char>(c);
  return MessageId{static_cast<std::int64_t>(value)};
}

std::string Admission::new_message_id(std::string_view domain) {
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(clock_.wall());
  return fmt::format("{:%Y%m%d%H%M%S}.{}@{}", fmt::gmtime(now.time_since_epoch().count()), random_.hex(8), domain);
}

/// Rows, content and events of a message that is ready.
Result<Accepted> Admission::accept(storage::Unit& unit, Prepared prepared) {
  if (prepared.message.size() > limits_.message_bytes_max) {
    return std::unexpected(refuse(ErrorCode::kTooLarge, fmt::format("message is larger than {} bytes",
                                                                    limits_.message_bytes_max)));
  }
  const std::string key = storage_key(prepared.id);
  events::MessageFacts facts{
      .header_from = prepared.header_from,
      .header_to = prepared.header_to,
      .header_subject = prepared.header_subject,
      .message_id = prepared.message_id,
      .attachments = prepared.attachments,
      .size = static_cast<std::int64_t>(prepared.message.size()),
      .tags = prepared.options.tags,
      .campaigns = {},
      .user_variables = prepared.options.variables,
      .storage_key = key,
      .storage_url = fmt::format("{}/v3/domains/{}/messages/{}", public_url_, prepared.domain->name, key),
      .is_authenticated = prepared.origin.authenticated,
      .is_test_mode = prepared.options.test_mode,
  };
  const events::SharedFields shared = events::render_shared_fields(facts);

  const WallTime now = clock_.wall();
  std::vector<spool::Recipient> waiting;
  for (const mail::Mailbox& mailbox : prepared.recipients) {
    const RecipientId id = spool_.new_recipient_id();
    const std::string address = mail::address_text(mailbox);
    append_accepted(unit, prepared, shared, id, address);
    if (prepared.options.test_mode) {
      append_test_delivery(unit, prepared, shared, id, address);
      continue;
    }
    waiting.push_back({.id = id,
                       .address = address,
                       .lane = mailbox.domain,
                       .due = now,
                       .expires = now + limits_.attempt_for,
                       .attempts = 0,
                       .first_attempt = {}});
  }

  Accepted accepted{prepared.id, prepared.message_id, prepared.recipients.size()};
  spool::Message message{.id = prepared.id,
                         .domain = prepared.domain->id,
                         .message_id = std::move(prepared.message_id),
                         .sender = std::move(prepared.sender),
                         .method = std::move(prepared.origin.method),
                         .location = 0,
                         .bytes = 0,
                         .options = {.sign_dkim = prepared.options.sign_dkim},
                         .facts_message = shared.message,
                         .facts_rest = shared.rest,
                         .accepted = now,
                         .content = nullptr};
  spool_.add(unit, std::move(message), std::move(prepared.message), std::move(waiting));
  return accepted;
}

void Admission::append_accepted(storage::Unit& unit, const Prepared& prepared, const events::SharedFields& shared,
                                RecipientId recipient, const std::string& address) const {
  std::string id = make_event_id(clock_, random_);
  const events::AcceptedFields how{prepared.origin.method, prepared.origin.address, prepared.origin.api_key_id};
  const events::EnvelopeFields envelope{.sender = prepared.sender, .transport = "smtp", .targets = address, .sending_ip = {}};
  std::string body = events::render_accepted(id, how, envelope, shared, address);
  journal_.append(unit, {.type = events::EventType::kAccepted,
                         .ending = events::Ending::kNo,
                         .severity = events::Severity::kNone,
                         .id = std::move(id),
                         .domain = prepared.domain->id,
                         .message = prepared.id,
                         .recipient = recipient,
                         .address = address,
                         .body = std::move(body),
                         .transcript = {}});
}

void Admission::append_test_delivery(storage::Unit& unit, const Prepared& prepared, const events::SharedFields& shared,
                                     RecipientId recipient, const std::string& address) const {
  std::string id = make_event_id(clock_, random_);
  events::DeliveryStatus status;
  status.code = kTestModeCode;
  status.message = "Test mode: accepted, not transmitted";
  const events::EnvelopeFields envelope{.sender = prepared.sender, .transport = "smtp", .targets = address, .sending_ip = {}};
  std::string body = events::render_delivered(id, envelope, status, shared, address, prepared.origin.method, {});
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
