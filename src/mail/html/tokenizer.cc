#include "mail/html/tokenizer.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postroad::mail::html {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
bool is_letter(char c) {
  const int lower = c | 0x20;
  return lower >= 'a' && lower <= 'z';
}

constexpr std::array<std::string_view, 8> kRawTextElements{"script", "style", "title",   "textarea",
                                                           "iframe", "xmp",   "noembed", "noframes"};

bool holds_raw_text(std::string_view name) {
  if (name.size() < 3) return false;
  const char first = static_cast<char>(name.front() | 0x20);  // nearly every name begins otherwise
  if (first != 's' && first != 't' && first != 'i' && first != 'x' && first != 'n') return false;
  return std::any_of(kRawTextElements.begin(), kRawTextElements.end(),
                     [&](std::string_view e) { return ascii_iequals(e, name); });
}

}  // namespace

bool Tokenizer::next(Token& token) {
  token = Token{.begin = at_};
  if (at_ >= html_.size()) return false;
  if (!raw_end_.empty()) {
    raw_text(token);
    if (token.end > token.begin) return true;
    token = Token{.begin = at_};
  }
  if (html_[at_] == '<' && markup(token)) {
    at_ = token.end;
    return true;
  }
  text(token);
  return true;
}

/// Up to the next thing that opens markup; a '<' that does not is text.
void Tokenizer::text(Token& token) {
  std::size_t end = at_;
  do {
    end = html_.find('<', end + 1);
  } while (end != std::string_view::npos && end + 1 < html_.size() && !is_letter(html_[end + 1]) &&
           html_[end + 1] != '/' && html_[end + 1] != '!' && html_[end + 1] != '?');
  token.kind = TokenKind::kText;
  token.end = at_ = std::min(end, html_.size());
}

/// Everything up to the end tag of the element; without one, to the end of the text.
void Tokenizer::raw_text(Token& token) {
  std::size_t end = at_;
  for (end = html_.find("</", at_); end != std::string_view::npos; end = html_.find("</", end + 2)) {
    const std::string_view name = html_.substr(end + 2, raw_end_.size());
    const std::size_t after = end + 2 + raw_end_.size();
    if (ascii_iequals(name, raw_end_) &&
        (after >= html_.size() || is_space(html_[after]) || html_[after] == '>' || html_[after] == '/'))
      break;
  }
  token.kind = TokenKind::kText;
  token.raw_text = true;
  token.end = at_ = std::min(end, html_.size());
  raw_end_ = {};
}

/// A tag or a comment at '<'; false when it is neither.
bool Tokenizer::markup(Token& token) {
  std::size_t i = at_ + 1;
  if (i >= html_.size()) return false;
  if (html_[i] == '!' || html_[i] == '?') {
    comment(token);
    return true;
  }
  const bool end_tag = html_[i] == '/';
  if (end_tag) ++i;
  if (i >= html_.size() || !is_letter(html_[i])) {
    if (!end_tag) return false;
    comment(token);  // "</ x>" is a bogus comment
    return true;
  }
  const std::size_t name = i;
  while (i < html_.size() && !is_space(html_[i]) && html_[i] != '/' && html_[i] != '>') ++i;
  token.kind = end_tag ? TokenKind::kEndTag : TokenKind::kStartTag;
  token.name = html_.substr(name, i - name);
  token.attributes = i;
  const std::size_t close = tag_close(i);
  token.end = std::min(close, html_.size() - 1) + 1;
  token.self_closing = close < html_.size() && html_[close - 1] == '/';
  if (!end_tag && holds_raw_text(token.name)) raw_end_ = token.name;
  return true;
}

/// The '>' that ends a tag whose attributes begin at `from`: the first outside a quoted value, and only a '=' before it
/// opens one. The end of the text when there is none. Each octet is looked at a fixed number of times.
std::size_t Tokenizer::tag_close(std::size_t from) const {
  for (std::size_t i = from; i < html_.size(); ++i) {
    if (html_[i] == '>') return i;
    if (html_[i] != '=') continue;
    do ++i;
    while (i < html_.size() && is_space(html_[i]));
    if (i >= html_.size()) break;
    if (html_[i] != '"' && html_[i] != '\'') {
      --i;  // it may be the '>', or the next '='
      continue;
    }
    i = html_.find(html_[i], i + 1);
    if (i == std::string_view::npos) break;
  }
  return html_.size();
}

void Tokenizer::comment(Token& token) {
  token.kind = TokenKind::kComment;
  std::size_t end = std::string_view::npos;
  if (html_.substr(at_, 4) == "<!--") {
    const bool at_once = html_.substr(at_ + 4, 1) == ">" || html_.substr(at_ + 4, 2) == "->";
    end = at_once ? html_.find('>', at_ + 4) : html_.find("-->", at_ + 4);
    if (end != std::string_view::npos) end += at_once ? 1 : 3;
  } else {
    end = html_.find('>', at_ + 2);
    if (end != std::string_view::npos) end += 1;
  }
  token.end = std::min(end, html_.size());
}

bool Attributes::next(Attribute& attribute) {
  attribute = {};
  while (at_ < end_ && (is_space(html_[at_]) || html_[at_] == '/')) ++at_;
  if (at_ >= end_ || html_[at_] == '>') return false;
  const std::size_t name = at_++;
  while (at_ < end_ && !is_space(html_[at_]) && html_[at_] != '/' && html_[at_] != '>' && html_[at_] != '=')
    ++at_;
  attribute.name = html_.substr(name, at_ - name);
  std::size_t i = at_;
  while (i < end_ && is_space(html_[i])) ++i;
  if (i >= end_ || html_[i] != '=') return true;
  ++i;
  while (i < end_ && is_space(html_[i])) ++i;
  attribute.has_value = true;
  if (i < end_ && (html_[i] == '"' || html_[i] == '\'')) {
    attribute.quote = html_[i];
    attribute.value_begin = i + 1;
    attribute.value_end = std::min(html_.find(attribute.quote, i + 1), end_);
    at_ = std::min(attribute.value_end + 1, end_);
  } else {
    attribute.value_begin = i;
    while (i < end_ && !is_space(html_[i]) && html_[i] != '>') ++i;
    attribute.value_end = at_ = i;
  }
  attribute.value = html_.substr(attribute.value_begin, attribute.value_end - attribute.value_begin);
  return true;
}

bool find_attribute(std::string_view html, const Token& tag, std::string_view name, Attribute& attribute) {
  Attributes attributes(html, tag);
  while (attributes.next(attribute)) {
    if (ascii_iequals(attribute.name, name)) return true;
  }
  return false;
}

}  // namespace postroad::mail::html
