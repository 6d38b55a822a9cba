#include "base/text.h"
#include "mail/quote/find.h"
#include "mail/quote/signature.h"
#include "mail/quote/strip.h"

namespace postroad::mail::quote {
namespace {

constexpr std::size_t kMarkedLinesMin = 2;

std::string without(std::string_view text, const std::vector<Range>& ranges) {
  std::string out;
  std::size_t at = 0;
  for (const Range& range : ranges) {
    out.append(text, at, range.begin - at);
    at = range.end;
  }
  out.append(text, at);
  return out;
}

}  // namespace

StrippedText strip_text(std::string_view text, std::string_view sender) {
  const std::string_view beyond = text.substr(std::min(text.size(), kTextBytesMax));
  text = text.substr(0, kTextBytesMax);
  Quotes quotes = find_quotes(Lines(text), kMarkedLinesMin);
  const std::string reply = without(text, quotes.ranges);
  if (quotes.forwards || !beyond.empty()) return {std::string(trim(reply)).append(beyond), ""};
  const Lines lines(reply);
  const std::size_t signature = lines.begin(find_signature(lines, sender));
  return {std::string(trim(std::string_view(reply).substr(0, signature))),
          std::string(trim(std::string_view(reply).substr(signature)))};
}

}  // namespace postroad::mail::quote
