#pragma once
#include "admission/admission.h"

namespace postroad::admission {

/// A message ready to be kept, whichever way it was made.
struct Admission::Prepared {
  account::DomainPtr domain;
  Origin origin;
  SendOptions options;
  std::vector<mail::Mailbox> recipients;  ///< Without duplicates.
  std::string message;
  std::string message_id;
  MessageId id;
  std::string sender;  ///< The From address, for events.
  std::string header_from, header_to, header_subject;
  std::vector<events::MessageFacts::Attachment> attachments;
};

}  // namespace postroad::admission
