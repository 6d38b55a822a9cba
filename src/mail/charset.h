#pragma once
#include <string>
#include <string_view>

namespace postroad::mail {

/// `bytes` in `charset` (a MIME name, any case, aliases and misspellings senders use) as valid UTF-8. What
/// the charset does not define becomes U+FFFD. An unknown charset, none, and US-ASCII are read as UTF-8 where
/// that is valid, else as Windows-1252 where `guess` allows, else with U+FFFD for each stray octet.
std::string to_utf8(std::string_view bytes, std::string_view charset, bool guess = false);
/// The same text with every octet that is not UTF-8 replaced by U+FFFD.
std::string repaired_utf8(std::string_view bytes);
/// The start of a stranger's text, fit for an error or a log: at most 100 octets, valid UTF-8, controls as
/// '?'.
std::string for_log(std::string_view bytes);
/// Whether `charset` names one that `to_utf8` converts by table.
bool is_known_charset(std::string_view charset);

}  // namespace postroad::mail
