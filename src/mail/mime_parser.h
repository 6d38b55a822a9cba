#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/content_type.h"
#include "mail/header_block.h"

namespace postroad::mail {

inline constexpr std::size_t kMimeDepthMax =
    32;  ///< ours: multiparts deeper than this are read as one attachment
inline constexpr std::size_t kMimePartsMax = 1000;  ///< ours: what follows belongs to the last part
inline constexpr std::size_t kPartNone = static_cast<std::size_t>(-1);

enum class TransferEncoding : std::uint8_t { kIdentity, kQuotedPrintable, kBase64, kUuencode };

/// One node of a message's tree. Views into the message, which must outlive it.
struct MimePart {
  HeaderBlock header;
  ContentType type;         ///< with the RFC 2045 §5.2 default filled in
  std::string disposition;  ///< "attachment", "inline", or empty
  std::string filename;     ///< UTF-8, at most 255 octets; empty when it has none
  std::string content_id;   ///< without angle brackets
  TransferEncoding encoding = TransferEncoding::kIdentity;
  bool mislabelled = false;  ///< text said to be base64 that is not: `encoding` is then kIdentity
  std::string_view body;     ///< as it stands; of a multipart, everything inside
  std::size_t parent = kPartNone;
  std::vector<std::size_t> children;  ///< of a multipart

  bool is_multipart() const { return !children.empty(); }
  /// The octets a reader gets: transfer encoding undone. Linear; never more than the body.
  std::string content() const;
  /// The content of a text part as UTF-8, line ends as sent.
  std::string text() const;
};

/// A message as a tree (RFC 2045, 2046), read as well as broken mail allows: it never fails. Without
/// recursion; time is linear in the message, memory in the number of parts.
struct MimeMessage {
  std::vector<MimePart> parts;  ///< in order of appearance; the message itself is the first
  /// RFC 8621 §4.1.4: what to show as plain text, what as HTML, and the rest. Every leaf that is not text is
  /// also among the attachments; nested messages are attachments and are not looked into.
  std::vector<std::size_t> text_body, html_body, attachments;
  bool over_limit = false;  ///< too deep, too many parts, or too much header: inbound refuses it

  const HeaderBlock& header() const { return parts.front().header; }
  /// The first text/plain (text/html) part to show; null when there is none.
  const MimePart* plain_part() const;
  const MimePart* html_part() const;
};

MimeMessage parse_mime(std::string_view message);

}  // namespace postroad::mail
