#pragma once
#include <string>
#include <string_view>

namespace postroad::mail {

inline constexpr std::size_t kEncodedWordBytesMax = 75;  ///< RFC 2047 §2

/// Where an encoded word will stand; phrases allow fewer bare characters (RFC 2047 §5).
enum class WordUse : std::uint8_t { kUnstructured, kPhrase };

/// Whether `text` cannot stand in a header as it is: octets above 0x7f, controls, or something that would be
/// read as an encoded word.
bool needs_encoded_words(std::string_view text);
/// `text`, valid UTF-8, as encoded words of at most 75 octets separated by one space: Q where mostly ASCII,
/// else B. Words never cut a character. Every control is encoded, so the output holds printable ASCII and
/// spaces alone.
std::string encode_words(std::string_view text, WordUse use);
/// RFC 2047 §6 reading for people's text, folds included: encoded words become UTF-8, white space
/// between two of them goes, a fold becomes one space. Beyond the RFC: words may hold spaces and folds,
/// and may touch other text, from which a space then parts them. Neighbours of one charset are joined
/// before they are converted, so a character cut in two is whole again. What cannot be decoded stays as it
/// stands. Linear in the input.
std::string decode_words(std::string_view text);
/// The same for a phrase from an address.
std::string decode_phrase(std::string_view phrase);
/// The same for a MIME parameter, where a word that touches text belongs to it: `"=?...?=.png"`.
std::string decode_parameter_words(std::string_view text);

}  // namespace postroad::mail
