#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace postroad::mail {

inline constexpr std::size_t kDomainBytesMax = 255;  ///< RFC 5321 §4.5.3.1.2
inline constexpr std::size_t kLabelBytesMax = 63;    ///< RFC 1035 §2.3.4

/// The lower-case A-label form of a domain (RFC 5890, UTS 46 non-transitional). ASCII passes through in lower
/// case; "xn--" labels must decode. Fails, permanently, on text that no IDN table allows.
Result<std::string> to_ascii_domain(std::string_view domain);
/// The U-label form for people; the input itself where it has none.
std::string to_unicode_domain(std::string_view domain);
/// RFC 5321 §2.3.5 with RFC 1035 lengths: letters, digits, inner hyphens, labels of 1-63; no final dot.
/// "ab--" is kept for IDNA (RFC 5890 §2.3.1), so only "xn--" may carry hyphens there.
bool is_hostname(std::string_view ascii_domain);
/// RFC 5321 §4.1.3 in brackets: "[192.0.2.1]" or "[IPv6:2001:db8::1]". No other tag is registered.
bool is_address_literal(std::string_view text);

/// Whether mail could ever be for it on the public Internet, as far as its form tells: a top-level label is
/// letters or an A-label (or all digits, which only DNS can refuse), a literal is neither loopback nor
/// unspecified. For validation answers; sending does not ask, since private networks name their hosts as they
/// like.
bool is_plausible_destination(std::string_view ascii_domain);

}  // namespace postroad::mail
