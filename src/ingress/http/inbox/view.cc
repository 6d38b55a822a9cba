#include "ingress/http/inbox/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "mail/encoded_word.h"
#include "mail/html/splice.h"
#include "mail/html/tokenizer.h"

namespace postroad::ingress::http::inbox {
namespace {

/// Links with a target of their own choice would replace the frame.
constexpr std::string_view kLinksOpenOutside = "<base target=\"_blank\">";
constexpr std::string_view kCid = "cid:";

double seconds(std::int64_t microseconds) { return static_cast<double>(microseconds) / 1e6; }
std::int64_t number(WallTime time) { return time.time_since_epoch().count(); }

std::string_view shortened(std::string_view text) {
  std::size_t size = std::min(text.size(), kTextBytesMax);
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

void add_texts(JsonWriter& json, const mail::MimeMessage& mime) {
  const mail::MimePart* plain = mime.plain_part();
  const std::string readable = readable_text(mime);
  json.field("text", shortened(plain == nullptr ? std::string() : plain->text()));
  json.field("readable", shortened(readable)).field("has_html", mime.html_part() != nullptr);
  json.field("code", one_time_code(header_text(mime.header(), "Subject") + "\n" + readable));
  json.key("links").begin_array();
  for (const std::string& link : links_of(mime)) json.string(link);
  json.end_array();
}

void add_headers(JsonWriter& json, const mail::HeaderBlock& header) {
  json.key("headers").begin_array();
  for (const mail::HeaderField& field : header.fields()) {
    if (field.name.empty()) continue;
    json.begin_array().string(field.name).string(mail::decode_words(mail::unfold(field.value))).end_array();
  }
  json.end_array();
}

void add_attachments(JsonWriter& json, const mail::MimeMessage& mime) {
  json.key("attachments").begin_array();
  for (std::size_t i = 0; i < mime.attachments.size(); ++i) {
    const mail::MimePart& part = mime.parts[mime.attachments[i]];
    json.begin_object().field("number", static_cast<std::int64_t>(i)).field("name", part.filename);
    json.field("type", part.type.value).field("bytes", static_cast<std::int64_t>(part.content().size()));
    json.field("content_id", part.content_id).end_object();
  }
  json.end_array();
}

void add_recipients(JsonWriter& json, const View& view, const std::vector<RecipientState>& states) {
  json.key("recipients").begin_array();
  std::uint32_t copy = 0;
  for (const RecipientState& one : states) {
    ++copy;
    json.begin_object().field("address", one.address).field("state", one.state);
    json.key("time").decimal(seconds(one.time), 6);
    json.field("key", admission::storage_key(view.message.id, view.message.options.is_batch ? copy : 0)).end_object();
  }
  json.end_array();
}

/// Of a batch, what happened to this copy's recipient.
void add_story(JsonWriter& json, const View& view, const std::vector<RecipientState>& states) {
  const std::size_t copy = std::max<std::size_t>(view.copy, 1);
  const bool all = !view.message.options.is_batch || copy > states.size();
  json.key("events").begin_array();
  for (const events::StoredEvent& event : view.story) {
    if (!all && event.address != states[copy - 1].address) continue;
    json.begin_object().field("event", events::event_name(event.type)).field("recipient", event.address);
    json.key("time").decimal(seconds(number(event.time)), 6).field("transcript", event.transcript);
    json.key("detail").raw(events::with_timestamp(event.body, event.time)).end_object();
  }
  json.end_array();
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("/+.-").find(c) != std::string_view::npos;
}

/// data: URLs by Content-Id; nothing but pictures, and no more than the limit all together.
class Pictures {
 public:
  explicit Pictures(const mail::MimeMessage& message) {
    for (const mail::MimePart& part : message.parts) {
      const bool picture = part.type.value.starts_with("image/") && std::ranges::all_of(part.type.value, is_plain);
      if (picture && !part.content_id.empty()) by_id_.try_emplace(part.content_id, &part);
    }
  }

  /// Empty: there is no such picture.
  std::string url(std::string_view content_id) {
    const auto found = by_id_.find(content_id);
    if (found == by_id_.end() || left_ == 0) return {};
    const std::string content = found->second->content();
    left_ -= std::min(left_, content.size());
    if (left_ == 0) return {};
    return fmt::format("data:{};base64,{}", found->second->type.value, base64_encode(content));
  }

 private:
  std::unordered_map<std::string_view, const mail::MimePart*> by_id_;
  std::size_t left_ = kPictureBytesMax;
};

}  // namespace

void add_entry(JsonWriter& json, const Entry& entry) {
  const Summary& summary = *entry.summary;
  json.begin_object().field("key", admission::storage_key(summary.id)).field("message_id", summary.message_id);
  json.field("from", summary.from).field("to", summary.to).field("subject", summary.subject);
  json.field("snippet", summary.snippet).field("method", summary.method).field("bytes", summary.bytes);
  json.field("attachments", static_cast<std::int64_t>(summary.attachments));
  json.key("time").decimal(seconds(number(summary.accepted)), 6).key("recipients").begin_array();
  std::size_t shown = 0;
  for (const RecipientState& one : *entry.states) {
    if (++shown > kRecipientsShownMax) break;
    json.begin_object().field("address", one.address).field("state", one.state).end_object();
  }
  json.end_array().field("recipient_count", static_cast<std::int64_t>(entry.states->size())).end_object();
}

std::string render_message(const View& view) {
  const mail::MimeMessage mime = mail::parse_mime(view.octets);
  JsonWriter json;
  json.begin_object().field("key", view.key).field("message_id", view.message.message_id);
  for (const auto& [key, name] : {std::pair{"from", "From"}, {"to", "To"}, {"cc", "Cc"}, {"reply_to", "Reply-To"}, {"subject", "Subject"}}) {
    json.field(key, header_text(mime.header(), name));
  }
  json.field("sender", view.message.sender).field("method", view.message.method);
  json.field("bytes", static_cast<std::int64_t>(view.octets.size())).field("batch", view.message.options.is_batch);
  json.key("time").decimal(seconds(number(view.message.accepted)), 6);
  add_texts(json, mime);
  add_headers(json, mime.header());
  add_attachments(json, mime);
  const std::vector<RecipientState> states = states_of(view.story);
  add_recipients(json, view, states);
  add_story(json, view, states);
  json.end_object();
  return json.take();
}

std::string frame_page(const mail::MimeMessage& message) {
  const mail::MimePart* part = message.html_part();
  if (part == nullptr) return {};
  const std::string html = part->text();
  Pictures pictures(message);
  std::vector<mail::html::Splice> splices;
  std::size_t head = 0;  // Behind a doctype, without which browsers show another page.
  bool begun = false;
  mail::html::Tokenizer tokenizer(html);
  for (mail::html::Token token; tokenizer.next(token);) {
    if (!begun && token.kind == mail::html::TokenKind::kComment) head = token.end;
    begun = begun || token.kind == mail::html::TokenKind::kStartTag;
    if (token.kind != mail::html::TokenKind::kStartTag) continue;
    mail::html::Attributes attributes(html, token);
    for (mail::html::Attribute attribute; attributes.next(attribute);) {
      const bool shows = ascii_iequals(attribute.name, "src") || ascii_iequals(attribute.name, "background");
      if (!shows || !ascii_istarts_with(attribute.value, kCid)) continue;
      std::string url = pictures.url(attribute.value.substr(kCid.size()));
      if (!url.empty()) splices.push_back({attribute.value_begin, attribute.value_end, std::move(url)});
    }
  }
  splices.insert(splices.begin(), {head, head, std::string(kLinksOpenOutside)});
  return mail::html::spliced(html, splices);
}

}  // namespace postroad::ingress::http::inbox
