#include <algorithm>

#include "mail/quote/cut.h"
#include "mail/quote/page.h"
#include "mail/quote/strip.h"

namespace postroad::mail::quote {
namespace {

std::vector<Range> merged(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  std::vector<Range> out;
  for (const Range& range : ranges) {
    if (!out.empty() && range.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, range.end);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

/// What the text says is quoted, and what the elements say; else the last blockquote.
std::vector<Range> quoted_ranges(const Page& page) {
  const Quotes quotes = find_quotes(Lines(page.text()), 0);
  std::vector<Range> ranges = page.containers();
  for (const Range& range : quotes.ranges) ranges.push_back({page.source_of(range.begin), page.source_of(range.end)});
  if (ranges.empty() && !quotes.forwards && page.last_blockquote().end != 0) ranges.push_back(page.last_blockquote());
  return merged(std::move(ranges));
}

}  // namespace

std::string strip_html(std::string_view html) {
  if (html.size() > kHtmlBytesMax) return std::string(html);
  const std::vector<Range> ranges = quoted_ranges(Page(html));
  if (ranges.empty()) return std::string(html);
  Cut rest = cut(html, ranges);
  return rest.says_something ? std::move(rest.html) : std::string(html);
}

}  // namespace postroad::mail::quote
