// The HTTP road: a message from its parts.
#include <fmt/format.h>

#include <unordered_set>

#include "admission/admission.h"
#include "admission/prepared.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace postroad::admission {
namespace {

constexpr std::size_t kBoundaryBytes = 16;

std::string joined(const std::vector<mail::Mailbox>& mailboxes) {
  std::string text;
  for (const mail::Mailbox& mailbox : mailboxes) {
    if (!text.empty()) text += ", ";
    text += mail::format_mailbox(mailbox);
  }
  return text;
}

/// To, cc and bcc as one list; an address that comes twice is taken once.
std::vector<mail::Mailbox> all_recipients(const ComposedMail& mail) {
  std::vector<mail::Mailbox> all;
  std::unordered_set<std::string> seen;
  for (const auto* list : {&mail.to, &mail.cc, &mail.bcc}) {
    for (const mail::Mailbox& mailbox : *list) {
      if (seen.insert(mail::address_text(mailbox)).second) all.push_back(mailbox);
    }
  }
  return all;
}

std::string variables_json(const SendOptions& options) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : options.variables) json.field(name, value);
  json.end_object();
  return json.take();
}

std::vector<events::MessageFacts::Attachment> attachment_facts(const mail::MessageDraft& draft) {
  std::vector<events::MessageFacts::Attachment> facts;
  for (const auto* list : {&draft.attachments, &draft.inlines}) {
    for (const mail::Attachment& part : *list) {
      facts.push_back({part.filename, part.content_type, static_cast<std::int64_t>(part.bytes.size())});
    }
  }
  return facts;
}

}  // namespace

Result<Accepted> Admission::compose(storage::Unit& unit, ComposedMail mail) {
  RETURN_IF_ERROR(check_may_send(*mail.domain));
  const std::size_t recipients = mail.to.size() + mail.cc.size() + mail.bcc.size();
  if (recipients > limits_.recipients_max) {
    return fail_permanent(ErrorCode::kInvalidArgument,
                          fmt::format("Too many recipients, max is {}", limits_.recipients_max));
  }
  mail.options.tags = normal_tags(mail.options.tags);

  Prepared prepared{.domain = mail.domain, .origin = std::move(mail.origin), .options = {}, .recipients = {},
                    .message = {}, .message_id = {}, .id = spool_.new_message_id(), .sender = {}, .header_from = {},
                    .header_to = {}, .header_subject = {}, .attachments = {}};
  prepared.recipients = all_recipients(mail);

  mail::MessageDraft& draft = mail.draft;
  draft.to = std::move(mail.to);
  draft.cc = std::move(mail.cc);
  if (draft.message_id.empty()) draft.message_id = new_message_id(mail.domain->name);
  draft.date = std::chrono::time_point_cast<std::chrono::seconds>(clock_.wall());
  draft.boundary_seed = random_.hex(kBoundaryBytes);
  draft.headers.emplace_back("X-Mailgun-Sid", storage_key(prepared.id));
  for (const std::string& tag : mail.options.tags) draft.headers.emplace_back("X-Mailgun-Tag", tag);
  if (!mail.options.variables.empty()) draft.headers.emplace_back("X-Mailgun-Variables", variables_json(mail.options));
  ASSIGN_OR_RETURN(prepared.message, mail::build_message(draft));

  prepared.message_id = draft.message_id;
  prepared.sender = draft.from.empty() ? std::string() : mail::address_text(draft.from.front());
  prepared.header_from = joined(draft.from);
  prepared.header_to = joined(draft.to);
  prepared.header_subject = draft.subject;
  prepared.attachments = attachment_facts(draft);
  prepared.options = std::move(mail.options);
  return accept(unit, std::move(prepared));
}

}  // namespace postroad::admission
