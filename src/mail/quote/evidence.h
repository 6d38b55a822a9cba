#pragma once
#include <string_view>

/// What makes a line an attribution: dates, times, addresses. Each is linear in its (short) text.
namespace postroad::mail::quote {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A year of four digits, or three numbers with the same '.', '/' or '-' between.
bool has_date(std::string_view text);
/// 9:59, 18.30, 13h05.
bool has_time(std::string_view text);
/// x@y somewhere.
bool has_address(std::string_view text);
/// The last word is an address, in brackets perhaps.
bool ends_with_address(std::string_view text);
/// "> wrote:", "> (mailto:x)": the end of a broken address, not a quotation.
bool is_address_rest(std::string_view line);

}  // namespace postroad::mail::quote
