#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "account/directory.h"
#include "base/clock.h"
#include "mail/message_builder.h"
#include "spool/message.h"

namespace postroad::admission {

/// How a message came to us; ends up in its `accepted` events.
struct Origin {
  std::string method;  ///< "http" or "smtp"
  std::string address;  ///< The client's, numeric.
  std::string api_key_id;
  bool authenticated = true;
};

/// Options that apply however the mail is built (contract/sending.md §1.2, contract/smtp.md §3). What is not set was not
/// asked for.
struct SendOptions {
  std::vector<std::string> tags;
  std::vector<std::string> campaigns;
  std::vector<std::pair<std::string, std::string>> variables;  ///< `v:`; later values of a name win.
  std::optional<bool> sign_dkim;
  std::optional<bool> test_mode;
  std::optional<bool> require_tls;
  std::optional<bool> skip_verification;
  std::optional<WallTime> deliver_at;  ///< When the first attempt is due; in the past: now.
  std::optional<std::chrono::minutes> deliver_within;
  std::optional<spool::Priority> priority;  ///< Not set: by the shape of the message, see priority.h.
  std::optional<std::vector<std::string>> suppressed_headers;  ///< Lower case; "all": every X-Mailgun-* field.

  /// Takes from `other` what is not set here; variables by their names.
  void add_missing(SendOptions other);
  bool suppresses(std::string_view header) const;
};

/// A call that may be repeated without effect (contract/README.md): same key and digest, same answer.
struct IdempotentCall {
  std::string key;
  std::string digest;  ///< Of what was asked.
};

/// A message from its parts: the HTTP API. The draft's recipients, id, date, boundary and X-Mailgun-* fields are
/// admission's to fill.
struct ComposedMail {
  account::DomainPtr domain;
  Origin origin;
  SendOptions options;
  std::vector<mail::Mailbox> to, cc, bcc;
  mail::MessageDraft draft;  ///< `message_id` set: honoured.
  std::optional<std::string> recipient_variables;  ///< JSON; set: every recipient gets a copy of its own.
  std::optional<IdempotentCall> idempotent;
};

/// A message as its sender wrote it: SMTP submission, messages.mime, a stored message that is sent again.
struct RawMail {
  account::DomainPtr domain;
  Origin origin;
  std::string return_path;                ///< MAIL FROM, as given; empty for <>.
  std::vector<mail::Mailbox> recipients;  ///< RCPT TO.
  std::string message;                    ///< CRLF line ends only.
  std::string received;                   ///< The value of the Received field to add; empty: none.
  SendOptions options;                    ///< Win over the X-Mailgun-* fields of the message.
  std::vector<std::pair<std::string, std::string>> headers;  ///< Take the place of the message's fields of these names.
  std::optional<std::string> recipient_variables;            ///< As above; wins over the message's own.
  std::optional<IdempotentCall> idempotent;
  std::string message_id;       ///< Takes the place of the message's own; without angle brackets.
  bool is_new_message = false;  ///< Gets a Message-Id of ours whatever it has.
};

struct Accepted {
  MessageId id;
  std::string message_id;  ///< Without angle brackets.
  std::size_t recipients = 0;
};

}  // namespace postroad::admission
