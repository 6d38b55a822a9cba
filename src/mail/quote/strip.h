#pragma once
#include <string>
#include <string_view>

namespace postroad::mail::quote {

/// Text beyond this many octets is kept as it stands and not looked at.
inline constexpr std::size_t kTextBytesMax = std::size_t{4} << 20;
/// HTML longer than this comes back as it went in.
inline constexpr std::size_t kHtmlBytesMax = std::size_t{2} << 20;

struct StrippedText {
  std::string text;       ///< what the sender wrote; white space at both ends gone
  std::string signature;  ///< empty when none was found
};

/// The new part of a plain-text reply: without quoted lines, attribution lines ("On … wrote:"), header blocks and
/// separators of mail programs in some thirty languages, and without the signature. A forwarded message is what
/// the sender wanted to say and stays. `sender`, a name or an address or both, helps to find a signature that
/// nothing announces. Linear in the text; any octets are read, UTF-8 is understood.
StrippedText strip_text(std::string_view text, std::string_view sender = {});

/// The same for HTML: the kept part is the source octet for octet, elements that held nothing but quoted text are
/// gone with it, and tags stay balanced. When everything is quoted, the source comes back. Linear in the text.
std::string strip_html(std::string_view html);

}  // namespace postroad::mail::quote
