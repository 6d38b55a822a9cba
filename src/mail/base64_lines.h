#pragma once
#include <string>
#include <string_view>

namespace postroad::mail {

/// Appends `bytes` by RFC 2045 §6.8: lines of 76 with CRLF, the last one too. Nothing for nothing.
void append_base64_lines(std::string& out, std::string_view bytes);
/// Reads what senders really write: characters outside the alphabet are skipped, also padding in the middle
/// (joined encodings); a lone last digit is dropped.
std::string decode_base64_lenient(std::string_view encoded);

}  // namespace postroad::mail
