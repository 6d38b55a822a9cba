#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postroad {

/// ASCII only: protocol words, never people's text.
char ascii_lower(char c);
std::string ascii_lower(std::string_view text);
bool ascii_iequals(std::string_view a, std::string_view b);
bool ascii_istarts_with(std::string_view text, std::string_view prefix);
/// Without spaces, tabs, CR and LF at both ends.
std::string_view trim(std::string_view text);
/// Parts between `separator`; "a,,b" gives three.
std::vector<std::string_view> split(std::string_view text, char separator);
bool is_valid_utf8(std::string_view text);

std::string hex_encode(std::span<const std::uint8_t> bytes);
std::string hex_encode(std::string_view bytes);
std::optional<std::string> hex_decode(std::string_view text);

/// RFC 4648 §4, with padding, no line breaks.
std::string base64_encode(std::string_view bytes);
/// RFC 4648 §4; padding optional, white space skipped, anything else gives nullopt.
std::optional<std::string> base64_decode(std::string_view text);
/// RFC 4648 §5, without padding.
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

/// 32 raw bytes.
std::string sha256(std::string_view bytes);
/// 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// Takes the same time wherever the first difference is.
bool constant_time_equals(std::string_view a, std::string_view b);

/// A whole decimal number that fits; no sign but '-', no spaces.
std::optional<std::int64_t> parse_int(std::string_view text);

}  // namespace postroad
