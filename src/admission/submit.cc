// The SMTP road: a message as its sender wrote it.
#include <fmt/format.h>

#include <unordered_set>

#include "admission/admission.h"
#include "admission/header_options.h"
#include "admission/prepared.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "mail/header_writer.h"

namespace postroad::admission {
namespace {

Error refuse(std::string text) { return {ErrorCode::kInvalidArgument, Permanence::kPermanent, std::move(text)}; }

std::string value_of(const mail::HeaderBlock& header, std::string_view name) {
  const mail::HeaderField* field = header.find(name);
  return field == nullptr ? std::string() : mail::unfold(field->value);
}

/// The Message-Id without its brackets; empty when there is none that could stand in one.
std::string message_id_of(const mail::HeaderBlock& header) {
  const std::string value = value_of(header, "Message-Id");
  const std::string_view inner = trim(value);
  if (inner.size() < 3 || inner.front() != '<' || inner.back() != '>') return {};
  const std::string_view id = inner.substr(1, inner.size() - 2);
  return id.find_first_of("<> \t") == std::string_view::npos ? std::string(id) : std::string();
}

std::vector<mail::Mailbox> without_duplicates(std::vector<mail::Mailbox> recipients) {
  std::vector<mail::Mailbox> kept;
  std::unordered_set<std::string> seen;
  for (mail::Mailbox& mailbox : recipients) {
    if (seen.insert(mail::address_text(mailbox)).second) kept.push_back(std::move(mailbox));
  }
  return kept;
}

/// The From address for events: of the header, else of the envelope.
std::string sender_of(const std::string& header_from, const std::string& return_path) {
  const auto mailbox = mail::parse_mailbox(header_from, mail::AddressRules::kHeader);
  return mailbox ? mail::address_text(*mailbox) : return_path;
}

std::string variables_json(const SendOptions& options) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : options.variables) json.field(name, value);
  json.end_object();
  return json.take();
}

}  // namespace

Result<Accepted> Admission::submit(storage::Unit& unit, RawMail mail) {
  RETURN_IF_ERROR(check_may_send(*mail.domain));
  mail::HeaderEditor editor(mail.message);
  const mail::HeaderBlock& header = editor.block();
  if (header.over_limit()) return std::unexpected(refuse("the message header is too large"));
  if (header.count("From") > 1) return std::unexpected(refuse("the message has more than one From field"));

  Prepared prepared{.domain = mail.domain, .origin = std::move(mail.origin), .options = {}, .recipients = {},
                    .message = {}, .message_id = {}, .id = spool_.new_message_id(), .sender = {}, .header_from = {},
                    .header_to = {}, .header_subject = {}, .attachments = {}};
  RETURN_IF_ERROR(read_header_options(header, prepared.options));
  prepared.options.tags = normal_tags(prepared.options.tags);
  prepared.recipients = without_duplicates(std::move(mail.recipients));
  prepared.message_id = message_id_of(header);
  prepared.header_from = value_of(header, "From");
  prepared.header_to = value_of(header, "To");
  prepared.header_subject = value_of(header, "Subject");
  prepared.sender = sender_of(prepared.header_from, mail.return_path);

  std::string added;
  mail::HeaderWriter writer(added);
  RETURN_IF_ERROR(writer.structured("Received", mail.received));
  if (header.count("Date") == 0) {
    const auto now = std::chrono::time_point_cast<std::chrono::seconds>(clock_.wall());
    RETURN_IF_ERROR(writer.structured("Date", mail::format_date(now)));
  }
  if (header.count("From") == 0 && !mail.return_path.empty()) {
    RETURN_IF_ERROR(writer.structured("From", fmt::format("<{}>", mail.return_path)));
  }
  if (prepared.message_id.empty()) {
    editor.remove("Message-Id");
    prepared.message_id = new_message_id(mail.domain->name);
    RETURN_IF_ERROR(writer.structured("Message-Id", fmt::format("<{}>", prepared.message_id)));
  }
  editor.remove("Bcc");
  editor.remove("Return-Path");
  editor.remove_with_prefix("X-Mailgun-");
  RETURN_IF_ERROR(writer.structured("X-Mailgun-Sid", storage_key(prepared.id)));
  for (const std::string& tag : prepared.options.tags) RETURN_IF_ERROR(writer.unstructured("X-Mailgun-Tag", tag));
  if (!prepared.options.variables.empty()) {
    RETURN_IF_ERROR(writer.unstructured("X-Mailgun-Variables", variables_json(prepared.options)));
  }
  editor.prepend(added);
  prepared.message = editor.finish();
  return accept(unit, std::move(prepared));
}

}  // namespace postroad::admission
