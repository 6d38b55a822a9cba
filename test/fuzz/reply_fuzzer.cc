// Any answer of a mail server, in any fragments: the same reply whole and in pieces, within its bounds.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/assert.h"
#include "mail/smtp/reply_parser.h"

namespace {

using postroad::mail::smtp::ReplyParser;

/// What became of it: the octets taken until a reply was whole, or nothing when it was refused or is not
/// whole yet.
std::optional<std::size_t> taken(std::span<const char> bytes, std::size_t step) {
  ReplyParser parser;
  std::size_t at = 0;
  while (at < bytes.size() && !parser.reply()) {
    const auto piece = bytes.subspan(at, std::min(step, bytes.size() - at));
    const auto used = parser.consume(piece);
    if (!used) return std::nullopt;
    PR_ASSERT(*used <= piece.size());
    if (*used == 0 && !parser.reply()) break;
    at += *used;
  }
  if (!parser.reply()) return std::nullopt;
  PR_ASSERT(parser.reply()->code >= 200 && parser.reply()->code <= 599 && at <= ReplyParser::kReplyBytesMax);
  return at;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const char> bytes(reinterpret_cast<const char*>(data), size);
  PR_ASSERT(taken(bytes, size + 1) == taken(bytes, 1));
  PR_ASSERT(taken(bytes, size + 1) == taken(bytes, 7));
  return 0;
}
