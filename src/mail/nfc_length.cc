#include "mail/nfc_length.h"

#include <algorithm>
#include <iterator>

namespace postroad::mail {
namespace {

struct Growth {
  char32_t first, last;
  std::size_t octets;
};

/// From the Unicode Character Database 14 (CompositionExclusions.txt, UnicodeData.txt).
constexpr Growth kGrowths[] = {
    {0x0344, 0x0344, 2},   {0x0958, 0x095f, 3},   {0x09dc, 0x09dd, 3},   {0x09df, 0x09df, 3},
    {0x0a33, 0x0a33, 3},   {0x0a36, 0x0a36, 3},   {0x0a59, 0x0a5b, 3},   {0x0a5e, 0x0a5e, 3},
    {0x0b5c, 0x0b5d, 3},   {0x0f43, 0x0f43, 3},   {0x0f4d, 0x0f4d, 3},   {0x0f52, 0x0f52, 3},
    {0x0f57, 0x0f57, 3},   {0x0f5c, 0x0f5c, 3},   {0x0f69, 0x0f69, 3},   {0x0f73, 0x0f73, 3},
    {0x0f75, 0x0f76, 3},   {0x0f78, 0x0f78, 3},   {0x0f81, 0x0f81, 3},   {0x0f93, 0x0f93, 3},
    {0x0f9d, 0x0f9d, 3},   {0x0fa2, 0x0fa2, 3},   {0x0fa7, 0x0fa7, 3},   {0x0fac, 0x0fac, 3},
    {0x0fb9, 0x0fb9, 3},   {0x2adc, 0x2adc, 2},   {0xfa6c, 0xfa6c, 1},   {0xfacf, 0xfad1, 1},
    {0xfad5, 0xfad7, 1},   {0xfb1d, 0xfb1d, 1},   {0xfb1f, 0xfb1f, 1},   {0xfb2a, 0xfb2b, 1},
    {0xfb2c, 0xfb2d, 3},   {0xfb2e, 0xfb36, 1},   {0xfb38, 0xfb3c, 1},   {0xfb3e, 0xfb3e, 1},
    {0xfb40, 0xfb41, 1},   {0xfb43, 0xfb44, 1},   {0xfb46, 0xfb4e, 1},   {0x1d15e, 0x1d15f, 4},
    {0x1d160, 0x1d164, 8}, {0x1d1bb, 0x1d1bc, 4}, {0x1d1bd, 0x1d1c0, 8},
};

/// The character that begins at `at`; 0 for what does not begin one.
char32_t character_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0xc0) return lead < 0x80 ? lead : 0;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  char32_t value = lead & (0xff >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i >= text.size()) return 0;
    value = (value << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3f);
  }
  return value;
}

}  // namespace

std::size_t nfc_growth(std::string_view text) {
  std::size_t octets = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char32_t character = character_at(text, at);
    const auto* range =
        std::upper_bound(std::begin(kGrowths), std::end(kGrowths), character,
                         [](char32_t value, const Growth& growth) { return value < growth.first; });
    if (range != std::begin(kGrowths) && character <= std::prev(range)->last)
      octets += std::prev(range)->octets;
  }
  return octets;
}

}  // namespace postroad::mail
