#pragma once
#include <string>
#include <string_view>

namespace postroad::mail {

inline constexpr std::size_t kEncodedLineBytesMax = 76;  ///< RFC 2045 §6.7 (5), §6.8

/// Appends `text` by RFC 2045 §6.7: any line end (CRLF, LF, CR) becomes CRLF, lines are at most 76, spaces
/// before a line end and a "From " or "." that opens a line are encoded, so that no relay has a reason to
/// touch them.
void append_quoted_printable(std::string& out, std::string_view text);
/// Reads what senders really write: soft breaks with trailing spaces, lower-case hex; an "=" that starts no
/// escape stays.
std::string decode_quoted_printable(std::string_view encoded);
/// How many octets of `text` quoted-printable triples in size.
std::size_t quoted_octets(std::string_view text);

}  // namespace postroad::mail
