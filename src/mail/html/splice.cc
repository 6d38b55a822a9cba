#include "mail/html/splice.h"

#include "base/assert.h"
#include "base/text.h"
#include "mail/html/entities.h"
#include "mail/html/tokenizer.h"

namespace postroad::mail::html {

std::string spliced(std::string_view source, const std::vector<Splice>& splices) {
  std::size_t size = source.size();
  for (const Splice& splice : splices) size += splice.text.size();
  std::string out;
  out.reserve(size);
  std::size_t at = 0;
  for (const Splice& splice : splices) {
    PR_ASSERT(splice.begin >= at && splice.begin <= splice.end && splice.end <= source.size());
    out += source.substr(at, splice.begin - at);
    out += splice.text;
    at = splice.end;
  }
  out += source.substr(at);
  return out;
}

namespace {

/// As nearly all are written first, then in any case.
bool is_web(std::string_view url) {
  if (url.starts_with("https://") || url.starts_with("http://")) return true;
  return ascii_istarts_with(url, "https://") || ascii_istarts_with(url, "http://");
}

}  // namespace

std::vector<Link> find_links(std::string_view html) {
  constexpr std::size_t kLinksExpected = 64;
  std::vector<Link> links;
  links.reserve(kLinksExpected);
  Tokenizer tokenizer(html);
  for (Token token; tokenizer.next(token);) {
    if (token.kind != TokenKind::kStartTag) continue;
    if ((token.name.front() | 0x20) != 'a' || (token.name.size() != 1 && !ascii_iequals(token.name, "area"))) continue;
    Link link;
    bool found = false;
    Attributes attributes(html, token);
    for (Attribute attribute; attributes.next(attribute);) {
      if (ascii_iequals(attribute.name, "disable-tracking"))
        link.tracking_disabled = ascii_iequals(trim(attribute.value), "true");
      if (found || !ascii_iequals(attribute.name, "href") || !attribute.has_value) continue;
      found = true;
      link.begin = attribute.value_begin;
      link.end = attribute.value_end;
      link.quote = attribute.quote;
      link.url = attribute.value.find('&') == std::string_view::npos ? attribute.value : decode_entities(attribute.value);
      if (const std::string_view url = trim(link.url); url.size() != link.url.size()) link.url = std::string(url);
    }
    if (found && is_web(link.url)) links.push_back(std::move(link));
  }
  return links;
}

BodyPlaces find_body(std::string_view html) {
  BodyPlaces places{.start = 0, .end = html.size()};
  bool body = false;
  bool body_ended = false;
  Tokenizer tokenizer(html);
  for (Token token; tokenizer.next(token);) {
    const bool start = token.kind == TokenKind::kStartTag;
    const bool end = token.kind == TokenKind::kEndTag;
    if (start && !body && (ascii_iequals(token.name, "body") || ascii_iequals(token.name, "html"))) {
      body = ascii_iequals(token.name, "body");
      places.start = token.end;
    }
    if (end && !body && ascii_iequals(token.name, "head")) places.start = token.end;
    if (end && ascii_iequals(token.name, "body")) {
      places.end = token.begin;
      body_ended = true;
    }
    if (end && !body_ended && ascii_iequals(token.name, "html")) places.end = token.begin;
  }
  if (places.end < places.start) places.end = html.size();
  return places;
}

}  // namespace postroad::mail::html
