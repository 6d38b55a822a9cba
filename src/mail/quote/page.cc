#include "mail/quote/page.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "mail/html/entities.h"
#include "mail/html/tokenizer.h"
#include "mail/quote/attribution.h"
#include "mail/quote/containers.h"

namespace postroad::mail::quote {
namespace {

constexpr std::string_view kObject = "\xef\xbf\xbc";  ///< U+FFFC stands for a picture
constexpr std::string_view kRule = "________";

bool is_one_of(std::string_view name, auto const& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view n) { return ascii_iequals(n, name); });
}

constexpr auto kBlocks = std::to_array<std::string_view>(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "footer",
     "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre",
     "section", "table", "tbody", "tr", "ul", "br"});

/// Elements that end where the next of their kind starts.
constexpr auto kClosedBySelf = std::to_array<std::string_view>({"p", "li", "td", "th", "tr", "dd", "dt", "option"});

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

}  // namespace

bool is_void_element(std::string_view name) {
  static constexpr auto kVoid = std::to_array<std::string_view>(
      {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"});
  return is_one_of(name, kVoid);
}

std::size_t append_character(std::string_view html, std::size_t at, std::string& out) {
  constexpr std::size_t kReferenceBytesMax = 34;
  if (html[at] != '&') {
    out += html[at];
    return 1;
  }
  const std::size_t end = html.substr(at, kReferenceBytesMax).find(';');
  const std::size_t size = end == std::string_view::npos ? 1 : end + 1;
  out += html::decode_entities(html.substr(at, size));
  return size;
}

class PageReader {
 public:
  explicit PageReader(Page& page, std::string_view html) : page_(page), html_(html) {}

  void read() {
    html::Tokenizer tokenizer(html_);
    for (html::Token token; tokenizer.next(token);) {
      if (token.kind == html::TokenKind::kText && !token.raw_text) text(token);
      if (token.kind == html::TokenKind::kStartTag) start(token);
      if (token.kind == html::TokenKind::kEndTag) end(token);
    }
    while (!open_.empty()) close(html_.size());
  }

 private:
  struct Open {
    std::string_view name;
    std::size_t begin, text;
    ContainerKind container;
  };

  void text(const html::Token& token) {
    bool any = false;
    for (std::size_t i = token.begin; i < token.end;) {
      character_.clear();
      const std::size_t size = append_character(html_.substr(0, token.end), i, character_);
      const bool space = character_.size() == 1 && is_space(character_[0]);
      if (space || character_ == "\xc2\xa0") {
        space_ = true;
      } else {
        before_visible();
        if (!std::exchange(any, true)) segment(i, token.end);
        page_.text_ += character_;
      }
      i += size;
    }
  }

  void segment(std::size_t source, std::size_t source_end) {
    page_.segments_.push_back({static_cast<std::uint32_t>(page_.text_.size()), static_cast<std::uint32_t>(source),
                               static_cast<std::uint32_t>(source_end)});
  }

  /// Line ends and spaces wait until something follows them.
  void before_visible() {
    std::string& out = page_.text_;
    const bool line_start = out.empty() || break_;
    if (break_ && !out.empty()) out += '\n';
    if (line_start && blockquotes_ > 0) out += "> ";
    if (!line_start && space_) out += ' ';
    break_ = space_ = false;
  }

  void visible(const html::Token& token, std::string_view shown) {
    before_visible();
    segment(token.begin, token.end);
    page_.text_ += shown;
  }

  void start(const html::Token& token) {
    if (is_one_of(token.name, kBlocks)) break_ = true;
    if (ascii_iequals(token.name, "td") || ascii_iequals(token.name, "th")) space_ = true;
    if (ascii_iequals(token.name, "hr")) {
      visible(token, kRule);
      break_ = true;
    }
    if (ascii_iequals(token.name, "img")) visible(token, kObject);
    const ContainerKind kind = container_kind(html_, token);
    if (kind == ContainerKind::kDivider) page_.containers_.push_back({divider_begin(token), html_.size()});
    if (is_void_element(token.name) || token.self_closing) return;
    if (!open_.empty() && is_one_of(token.name, kClosedBySelf) && ascii_iequals(open_.back().name, token.name))
      close(token.begin);
    if (open_.size() >= kDepthMax) {
      ++beyond_;
      return;
    }
    if (ascii_iequals(token.name, "blockquote")) ++blockquotes_;
    open_.push_back({token.name, token.begin, page_.text_.size(), kind});
  }

  /// A rule just before a divider is part of it.
  std::size_t divider_begin(const html::Token& token) const {
    return page_.text_.ends_with(kRule) ? page_.segments_.back().source : token.begin;
  }

  void end(const html::Token& token) {
    if (is_one_of(token.name, kBlocks)) break_ = true;
    if (beyond_ > 0) {
      --beyond_;
      return;
    }
    const auto found = std::find_if(open_.rbegin(), open_.rend(),
                                    [&](const Open& open) { return ascii_iequals(open.name, token.name); });
    if (found == open_.rend()) return;
    for (auto n = found - open_.rbegin(); n > 0; --n) close(token.begin);
    close(token.end);
  }

  void close(std::size_t source_end) {
    const Open open = open_.back();
    open_.pop_back();
    if (ascii_iequals(open.name, "blockquote")) {
      --blockquotes_;
      if (blockquotes_ == 0 && open.container != ContainerKind::kIndent)
        page_.last_blockquote_ = {open.begin, source_end};
    }
    if (open.container == ContainerKind::kQuote && !is_forward(open.text))
      page_.containers_.push_back({open.begin, source_end});
  }

  /// What an element shows first is "Forwarded message".
  bool is_forward(std::size_t text_offset) const {
    const std::string_view shown = std::string_view(page_.text_).substr(text_offset).substr(0, Borders::kSeparatorBytesMax);
    const Lines lines(shown);
    Borders borders(lines);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!is_blank(lines[i])) return borders.is_forward(i);
    }
    return false;
  }

  Page& page_;
  std::string_view html_;
  std::vector<Open> open_;
  std::size_t beyond_ = 0, blockquotes_ = 0;
  bool break_ = false, space_ = false;
  std::string character_;
};

Page::Page(std::string_view html) : html_(html) {
  PageReader(*this, html).read();
  std::sort(containers_.begin(), containers_.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
}

std::size_t Page::source_of(std::size_t text_offset) const {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), text_offset,
                                      [](std::size_t offset, const Segment& s) { return offset < s.text; });
  if (after == segments_.begin()) return after == segments_.end() ? html_.size() : after->source;
  const Segment& inside = *(after - 1);
  // The text of a segment is its source, decoded and with its spaces run together: read it again up to the place.
  std::string character;
  std::size_t shown = inside.text, at = inside.source;
  bool space = false;
  while (at < inside.source_end && shown < text_offset) {
    character.clear();
    const std::size_t size = append_character(html_.substr(0, inside.source_end), at, character);
    if ((character.size() == 1 && is_space(character[0])) || character == "\xc2\xa0") {
      if (!std::exchange(space, true)) ++shown;
    } else {
      space = false;
      shown += character.size();
    }
    at += size;
  }
  const std::size_t next = after == segments_.end() ? text_.size() : after->text;
  // A line that starts at or after the segment's last character belongs to the next one.
  if (text_offset < next && text_.find('\n', inside.text) >= text_offset && at < inside.source_end) return at;
  return after == segments_.end() ? html_.size() : after->source;
}

}  // namespace postroad::mail::quote
