#include "base/scan.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace postroad {
namespace {

static_assert(std::endian::native == std::endian::little, "the first octet is the lowest of a word");

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = 0x8080808080808080;

std::uint64_t word_at(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + at, sizeof word);
  return word;
}

/// High bits set where `word` holds `octet`; above the lowest one there may be false ones.
constexpr std::uint64_t holds(std::uint64_t word, std::uint8_t octet) {
  const std::uint64_t zeros = word ^ (kOnes * octet);
  return (zeros - kOnes) & ~zeros & kHighs;
}

/// Octets before the first of which `found` sets the high bit in its word and for which `is` holds.
template <typename Found, typename Is>
std::size_t prefix(std::string_view text, Found found, Is is) {
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    const std::uint64_t marks = found(word_at(text, at));
    if (marks != 0) return at + static_cast<std::size_t>(std::countr_zero(marks)) / 8;
  }
  while (at < text.size() && !is(text[at])) ++at;
  return at;
}

}  // namespace

std::size_t ascii_prefix(std::string_view text) {
  return prefix(
      text, [](std::uint64_t word) { return word & kHighs; }, [](char c) { return static_cast<unsigned char>(c) > 0x7f; });
}

std::size_t line_prefix(std::string_view text) {
  return prefix(
      text, [](std::uint64_t word) { return holds(word, '\r') | holds(word, '\n'); },
      [](char c) { return c == '\r' || c == '\n'; });
}

}  // namespace postroad
