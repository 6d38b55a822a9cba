#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "ingress/http/inbox/inbox.h"
#include "mail/mime_parser.h"

namespace postroad::ingress::http::inbox {

inline constexpr std::size_t kTextBytesMax = 1024 * 1024;       ///< of a message's text, as shown
inline constexpr std::size_t kRecipientsShownMax = 50;          ///< in a row of the list
inline constexpr std::size_t kPictureBytesMax = 16 * 1024 * 1024;  ///< of pictures put into a message's HTML

/// A row of the list.
void add_entry(JsonWriter& json, const Entry& entry);

/// One message, or one recipient's copy of it.
struct View {
  std::string key;
  std::uint32_t copy = 0;  ///< Of a batch, from 1; 0: the first.
  const spool::Message& message;
  std::string_view octets;
  const std::vector<events::StoredEvent>& story;
};
/// Everything about it but its HTML and its files: texts, headers, parts, all recipients, and events with transcripts, of
/// a batch those of the copy.
std::string render_message(const View& view);

/// The HTML part as a page for a frame without scripts: pictures that the message brings (`cid:`) are put into it, links
/// open outside. Empty when there is no HTML part.
std::string frame_page(const mail::MimeMessage& message);

}  // namespace postroad::ingress::http::inbox
