#include "mail/quote/cut.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "mail/html/tokenizer.h"
#include "mail/quote/page.h"

namespace postroad::mail::quote {
namespace {

/// Octets that stay.
struct Piece {
  std::uint32_t begin, end;
};

class Cutter {
 public:
  Cutter(std::string_view html, const std::vector<Range>& ranges) : html_(html), ranges_(ranges) {}

  Cut run() {
    html::Tokenizer tokenizer(html_);
    for (html::Token token; tokenizer.next(token);) {
      while (next_range_ < ranges_.size() && ranges_[next_range_].end <= token.begin) ++next_range_;
      if (token.kind == html::TokenKind::kText) text(token);
      if (token.kind == html::TokenKind::kComment) keep_if(!in_range(token), token);
      if (token.kind == html::TokenKind::kStartTag) start(token);
      if (token.kind == html::TokenKind::kEndTag) end(token);
    }
    while (!open_.empty()) close(nullptr);
    Cut out{.says_something = says_something_};
    for (const Piece& kept : pieces_) out.html.append(html_, kept.begin, kept.end - kept.begin);
    return out;
  }

 private:
  struct Open {
    std::string_view name;
    std::size_t piece;
    bool in_range;
    bool lost = false, shows = false;  ///< something of it was cut; something of it is left
  };

  bool in_range(const html::Token& token) const {
    return next_range_ < ranges_.size() && ranges_[next_range_].begin <= token.begin;
  }

  /// The first piece of an element is its own: it may have to go with all that follows it.
  void keep(std::size_t begin, std::size_t end) {
    if (joinable_ && !pieces_.empty() && pieces_.back().end == begin) {
      pieces_.back().end = static_cast<std::uint32_t>(end);
    } else {
      pieces_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
    }
    joinable_ = true;
  }
  void keep_if(bool wanted, const html::Token& token) {
    if (wanted) keep(token.begin, token.end);
  }

  /// Text may lie across the ends of a range.
  void text(const html::Token& token) {
    std::size_t at = token.begin;
    for (std::size_t r = next_range_; at < token.end; ++r) {
      const Range range = r < ranges_.size() ? ranges_[r] : Range{html_.size(), html_.size()};
      const std::size_t kept_end = std::clamp(range.begin, at, token.end);
      if (kept_end > at) shown(at, kept_end, token.raw_text);
      const std::size_t cut_end = std::clamp(range.end, kept_end, token.end);
      if (cut_end > kept_end && !open_.empty()) open_.back().lost = open_.back().lost || !blank(kept_end, cut_end);
      at = cut_end;
    }
  }

  void shown(std::size_t begin, std::size_t end, bool raw) {
    keep(begin, end);
    if (!raw && !blank(begin, end)) shows();
  }

  void shows() {
    says_something_ = true;
    if (!open_.empty()) open_.back().shows = true;
  }

  bool blank(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end;) {
      character_.clear();
      i += append_character(html_.substr(0, end), i, character_);
      if (!is_blank(character_)) return false;
    }
    return true;
  }

  void start(const html::Token& token) {
    const bool cut = in_range(token);
    if (is_void_element(token.name) || token.self_closing || open_.size() >= kDepthMax) {
      if (!cut && ascii_iequals(token.name, "img")) shows();
      if (cut && !open_.empty() && (ascii_iequals(token.name, "img") || ascii_iequals(token.name, "hr")))
        open_.back().lost = true;
      keep_if(!cut, token);
      if (open_.size() >= kDepthMax && !is_void_element(token.name) && !token.self_closing) ++beyond_;
      return;
    }
    joinable_ = false;
    open_.push_back({token.name, pieces_.size(), cut});
    keep(token.begin, token.end);
  }

  void end(const html::Token& token) {
    if (beyond_ > 0) {
      --beyond_;
      keep_if(!in_range(token), token);
      return;
    }
    const auto found = std::find_if(open_.rbegin(), open_.rend(),
                                    [&](const Open& open) { return ascii_iequals(open.name, token.name); });
    if (found == open_.rend()) {
      keep_if(!in_range(token), token);
      return;
    }
    for (auto n = found - open_.rbegin(); n > 0; --n) close(nullptr);
    close(&token);
  }

  /// Decides on the tags of the innermost element; `end` is its end tag, when it has one.
  void close(const html::Token* end) {
    const Open open = open_.back();
    open_.pop_back();
    const bool structure = ascii_iequals(open.name, "html") || ascii_iequals(open.name, "body");
    const bool inside = open.in_range && (end == nullptr || in_range(*end));
    const bool emptied = open.lost && !open.shows;
    const bool stays = structure || open.shows || (!inside && !emptied);
    if (!stays) pieces_.resize(open.piece);
    if (end != nullptr) keep_if(stays, *end);
    joinable_ = joinable_ && stays;
    if (open_.empty()) return;
    open_.back().lost = open_.back().lost || open.lost || !stays;
    open_.back().shows = open_.back().shows || open.shows;
  }

  std::string_view html_;
  const std::vector<Range>& ranges_;
  std::size_t next_range_ = 0;
  std::vector<Piece> pieces_;
  std::vector<Open> open_;
  std::size_t beyond_ = 0;
  bool joinable_ = true, says_something_ = false;
  std::string character_;
};

}  // namespace

Cut cut(std::string_view html, const std::vector<Range>& ranges) {
  return Cutter(html, ranges).run();
}

}  // namespace postroad::mail::quote
