#include "ingress/http/inbox/summary.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "mail/encoded_word.h"
#include "mail/html/splice.h"
#include "mail/html/text.h"

namespace postroad::ingress::http::inbox {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// The first `bytes` of `text` without cutting a character.
std::string_view cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

/// On one line, runs of white space as one space.
std::string one_line(std::string_view text, std::size_t bytes) {
  std::string line;
  for (const char c : text) {
    if (line.size() > bytes) break;
    if (!is_blank(c)) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  return std::string(trim(cut(line, bytes)));
}

std::string_view state_after(const events::StoredEvent& event) {
  using events::EventType;
  switch (event.type) {
    case EventType::kAccepted: return "waiting";
    case EventType::kDelivered: return "delivered";
    case EventType::kFailed:
      return event.body.find(R"("severity":"temporary")") != std::string::npos ? "deferred" : "failed";
    case EventType::kRejected: return "failed";
    case EventType::kCanceled: return "canceled";
    case EventType::kQuarantined: return "held";
  }
  return "waiting";
}

}  // namespace

std::string header_text(const mail::HeaderBlock& header, std::string_view name) {
  const mail::HeaderField* field = header.find(name);
  return field == nullptr ? std::string() : mail::decode_words(mail::unfold(field->value));
}

std::string readable_text(const mail::MimeMessage& message) {
  if (const mail::MimePart* plain = message.plain_part()) return plain->text();
  if (const mail::MimePart* html = message.html_part()) return mail::html::to_text(html->text());
  return {};
}

Summary summarize(const spool::Message& message, std::string_view octets) {
  const mail::MimeMessage mime = mail::parse_mime(octets);
  const std::string text = readable_text(mime);
  return {.id = message.id,
          .domain = message.domain,
          .message_id = message.message_id,
          .from = header_text(mime.header(), "From"),
          .to = header_text(mime.header(), "To"),
          .subject = header_text(mime.header(), "Subject"),
          .snippet = one_line(text, kSnippetBytesMax),
          .searched = ascii_lower(cut(text, kSearchedBytesMax)),
          .method = message.method,
          .bytes = static_cast<std::int64_t>(octets.size()),
          .attachments = mime.attachments.size(),
          .accepted = message.accepted};
}

std::vector<RecipientState> states_of(const std::vector<events::StoredEvent>& story) {
  std::vector<RecipientState> states;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const events::StoredEvent& event : story) {
    const auto [place, is_new] = places.try_emplace(event.address, states.size());
    if (is_new) states.push_back({event.address, {}, 0});
    states[place->second].state = state_after(event);
    states[place->second].time = event.time.time_since_epoch().count();
  }
  return states;
}

std::vector<std::string> links_of(const mail::MimeMessage& message) {
  std::vector<std::string> links;
  std::unordered_set<std::string> seen;
  const auto add = [&](std::string url) {
    if (links.size() < kLinksMax && seen.insert(url).second) links.push_back(std::move(url));
  };
  if (const mail::MimePart* html = message.html_part()) {
    for (mail::html::Link& link : mail::html::find_links(html->text())) add(std::move(link.url));
    return links;
  }
  const std::string text = readable_text(message);
  for (std::size_t at = text.find("http"); at != std::string::npos; at = text.find("http", at + 4)) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (!rest.starts_with("http://") && !rest.starts_with("https://")) continue;
    std::string_view url = rest.substr(0, rest.find_first_of(" \t\r\n<>\"'`"));
    while (!url.empty() && std::string_view(".,;:!?)]}").find(url.back()) != std::string_view::npos) url.remove_suffix(1);
    add(std::string(url));
  }
  return links;
}

}  // namespace postroad::ingress::http::inbox
