#include "mail/quote/find.h"

#include <algorithm>

#include "mail/quote/attribution.h"

namespace postroad::mail::quote {
namespace {

class Finder {
 public:
  Finder(const Lines& lines, std::size_t marked_lines_min)
      : lines_(lines), borders_(lines), marked_lines_min_(marked_lines_min) {}

  Quotes find() {
    for (std::size_t i = 0; i < lines_.size();) i = step(i);
    return std::move(out_);
  }

 private:
  /// The next line to look at.
  std::size_t step(std::size_t i) {
    if (is_blank(lines_[i])) return i + 1;
    if (is_quoted(lines_[i])) return marked_run(i);
    if (borders_.is_forward(i)) {
      out_.forwards = true;
      return lines_.size();
    }
    std::size_t end = 0;
    if (const std::size_t at = borders_.shared_line(i, end); at != 0)
      return remove_from(lines_.begin(i) + at, end);
    end = borders_.border_end(i);
    return end == 0 ? i + 1 : remove_from(lines_.begin(i), end);
  }

  std::size_t marked_run(std::size_t first) {
    std::size_t marked = 0;
    const std::size_t end = run_end(first, marked);
    if (marked_lines_min_ != 0 && marked >= marked_lines_min_) remove(lines_.begin(first), end);
    return end;
  }

  /// A border from the octet `begin` to the line `end`, and what it announces.
  std::size_t remove_from(std::size_t begin, std::size_t end) {
    std::size_t next = end;
    while (next < lines_.size() && is_blank(lines_[next])) ++next;
    std::size_t marked = 0;
    const bool quoted = next < lines_.size() && is_quoted(lines_[next]);
    const std::size_t to = quoted ? run_end(next, marked) : lines_.size();
    remove(begin, to);
    return to;
  }

  void remove(std::size_t begin, std::size_t end_line) { out_.ranges.push_back({begin, lines_.begin(end_line)}); }

  /// The line after a run of marked lines and the empty ones among and after them; `marked` counts the former.
  std::size_t run_end(std::size_t first, std::size_t& marked) {
    std::size_t end = first, last_marked = first;
    for (std::size_t i = first; i < lines_.size();) {
      if (is_quoted(lines_[i])) {
        ++marked;
        last_marked = end = ++i;
      } else if (is_blank(lines_[i])) {
        end = ++i;
      } else if (const std::size_t back = i == last_marked ? continuation_end(i) : 0; back != 0) {
        i = back;
      } else {
        break;
      }
    }
    return end;
  }

  /// Where a program broke a marked line in two, the rest has no mark: the marked line it comes back to, or 0.
  std::size_t continuation_end(std::size_t line) {
    constexpr std::size_t kContinuationLinesMax = 2;
    constexpr std::size_t kBrokenLineBytesMin = 60;
    const std::string_view before = lines_[line - 1];
    const std::string_view text = lines_[line];
    if (text.size() > Borders::kAttributionBytesMax) return 0;
    const std::size_t open = before.rfind('('), closed = before.rfind(')');
    const bool in_brackets = open != std::string_view::npos && (closed == std::string_view::npos || closed < open);
    const bool was_full = before.size() >= kBrokenLineBytesMin || in_brackets;
    const bool is_link = text.find_first_of("(<") <= 2 && text.find("http") != std::string_view::npos;
    if (!was_full && !is_link && !text.ends_with('>')) return 0;
    for (std::size_t i = line + 1; i <= line + kContinuationLinesMax && i < lines_.size(); ++i) {
      if (is_quoted(lines_[i])) return i;
      if (is_blank(lines_[i])) return 0;
    }
    return 0;
  }

  const Lines& lines_;
  Borders borders_;
  std::size_t marked_lines_min_;
  Quotes out_;
};

}  // namespace

Quotes find_quotes(const Lines& lines, std::size_t marked_lines_min) {
  return Finder(lines, marked_lines_min).find();
}

}  // namespace postroad::mail::quote
