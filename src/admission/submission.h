#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "account/directory.h"
#include "mail/message_builder.h"

namespace postroad::admission {

/// How a message came to us; ends up in its `accepted` events.
struct Origin {
  std::string method;  ///< "http" or "smtp"
  std::string address;  ///< The client's, numeric.
  std::string api_key_id;
  bool authenticated = true;
};

/// Options that apply however the mail is built (contract/sending.md §1.2, contract/smtp.md §3).
struct SendOptions {
  std::vector<std::string> tags;
  std::vector<std::pair<std::string, std::string>> variables;  ///< `v:`; later values of a name win.
  bool sign_dkim = true;
  bool test_mode = false;
};

/// A message from its parts: the HTTP API. The draft's recipients, id, date, boundary and X-Mailgun-* fields are
/// admission's to fill.
struct ComposedMail {
  account::DomainPtr domain;
  Origin origin;
  SendOptions options;
  std::vector<mail::Mailbox> to, cc, bcc;
  mail::MessageDraft draft;  ///< `message_id` set: honoured.
};

/// A message as its sender wrote it: SMTP submission.
struct RawMail {
  account::DomainPtr domain;
  Origin origin;
  std::string return_path;                ///< MAIL FROM, as given; empty for <>.
  std::vector<mail::Mailbox> recipients;  ///< RCPT TO.
  std::string message;                    ///< CRLF line ends only.
  std::string received;                   ///< The value of the Received field to add.
};

struct Accepted {
  MessageId id;
  std::string message_id;  ///< Without angle brackets.
  std::size_t recipients = 0;
};

}  // namespace postroad::admission
