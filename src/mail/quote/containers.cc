#include "mail/quote/containers.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postroad::mail::quote {
namespace {

constexpr std::size_t kAttributeBytesMax = 400;

constexpr auto kQuoteClasses = std::to_array<std::string_view>(
    {"gmail_quote", "gmail_quote_container", "protonmail_quote", "tutanota_quote", "moz-cite-prefix", "zmail_extra",
     "front-blockquote", "yahoo_quoted"});
constexpr auto kQuoteIds = std::to_array<std::string_view>(
    {"olk_src_body_section", "mail-editor-reference-message-container", "ms-outlook-mobile-reference-message",
     "isreplycontent", "reply-intro", "yahoo_quoted"});
constexpr auto kDividerIds = std::to_array<std::string_view>({"divrplyfwdmsg", "appendonsend", "zwchr", "stopspelling"});

/// Outlook draws a line above the header block of the message it quotes.
constexpr auto kDividerStyles = std::to_array<std::string_view>(
    {"border:none;border-top:solid#b5c4df1.0pt", "border:none;border-top:solid#e1e1e11.0pt",
     "border-right:medium;padding-right:0in;padding-left:0in;padding-top:3pt;border-top:#b5c4df1ptsolid"});

/// Yahoo writes a random word before its class names.
bool is_quote_class(std::string_view name) {
  return std::find(kQuoteClasses.begin(), kQuoteClasses.end(), name) != kQuoteClasses.end() ||
         name.ends_with("yahoo_quoted");
}

bool has_quote_class(std::string_view classes) {
  for (std::size_t at = 0; at < classes.size();) {
    const std::size_t end = std::min(classes.find_first_of(" \t\r\n", at), classes.size());
    if (is_quote_class(classes.substr(at, end - at))) return true;
    at = end + 1;
  }
  return false;
}

ContainerKind by_id(std::string_view id) {
  const auto in = [&](const auto& ids) { return std::find(ids.begin(), ids.end(), id) != ids.end(); };
  if (in(kDividerIds)) return ContainerKind::kDivider;
  return in(kQuoteIds) || id.starts_with("yahoo_quoted") ? ContainerKind::kQuote : ContainerKind::kNone;
}

bool is_divider_style(std::string style) {
  std::erase_if(style, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return std::any_of(kDividerStyles.begin(), kDividerStyles.end(),
                     [&](std::string_view s) { return style.find(s) != std::string::npos; });
}

}  // namespace

ContainerKind container_kind(std::string_view html, const html::Token& tag) {
  const bool blockquote = ascii_iequals(tag.name, "blockquote");
  ContainerKind kind = ContainerKind::kNone;
  html::Attributes attributes(html, tag);
  for (html::Attribute attribute; attributes.next(attribute);) {
    if (attribute.value.empty() || attribute.value.size() > kAttributeBytesMax) continue;
    const std::string name = ascii_lower(attribute.name);
    const std::string value = ascii_lower(attribute.value);
    ContainerKind found = ContainerKind::kNone;
    if (name == "class" && has_quote_class(value))
      found = blockquote && value.find("gmail_quote") != std::string::npos ? ContainerKind::kIndent
                                                                            : ContainerKind::kQuote;
    if (name == "id") found = by_id(value);
    if (name == "style" && is_divider_style(value)) found = ContainerKind::kDivider;
    if (blockquote && name == "type" && value == "cite") found = ContainerKind::kQuote;
    if (name == "name" && value == "messagereplysection") found = ContainerKind::kQuote;
    if (name == "data-marker" && value == "__quoted_text__") found = ContainerKind::kQuote;
    if (name == "data-marker" && value == "__divider__") found = ContainerKind::kDivider;
    if (found != ContainerKind::kNone) kind = found;
  }
  return kind;
}

}  // namespace postroad::mail::quote
