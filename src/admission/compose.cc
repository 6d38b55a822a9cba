// The HTTP road: a message from its parts.
#include <fmt/format.h>

#include <iterator>

#include "admission/admission.h"
#include "admission/options.h"
#include "admission/prepared.h"

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

std::vector<mail::Mailbox> all_recipients(const ComposedMail& mail) {
  std::vector<mail::Mailbox> all;
  for (const auto* list : {&mail.to, &mail.cc, &mail.bcc}) std::ranges::copy(*list, std::back_inserter(all));
  return without_duplicates(std::move(all));
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
  Prepared prepared;
  prepared.domain = mail.domain;
  prepared.origin = std::move(mail.origin);
  prepared.id = spool_.new_message_id();
  prepared.recipients = all_recipients(mail);
  prepared.options = std::move(mail.options);
  prepared.options.tags = normal_tags(prepared.options.tags);
  prepared.options.variables = normal_variables(std::move(prepared.options.variables));
  prepared.recipient_variables = std::move(mail.recipient_variables);
  prepared.idempotent = std::move(mail.idempotent);

  mail::MessageDraft& draft = mail.draft;
  draft.to = std::move(mail.to);
  draft.cc = std::move(mail.cc);
  if (draft.message_id.empty()) draft.message_id = new_message_id(mail.domain->name);
  draft.date = std::chrono::time_point_cast<std::chrono::seconds>(clock_.wall());
  draft.boundary_seed = random_.hex(kBoundaryBytes);
  std::ranges::move(prepared.kept_fields(), std::back_inserter(draft.headers));
  ASSIGN_OR_RETURN(prepared.message, mail::build_message(draft));

  prepared.message_id = draft.message_id;
  prepared.sender = draft.from.empty() ? std::string() : mail::address_text(draft.from.front());
  prepared.header_from = joined(draft.from);
  prepared.header_to = joined(draft.to);
  prepared.header_subject = draft.subject;
  prepared.attachments = attachment_facts(draft);
  return accept(unit, std::move(prepared));
}

}  // namespace postroad::admission
