#pragma once
#include <cstddef>
#include <optional>

#include "net/http/limits.h"
#include "net/http/message.h"

namespace postroad::net::http {

/// Finds the end of a request's head in a growing buffer, and refuses early what no strict recipient may take
/// (RFC 9112 §2.2, §5.2): bare LF, bare CR, NUL, folded lines, and more than limits.h allows.
class HeadScanner {
 public:
  /// `buffer` is what was given before plus more. The head's size with its empty line, or nothing yet.
  Outcome<std::optional<std::size_t>> scan(std::string_view buffer);
  void reset() { *this = HeadScanner(); }

 private:
  Outcome<void> check_line(std::string_view line) const;

  std::size_t line_begin_ = 0;
  std::size_t lines_ = 0;
};

/// How the body is delimited (RFC 9112 §6.3).
struct Framing {
  enum class Kind : std::uint8_t { kNone, kLength, kChunked };
  Kind kind = Kind::kNone;
  std::uint64_t length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
};

/// Parses `request.head`, complete as HeadScanner found it, into the rest of `request`. Refuses: both Content-Length
/// and Transfer-Encoding, more than one of either or of Host, no Host in HTTP/1.1, a coding other than "chunked",
/// a length over `body_bytes_max` (413), other versions (505).
Outcome<Framing> parse_head(Request& request, std::uint64_t body_bytes_max = kBodyBytesMax);

}  // namespace postroad::net::http
