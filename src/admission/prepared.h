#pragma once
#include "admission/admission.h"
#include "admission/batch_content.h"

namespace postroad::admission {

/// A message ready to be kept, whichever way it was made.
struct Admission::Prepared {
  account::DomainPtr domain;
  Origin origin;
  SendOptions options;
  std::vector<mail::Mailbox> recipients;  ///< Without duplicates.
  std::string message;                    ///< Octets; of a batch, with blanks.
  std::string message_id;
  MessageId id;
  std::string sender;  ///< The From address, for events.
  std::string header_from, header_to, header_subject;
  std::vector<events::MessageFacts::Attachment> attachments;
  std::optional<std::string> recipient_variables;  ///< Set: a batch.
  std::optional<IdempotentCall> idempotent;
  std::vector<BatchCopy> copies;  ///< Of a batch: one for each recipient, in their order.
  std::size_t size = 0;           ///< Of the message, or of the first copy.

  /// The fields of ours that travel with the message, less those the customer does not want.
  std::vector<std::pair<std::string, std::string>> kept_fields() const;
};

/// Without those whose address came before.
std::vector<mail::Mailbox> without_duplicates(std::vector<mail::Mailbox> recipients);

}  // namespace postroad::admission
