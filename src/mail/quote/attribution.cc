#include "mail/quote/attribution.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "mail/quote/evidence.h"
#include "mail/quote/words.h"

namespace postroad::mail::quote {
namespace {

/// Within so many octets of its start an attribution shows its date.
constexpr std::size_t kFirstDigitWithin = 40;
constexpr std::size_t kLinesWithoutOpener = 3;

/// Without the dashes, quote marks and white space some programs put around.
std::string_view bare(std::string_view folded) {
  const std::size_t begin = folded.find_first_not_of("-_*=> \"");
  if (begin == std::string_view::npos) return {};
  const std::size_t end = folded.find_last_not_of("-_*=> \"");
  return folded.substr(begin, end + 1 - begin);
}

bool digit_within(std::string_view text, std::size_t octets) {
  const std::string_view start = text.substr(0, octets);
  return std::any_of(start.begin(), start.end(), is_digit);
}

/// What one to six lines, joined and folded, say.
bool is_attribution(std::string_view joined, std::string_view first_line, std::size_t lines, bool quoted_next) {
  std::string_view text = bare(joined);
  if (text.size() < 6) return false;
  const bool colon = text.ends_with(':');
  std::string_view core = text;
  while (!core.empty() && (core.back() == ':' || core.back() == ' ' || core.back() == '*')) core.remove_suffix(1);
  const bool mail = has_address(core);
  const bool date = has_date(core), time = has_time(core);
  const bool opener = attribution_opener(text) != 0 && digit_within(text, kFirstDigitWithin);
  const bool starts_dated = opener || digit_within(bare(first_line), kFirstDigitWithin);
  if (ends_with_wrote(core)) {
    if ((date || time) && starts_dated) return true;
    if (mail && colon && lines <= kLinesWithoutOpener) return true;
    if (joined.starts_with("--") && joined.ends_with("--") && lines == 1) return true;
    if (colon && lines == 1 && quoted_next && text.size() <= 100) return true;
  }
  if (lines > kLinesWithoutOpener && !opener) return false;
  if (colon && has_inner_wrote(core) && (date || time) && (mail || (date && time && starts_dated))) return true;
  const bool ends_in_address = ends_with_address(core);
  if (colon && ends_in_address && date && time && starts_dated) return true;
  return !colon && quoted_next && ends_in_address && date && starts_dated && is_digit(text.front());
}

}  // namespace

/// Joins the lines [line, end) into `folded_`; false when they are too long for an attribution.
bool Borders::join(std::size_t line, std::size_t end) {
  if (lines_.begin(end) - lines_.begin(line) > kAttributionBytesMax) return false;
  joined_.clear();
  for (std::size_t i = line; i < end; ++i) {
    joined_ += lines_[i];
    joined_ += ' ';
  }
  fold(joined_, folded_);
  return true;
}

/// An attribution may end here: with a colon, a verb, or an address in brackets.
bool Borders::closes(std::size_t line) {
  const std::string_view text = lines_[line];
  if (text.size() > kAttributionBytesMax) return false;
  fold(text.substr(text.size() > 64 ? text.size() - 64 : 0), folded_line_);
  std::string_view end = folded_line_;
  while (!end.empty() && std::string_view("-_* \"").find(end.back()) != std::string_view::npos) end.remove_suffix(1);
  return end.ends_with(':') || end.ends_with('>') || ends_with_wrote(end);
}

bool Borders::quoted_follows(std::size_t line) const {
  constexpr std::size_t kBlankLinesMax = 6;
  for (std::size_t i = line; i < std::min(lines_.size(), line + kBlankLinesMax); ++i) {
    if (!is_blank(lines_[i])) return is_quoted(lines_[i]);
  }
  return false;
}

/// Whether the attribution that ends before `end` starts after `line`, whose words are then the sender's. When the
/// line has a date, so must the later start.
bool Borders::later_start(std::size_t line, std::size_t end) {
  fold(lines_[line], folded_line_);
  const bool dated = has_date(folded_line_);
  for (std::size_t i = line + 1; i < end; ++i) {
    if (is_blank(lines_[i]) || !join(i, end)) continue;
    std::string first;
    fold(lines_[i], first);
    if (dated && !has_date(folded_)) continue;
    if (is_attribution(folded_, first, end - i, quoted_follows(end))) return true;
  }
  return false;
}

std::size_t Borders::attribution_end(std::size_t line) {
  std::string first;
  for (std::size_t end = line + 1; end <= std::min(lines_.size(), line + kAttributionLinesMax); ++end) {
    const std::string_view last = lines_[end - 1];
    if (is_blank(last)) {
      // Some programs leave an empty line before the address.
      if (end < lines_.size() && lines_[end].starts_with('<')) continue;
      return 0;
    }
    if (end > line + 1 && is_quoted(last) && !is_address_rest(last)) return 0;
    if (!closes(end - 1)) continue;
    if (++attempts_ > kAttemptsMax || !join(line, end)) return 0;
    if (first.empty()) fold(lines_[line], first);
    if (!is_attribution(folded_, first, end - line, quoted_follows(end))) continue;
    const std::string_view start = bare(first);
    const bool opener = attribution_opener(start) != 0 && (digit_within(start, kFirstDigitWithin) || end == line + 2);
    if (!opener && end > line + 1 && later_start(line, end)) return 0;
    return end;
  }
  return 0;
}

/// A header name and its colon open the line, in bold perhaps.
unsigned Borders::header_kind_of(std::size_t line) {
  constexpr std::size_t kNameBytesMax = 48;
  const std::string_view text = lines_[line];
  const std::string_view head = text.substr(0, kNameBytesMax);
  if (head.find(':') == std::string_view::npos && head.find("\xef\xbc\x9a") == std::string_view::npos) return kNoHeader;
  fold(head, folded_line_);
  std::string_view name = folded_line_;
  name.remove_prefix(std::min(name.find_first_not_of("*_|- >"), name.size()));
  name = name.substr(0, name.find(':'));
  while (!name.empty() && (name.back() == '*' || name.back() == ' ' || name.back() == '_')) name.remove_suffix(1);
  return header_kind(name);
}

/// Two header lines or more, one of them naming a writer or a date; values may go on for two lines.
std::size_t Borders::header_block_end(std::size_t line) {
  constexpr std::size_t kGapMax = 2;
  unsigned kinds = header_kind_of(line);
  if (kinds == kNoHeader || ++attempts_ > kAttemptsMax) return 0;
  std::size_t end = line + 1, gap = 0;
  bool blank = false;
  for (std::size_t i = end; i < std::min(lines_.size(), line + kHeaderBlockLinesMax) && gap <= kGapMax; ++i) {
    const unsigned kind = header_kind_of(i);
    if (kind == kNoHeader) {
      if (is_blank(lines_[i]) && std::exchange(blank, true)) break;
      ++gap;
      continue;
    }
    kinds |= kind;
    end = i + 1;
    gap = 0;
    blank = false;
  }
  if ((kinds & (kFromHeader | kDateHeader)) == 0) return 0;
  const int different = std::popcount(kinds);
  if (different >= 3) return end;
  fold(lines_.text().substr(lines_.begin(line),
                            std::min(lines_.begin(end) - lines_.begin(line), kAttributionBytesMax)),
       folded_);
  const bool evidence = folded_.find('@') != std::string::npos || (has_date(folded_) && has_time(folded_));
  if (different == 2) return evidence ? end : 0;
  // The headers of some programs share a line.
  const bool one_line = (kinds & kFromHeader) != 0 && evidence &&
                        (folded_.find(" date:") != std::string::npos || folded_.find(" sent:") != std::string::npos);
  return one_line ? end : 0;
}

bool Borders::is_separator(std::size_t line) {
  const std::string_view text = lines_[line];
  if (text.size() > kSeparatorBytesMax) return false;
  fold(text, folded_line_);
  const std::string_view folded = folded_line_;
  if (folded.empty()) return false;
  const bool framed = (folded.starts_with("--") || folded.starts_with("__") || folded.starts_with("**") ||
                       folded.starts_with("==")) &&
                      std::string_view("-_*=").find(folded.back()) != std::string_view::npos;
  return (framed && (is_original_message(folded) || bare(folded) == "original")) || is_reply_above(folded);
}

bool Borders::is_rule(std::size_t line) {
  const std::string_view text = lines_[line];
  if (text.size() > kSeparatorBytesMax) return false;
  fold(text, folded_line_);
  std::erase(folded_line_, ' ');
  return folded_line_.size() >= 3 && folded_line_.find_first_not_of(folded_line_.front()) == std::string::npos &&
         std::string_view("-_=*").find(folded_line_.front()) != std::string_view::npos;
}

bool Borders::is_forward(std::size_t line) {
  const std::string_view text = lines_[line];
  if (text.size() > kSeparatorBytesMax) return false;
  fold(text, folded_line_);
  const std::string_view folded = folded_line_;
  const bool framed = folded.starts_with("--") || folded.starts_with("==") || folded.ends_with(':');
  return framed && is_forwarded_message(folded);
}

std::size_t Borders::border_end(std::size_t line) {
  if (is_separator(line)) return line + 1;
  if (is_rule(line)) {
    // A rule belongs to the header block below it.
    std::size_t next = line + 1;
    while (next < lines_.size() && next <= line + 3 && (is_blank(lines_[next]) || is_rule(next))) ++next;
    return next < lines_.size() ? header_block_end(next) : 0;
  }
  if (const std::size_t end = header_block_end(line); end != 0) return end;
  return attribution_end(line);
}

std::size_t Borders::shared_line(std::size_t line, std::size_t& end) {
  const std::string_view text = lines_[line];
  if (text.size() > kAttributionBytesMax) return 0;
  const std::size_t on = text.rfind("On ");
  if (on == std::string_view::npos || on == 0 || (text[on - 1] != ' ' && text[on - 1] != '-')) return 0;
  for (end = line + 1; end <= std::min(lines_.size(), line + 2); ++end) {
    if (!closes(end - 1)) continue;
    if (++attempts_ > kAttemptsMax) return 0;
    std::string whole;
    fold(lines_.text().substr(lines_.begin(line) + on, lines_.begin(end) - lines_.begin(line) - on), whole);
    if (!is_attribution(whole, whole, end - line, quoted_follows(end)) || !has_date(whole)) continue;
    std::size_t from = on;
    while (from > 0 && (text[from - 1] == '-' || text[from - 1] == ' ')) --from;
    return from;
  }
  return 0;
}

}  // namespace postroad::mail::quote
