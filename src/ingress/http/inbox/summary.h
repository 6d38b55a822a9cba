#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "events/journal.h"
#include "mail/mime_parser.h"
#include "spool/message.h"

namespace postroad::ingress::http::inbox {

inline constexpr std::size_t kSnippetBytesMax = 160;
inline constexpr std::size_t kSearchedBytesMax = 4096;  ///< of a message's text; the rest is not found by searching
inline constexpr std::size_t kCodeTextBytesMax = 64 * 1024;
inline constexpr std::size_t kLinksMax = 1000;             ///< of a message; further ones are left out

/// What the list shows of a message: made once, since a message never changes.
struct Summary {
  MessageId id;
  DomainId domain;
  std::string message_id;
  std::string from, to, subject;
  std::string snippet;
  std::string searched;  ///< The beginning of its text, in lower case.
  std::string method;    ///< "http" or "smtp"
  std::int64_t bytes = 0;
  std::size_t attachments = 0;
  WallTime accepted{};
};

/// `octets` as a recipient gets them.
Summary summarize(const spool::Message& message, std::string_view octets);

/// How far a message is with one recipient.
struct RecipientState {
  std::string address;
  std::string_view state;  ///< "waiting", "deferred", "delivered", "failed", "canceled", "held"
  std::int64_t time = 0;   ///< Of the last event, wall microseconds.
};
/// In the order in which they were accepted, from all events of a message, oldest first.
std::vector<RecipientState> states_of(const std::vector<events::StoredEvent>& story);

/// The text that is read aloud, as it were: the plain part, else the HTML part as text.
std::string readable_text(const mail::MimeMessage& message);
/// Its header field, decoded; empty when there is none.
std::string header_text(const mail::HeaderBlock& header, std::string_view name);

/// The one-time code that the text gives away: 4 to 8 digits (with at most one space or dash among them), or 6 to 8
/// capitals and digits; nearest behind, else before, a word such as "code", "PIN" or "passcode". Empty when none stands
/// out.
std::string one_time_code(std::string_view text);

/// Links in order, each once: from the HTML part, else from the text.
std::vector<std::string> links_of(const mail::MimeMessage& message);

}  // namespace postroad::ingress::http::inbox
