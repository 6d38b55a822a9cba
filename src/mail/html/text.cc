#include "mail/html/text.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/html/entities.h"
#include "mail/html/tokenizer.h"

namespace postroad::mail::html {
namespace {

constexpr std::array<std::string_view, 30> kBlocks{
    "address", "article", "aside", "blockquote", "center", "dd",      "div",   "dl", "dt",     "fieldset",
    "footer",  "form",    "h1",    "h2",         "h3",     "h4",      "h5",    "h6", "header", "li",
    "main",    "nav",     "ol",    "p",          "pre",    "section", "table", "tr", "ul",     "body"};
constexpr std::array<std::string_view, 9> kParagraphs{"p",  "h1", "h2",         "h3", "h4",
                                                      "h5", "h6", "blockquote", "ul"};

bool is_one_of(std::string_view name, const auto& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view n) { return ascii_iequals(n, name); });
}

class Writer {
 public:
  explicit Writer(std::string_view html) : html_(html) {}

  std::string write() {
    Tokenizer tokenizer(html_);
    for (Token token; tokenizer.next(token);) {
      if (token.kind == TokenKind::kText && !token.raw_text && !in_head_)
        text(decode_entities(html_.substr(token.begin, token.end - token.begin)));
      if (token.kind == TokenKind::kText && token.raw_text && in_textarea_)
        text(decode_entities(html_.substr(token.begin, token.end - token.begin)));
      if (token.kind == TokenKind::kStartTag) start(token);
      if (token.kind == TokenKind::kEndTag) end(token);
    }
    while (out_.ends_with('\n') || out_.ends_with(' ')) out_.pop_back();
    if (!out_.empty()) out_ += '\n';
    return std::move(out_);
  }

 private:
  void text(std::string_view content) {
    if (preformatted_) {
      flush_breaks();
      out_ += content;
      return;
    }
    for (std::size_t i = 0; i < content.size(); ++i) {
      const char c = content[i];
      const bool no_break_space = content.substr(i, 2) == "\xc2\xa0";
      if (no_break_space) ++i;
      if (no_break_space || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        space_ = true;
        continue;
      }
      flush_breaks();
      out_ += c;
    }
  }

  /// Line breaks and spaces wait until something follows them.
  void flush_breaks() {
    if (breaks_ > 0 && !out_.empty()) {
      while (out_.ends_with(' ')) out_.pop_back();
      out_.append(breaks_, '\n');
    } else if (space_ && !out_.empty() && !out_.ends_with('\n') && !out_.ends_with(' ')) {
      out_ += ' ';
    }
    breaks_ = 0;
    space_ = false;
  }

  void line_break(std::size_t lines) { breaks_ = std::max(breaks_, lines); }

  void start(const Token& token) {
    const std::string_view name = token.name;
    if (ascii_iequals(name, "head")) in_head_ = true;
    if (ascii_iequals(name, "body")) in_head_ = false;
    in_textarea_ = ascii_iequals(name, "textarea");
    if (ascii_iequals(name, "br")) breaks_ = std::min<std::size_t>(breaks_ + 1, 2);
    if (is_one_of(name, kBlocks)) line_break(is_one_of(name, kParagraphs) ? 2 : 1);
    if (ascii_iequals(name, "pre")) preformatted_ = true;
    if (ascii_iequals(name, "td") || ascii_iequals(name, "th")) space_ = true;
    if (ascii_iequals(name, "li")) {
      text("*");
      space_ = true;
    }
    if (ascii_iequals(name, "hr")) {
      line_break(1);
      text("----");
      line_break(1);
    }
    if (ascii_iequals(name, "img")) picture(token);
    if (ascii_iequals(name, "a")) open_link(token);
  }

  void end(const Token& token) {
    const std::string_view name = token.name;
    if (ascii_iequals(name, "head")) in_head_ = false;
    if (ascii_iequals(name, "textarea")) in_textarea_ = false;
    if (ascii_iequals(name, "pre")) preformatted_ = false;
    if (ascii_iequals(name, "a")) close_link();
    if (is_one_of(name, kBlocks)) line_break(is_one_of(name, kParagraphs) ? 2 : 1);
  }

  void picture(const Token& token) {
    Attribute alternative;
    if (find_attribute(html_, token, "alt", alternative)) text(decode_entities(alternative.value));
  }

  void open_link(const Token& token) {
    Attribute href;
    link_.clear();
    if (!find_attribute(html_, token, "href", href)) return;
    const std::string url(trim(decode_entities(href.value)));
    if (ascii_istarts_with(url, "http://") || ascii_istarts_with(url, "https://")) link_ = url;
    link_start_ = out_.size();
  }

  void close_link() {
    if (link_.empty()) return;
    const std::string_view shown = trim(std::string_view(out_).substr(std::min(link_start_, out_.size())));
    const bool same =
        shown == link_ || (!shown.empty() && link_.ends_with(shown)) || link_ == std::string(shown) + '/';
    if (!same && !shown.empty()) out_ += " (" + link_ + ")";
    if (shown.empty()) text(link_);
    link_.clear();
  }

  std::string_view html_;
  std::string out_;
  std::string link_;
  std::size_t link_start_ = 0;
  std::size_t breaks_ = 0;
  bool space_ = false, preformatted_ = false, in_head_ = false, in_textarea_ = false;
};

}  // namespace

std::string to_text(std::string_view html) {
  return Writer(html).write();
}

}  // namespace postroad::mail::html
