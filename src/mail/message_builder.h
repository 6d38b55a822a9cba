#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "mail/address.h"
#include "mail/date.h"
#include "mail/header_writer.h"

namespace postroad::mail {

inline constexpr std::size_t kAttachmentsMax = 1000;      ///< ours
inline constexpr std::size_t kFilenameBytesMax = 255;     ///< ours
inline constexpr std::size_t kBoundarySeedBytesMax = 60;  ///< leaves room for our marks in RFC 2046's 70
inline constexpr std::size_t kBoundarySeedBytesMin = 16;

/// A file that travels with a message. The bytes are the caller's and outlive the call.
struct Attachment {
  std::string filename;      ///< UTF-8, no controls; may be empty
  std::string content_type;  ///< `type/subtype`; empty or malformed counts as application/octet-stream
  std::string content_id;    ///< without angle brackets; inline files only; empty: the file name
  std::string_view bytes;
};

/// A message before it is octets (contract/sending.md §1.5). Text is UTF-8 with any line ends.
struct MessageDraft {
  std::vector<Mailbox> from, to, cc, reply_to;
  std::string subject;
  std::string text, html, amp;  ///< empty: no such part
  std::vector<Attachment> attachments, inlines;
  std::string message_id;  ///< without angle brackets; printable ASCII
  UnixSeconds date{};
  /// Written after the fields above, in this order. A field named like one that the draft sets itself
  /// replaces it only through the draft's own member: here From, Date, Message-Id, MIME-Version and Content-*
  /// are refused.
  std::vector<std::pair<std::string, std::string>> headers;
  /// Unpredictable, so that no content can contain a boundary: 16-60 letters and digits.
  std::string boundary_seed;
};

/// The draft as a message with CRLF line ends: alternative (text, AMP, HTML), round it related when there are
/// inline files, round it mixed when there are attachments. UTF-8 text as quoted-printable or base64,
/// whichever reads better. Errors are permanent and name the field; nothing of the message is returned then.
Result<std::string> build_message(const MessageDraft& draft);

}  // namespace postroad::mail
