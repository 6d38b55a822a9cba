#include <boost/json.hpp>

#include "base/text.h"
#include "mail/address_header.h"
#include "mail/charset.h"
#include "mail/date.h"
#include "mail/encoded_word.h"
#include "mail/filter/filter.h"
#include "mail/html/text.h"
#include "mail/mime_parser.h"

namespace postroad::mail::filter {
namespace {

namespace json = boost::json;

json::array addresses(const HeaderBlock& header, std::string_view name) {
  json::array out;
  const HeaderField* field = header.find(name);
  if (field == nullptr) return out;
  for (const HeaderAddress& address : read_addresses(field->value)) {
    json::object entry;
    if (!address.name.empty()) entry["name"] = address.name;
    entry["address"] = address.address;
    out.push_back(std::move(entry));
  }
  return out;
}

json::object attachment(const MimePart& part) {
  const std::string content = part.content();
  json::object out{{"content_type", repaired_utf8(part.type.value)},
                   {"size", content.size()},
                   {"sha256", hex_encode(sha256(content))}};
  if (!part.filename.empty()) out["filename"] = part.filename;
  if (!part.content_id.empty()) out["content_id"] = part.content_id;
  return out;
}

/// The first Date field that is one.
std::optional<UnixSeconds> date_of(const HeaderBlock& header) {
  for (const HeaderField& field : header.fields()) {
    if (!ascii_iequals(field.name, "Date")) continue;
    if (const auto at = parse_date(unfold(field.value))) return at;
  }
  return std::nullopt;
}

/// Without angle brackets and what stands round them.
std::string message_id(std::string_view value) {
  const std::string id = unfold(value);
  const std::size_t open = id.find('<');
  const std::size_t close = id.find('>', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return repaired_utf8(trim(id));
  return repaired_utf8(std::string_view(id).substr(open + 1, close - open - 1));
}

}  // namespace

Result<std::string> filter_parse(std::span<const std::string>, std::string_view input) {
  const MimeMessage message = parse_mime(input);
  const HeaderBlock& header = message.header();
  json::object out;
  if (const auto* subject = header.find("Subject")) out["subject"] = decode_words(trim(subject->value));
  for (const auto& [key, field] : {std::pair{"from", "From"}, std::pair{"to", "To"}, std::pair{"cc", "Cc"}}) {
    if (auto list = addresses(header, field); !list.empty()) out[key] = std::move(list);
  }
  if (const auto at = date_of(header)) out["date"] = at->time_since_epoch().count();
  if (const auto* id = header.find("Message-Id")) out["message_id"] = message_id(id->value);
  if (const MimePart* part = message.plain_part()) out["text"] = part->text();
  if (const MimePart* part = message.html_part()) {
    out["html"] = part->text();
    if (message.plain_part() == nullptr) out["text"] = html::to_text(part->text());
  }
  out["attachment_count"] = message.attachments.size();
  json::array attachments;
  for (const std::size_t index : message.attachments) attachments.push_back(attachment(message.parts[index]));
  out["attachments"] = std::move(attachments);
  if (message.over_limit) out["over_limit"] = true;
  return json::serialize(out);
}

}  // namespace postroad::mail::filter
