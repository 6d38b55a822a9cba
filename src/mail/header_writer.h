#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/address.h"

namespace postroad::mail {

inline constexpr std::size_t kLineBytesMax = 998;    ///< RFC 5322 §2.1.1, without CRLF: never exceeded
inline constexpr std::size_t kLineBytesWanted = 78;  ///< RFC 5322 §2.1.1: folded at, where there is a space
inline constexpr std::size_t kHeaderFieldBytesMax = 256 * 1024;  ///< ours, one field

/// A MIME parameter as meant: name an RFC 2045 token, value any UTF-8 text without controls.
struct Parameter {
  std::string name;
  std::string value;
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// The one writer of header fields. Appends `Name: value` CRLF, folded, to a buffer of the caller's; on an
/// error it appends nothing. No input makes it emit a CR or LF that does not end or fold a line, a NUL, or a
/// line over 998.
///
/// All errors are permanent and kInvalidArgument: a name that is not RFC 5322 §2.2 printable ASCII (the text
/// begins "Header name must be pure ASCII: "), a value with NUL, bare CR, or a line break that does not fold
/// (RFC 5322 §2.2.3), text that is not UTF-8, a token too long to fold.
class HeaderWriter {
 public:
  explicit HeaderWriter(std::string& out) : out_(out) {}

  /// People's text (Subject, X-Anything): RFC 2047 where needed. A folded value is unfolded first; other
  /// controls end up inside encoded words.
  Result<void> unstructured(std::string_view name, std::string_view value);
  /// ASCII in its final form (Message-Id, References, Received, JSON that is pure ASCII): folded at its
  /// spaces.
  Result<void> structured(std::string_view name, std::string_view value);
  /// From, To, Cc, Reply-To: comma-separated, folded between mailboxes. An empty list writes nothing.
  Result<void> mailboxes(std::string_view name, std::span<const Mailbox> mailboxes);
  /// Content-Type, Content-Disposition: `value; a=b; ...`. Values that are not ASCII are written by RFC 2231
  /// (in continuations where long); with `legacy_too`, as an encoded word in quotes instead, which old
  /// readers of `Content-Type: name=` expect and RFC 2231 readers ignore.
  Result<void> parameterised(std::string_view name, std::string_view value,
                             std::span<const Parameter> parameters, bool legacy_too = false);

 private:
  Result<void> write(std::string_view name, std::string_view value, bool strict_tokens);
  std::string& out_;
};

/// RFC 5322 §2.2: 1-127 printable ASCII characters without ':'.
bool is_field_name(std::string_view name);

}  // namespace postroad::mail
