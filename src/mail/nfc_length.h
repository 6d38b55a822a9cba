#pragma once
#include <cstddef>
#include <string_view>

namespace postroad::mail {

/// How many octets longer UTF-8 text gets under Unicode's NFC, which another server may apply (RFC 6532
/// §3.1): some characters are excluded from composition and come apart. Counts only what grows, so it is an
/// upper bound.
std::size_t nfc_growth(std::string_view text);

}  // namespace postroad::mail
