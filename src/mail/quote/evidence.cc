#include "mail/quote/evidence.h"

#include <string>

#include "mail/quote/lines.h"
#include "mail/quote/words.h"

namespace postroad::mail::quote {
namespace {

bool is_alphanumeric(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_word(char c) {
  return is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80;
}

/// Octets of the run of digits at `at`.
std::size_t digits(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

/// Calls `found(at, count)` for each run of digits that starts a word; stops when it says so.
template <class Found>
bool any_number(std::string_view text, Found found) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t count = digits(text, i);
    if (count == 0) {
      ++i;
      continue;
    }
    if ((i == 0 || !is_alphanumeric(text[i - 1])) && found(i, count)) return true;
    i += count;
  }
  return false;
}

}  // namespace

bool has_date(std::string_view text) {
  return any_number(text, [&](std::size_t at, std::size_t count) {
    const std::size_t next = at + count;
    const bool ends = next >= text.size() || !is_alphanumeric(text[next]);
    if (count == 4 && ends && (text.substr(at, 2) == "19" || text.substr(at, 2) == "20")) return true;
    if (count > 4 || next >= text.size() || std::string_view("./-").find(text[next]) == std::string_view::npos)
      return false;
    const std::size_t second = digits(text, next + 1);
    const std::size_t then = next + 1 + second;
    if (second == 0 || second > 2 || then >= text.size() || text[then] != text[next]) return false;
    return digits(text, then + 1) != 0;
  });
}

bool has_time(std::string_view text) {
  return any_number(text, [&](std::size_t at, std::size_t count) {
    const std::size_t next = at + count;
    if (count > 2 || next >= text.size() || std::string_view(":.h").find(text[next]) == std::string_view::npos)
      return false;
    const std::size_t after = next + 3;
    if (digits(text, next + 1) != 2) return false;
    return text[next] != '.' || after >= text.size() || text[after] != '.';
  });
}

bool has_address(std::string_view text) {
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at > 0 && is_word(text[at - 1]) && at + 1 < text.size() && is_word(text[at + 1])) return true;
  }
  return false;
}

bool ends_with_address(std::string_view text) {
  while (!text.empty() && std::string_view(" >)]*\"").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  const std::size_t space = text.find_last_of(" <([");
  return has_address(text.substr(space == std::string_view::npos ? 0 : space));
}

bool is_address_rest(std::string_view line) {
  constexpr std::size_t kRestBytesMax = 80;
  if (line.size() > kRestBytesMax) return false;
  std::string folded;
  fold(line, folded);
  std::string_view rest = folded;
  while (!rest.empty() && std::string_view(" :->").find(rest.back()) != std::string_view::npos) rest.remove_suffix(1);
  return (rest.empty() && folded.ends_with(':')) || ends_with_wrote(rest);
}

}  // namespace postroad::mail::quote
