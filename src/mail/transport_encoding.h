#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace postroad::mail {

/// What the way to the next host can carry.
struct TransportLimits {
  bool eight_bit = true;  ///< false: the host does not offer 8BITMIME (RFC 6152)
};

/// Whether a message with CRLF line ends can travel as it is: body lines of at most 998 octets (RFC 5321
/// §4.5.3.1.6), no octets above 0x7f where they are not allowed. One pass.
bool can_travel(std::string_view message, TransportLimits limits = {});
/// The message with the transfer encoding of just those parts changed that could not travel: text becomes
/// quoted-printable, anything else base64; every other octet stays. Must happen before signing. Nullopt when
/// nothing needs changing. Attached messages are left alone: RFC 2046 §5.2.1 forbids encoding them. Line ends
/// inside text parts become CRLF.
std::optional<std::string> encoded_for_transport(std::string_view message, TransportLimits limits = {});

}  // namespace postroad::mail
