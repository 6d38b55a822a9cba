// A message as its sender wrote it.
#include <fmt/format.h>

#include "admission/admission.h"
#include "admission/header_options.h"
#include "admission/prepared.h"
#include "admission/variables_container.h"
#include "base/text.h"
#include "mail/encoded_word.h"
#include "mail/header_writer.h"
#include "mail/mime_parser.h"
#include "mail/transport_encoding.h"

namespace postroad::admission {
namespace {

constexpr std::string_view kVariablesField = "X-Mailgun-Recipient-Variables";

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

/// The From address for events: of the header, else of the envelope.
std::string sender_of(const std::string& header_from, const std::string& return_path) {
  const auto mailbox = mail::parse_mailbox(header_from, mail::AddressRules::kHeader);
  return mailbox ? mail::address_text(*mailbox) : return_path;
}

/// Recipients without a name get the one that the header has for their address.
void name_recipients(std::vector<mail::Mailbox>& recipients, const mail::HeaderBlock& header) {
  for (const std::string_view name : {"To", "Cc"}) {
    const auto list = mail::parse_mailbox_list(value_of(header, name), mail::AddressRules::kHeader);
    if (!list) continue;
    for (const mail::Mailbox& named : *list) {
      for (mail::Mailbox& recipient : recipients) {
        const bool same = recipient.local_part == named.local_part && recipient.domain == named.domain;
        if (same && recipient.display_name.empty()) recipient.display_name = named.display_name;
      }
    }
  }
}

/// Looked for where there can be any.
std::vector<events::MessageFacts::Attachment> attachment_facts(std::string_view message) {
  std::vector<events::MessageFacts::Attachment> facts;
  const mail::HeaderBlock header = mail::HeaderBlock::scan(message);
  const mail::HeaderField* type = header.find("Content-Type");
  if (type == nullptr || !mail::parse_content_type(type->value).value.starts_with("multipart/")) return facts;
  const mail::MimeMessage parsed = mail::parse_mime(message);
  for (const std::size_t index : parsed.attachments) {
    const mail::MimePart& part = parsed.parts[index];
    facts.push_back({part.filename, part.type.value, static_cast<std::int64_t>(part.content().size())});
  }
  return facts;
}

/// What a container brings wins over the field of the message in it.
Result<void> unwrap(RawMail& mail) {
  ASSIGN_OR_RETURN(std::optional<VariablesContainer> container, open_variables_container(mail.message));
  if (!container) return {};
  mail.message = std::move(container->message);
  if (!mail.recipient_variables) mail.recipient_variables = std::move(container->variables);
  return {};
}

}  // namespace

/// Fields of ours before those of the message, and what must not travel taken out.
Result<void> Admission::edit_header(const RawMail& mail, mail::HeaderEditor& editor, Prepared& prepared) {
  const mail::HeaderBlock& header = editor.block();
  std::string added;
  mail::HeaderWriter writer(added);
  if (!mail.received.empty()) RETURN_IF_ERROR(writer.structured("Received", mail.received));
  if (header.count("Date") == 0) {
    const auto now = std::chrono::time_point_cast<std::chrono::seconds>(clock_.wall());
    RETURN_IF_ERROR(writer.structured("Date", mail::format_date(now)));
  }
  if (header.count("From") == 0 && !mail.return_path.empty()) {
    RETURN_IF_ERROR(writer.structured("From", fmt::format("<{}>", mail.return_path)));
  }
  prepared.message_id = mail.message_id.empty() && !mail.is_new_message ? message_id_of(header) : mail.message_id;
  if (prepared.message_id.empty() || !mail.message_id.empty()) {
    editor.remove("Message-Id");
    if (prepared.message_id.empty()) prepared.message_id = new_message_id(mail.domain->name);
    RETURN_IF_ERROR(writer.structured("Message-Id", fmt::format("<{}>", prepared.message_id)));
  }
  editor.remove("Bcc");
  editor.remove("Return-Path");
  editor.remove_with_prefix("X-Mailgun-");
  for (const auto& [name, value] : mail.headers) {
    editor.remove(name);
    RETURN_IF_ERROR(writer.unstructured(name, value));
  }
  for (const auto& [name, value] : prepared.kept_fields()) RETURN_IF_ERROR(writer.unstructured(name, value));
  editor.prepend(added);
  return {};
}

Result<Accepted> Admission::submit(storage::Unit& unit, RawMail mail) {
  RETURN_IF_ERROR(check_may_send(*mail.domain));
  if (mail.recipients.size() > limits_.recipients_max) {
    return std::unexpected(refuse(fmt::format("Too many recipients, max is {}", limits_.recipients_max)));
  }
  RETURN_IF_ERROR(unwrap(mail));
  if (mail.message.find("\r\n\r\n") == std::string::npos && !mail.message.starts_with("\r\n")) {
    mail.message += mail.message.ends_with("\r\n") ? "\r\n" : "\r\n\r\n";  // A header alone: an empty body follows.
  }
  mail::HeaderEditor editor(mail.message);
  const mail::HeaderBlock& header = editor.block();
  if (header.over_limit()) return std::unexpected(refuse("the message header is too large"));
  if (header.count("From") > 1) return std::unexpected(refuse("the message has more than one From field"));

  Prepared prepared;
  prepared.domain = mail.domain;
  prepared.origin = std::move(mail.origin);
  prepared.id = spool_.new_message_id();
  prepared.options = std::move(mail.options);
  SendOptions in_header;
  RETURN_IF_ERROR(read_header_options(header, clock_.wall(), in_header));
  prepared.options.add_missing(std::move(in_header));
  prepared.options.tags = normal_tags(prepared.options.tags);
  prepared.options.variables = normal_variables(std::move(prepared.options.variables));
  prepared.recipients = without_duplicates(std::move(mail.recipients));
  prepared.recipient_variables = std::move(mail.recipient_variables);
  if (!prepared.recipient_variables && header.count(kVariablesField) != 0) {
    prepared.recipient_variables = value_of(header, kVariablesField);
  }
  if (prepared.recipient_variables) name_recipients(prepared.recipients, header);
  prepared.idempotent = std::move(mail.idempotent);
  prepared.header_from = mail::decode_words(value_of(header, "From"));
  prepared.header_to = mail::decode_words(value_of(header, "To"));
  prepared.header_subject = mail::decode_words(value_of(header, "Subject"));
  prepared.sender = sender_of(value_of(header, "From"), mail.return_path);
  RETURN_IF_ERROR(edit_header(mail, editor, prepared));
  prepared.message = editor.finish();
  // Lines longer than SMTP carries: now, for it cannot be done after signing.
  if (std::optional<std::string> encoded = mail::encoded_for_transport(prepared.message)) prepared.message = *std::move(encoded);
  prepared.attachments = attachment_facts(prepared.message);
  return accept(unit, std::move(prepared));
}

}  // namespace postroad::admission
