#pragma once
#include <string_view>

#include "mail/quote/lines.h"

namespace postroad::mail::quote {

/// Non-empty lines a signature may have, but after a delimiter of its own (RFC 3676 §4.3).
inline constexpr std::size_t kSignatureLinesMax = 11;
/// A longer line belongs to no signature that nothing announces.
inline constexpr std::size_t kSignatureLineBytesMax = 60;

/// The line at which the signature starts; lines.size() when there is none. It never starts on the first line that
/// says something.
std::size_t find_signature(const Lines& lines, std::string_view sender);

}  // namespace postroad::mail::quote
