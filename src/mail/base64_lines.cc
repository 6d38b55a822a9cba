#include "mail/base64_lines.h"

#include <array>
#include <cstdint>

namespace postroad::mail {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kLineInputBytes = 57;

constexpr std::array<std::int8_t, 256> make_values() {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  return table;
}
constexpr auto kValues = make_values();

char* put_group(char* to, unsigned word, std::size_t digits) {
  for (std::size_t i = 0; i < 4; ++i) *to++ = i < digits ? kAlphabet[word >> (18 - 6 * i) & 63] : '=';
  return to;
}

}  // namespace

void append_base64_lines(std::string& out, std::string_view bytes) {
  const std::size_t groups = (bytes.size() + 2) / 3;
  const std::size_t lines = (bytes.size() + kLineInputBytes - 1) / kLineInputBytes;
  const std::size_t start = out.size();
  out.resize(start + groups * 4 + lines * 2);
  char* to = out.data() + start;
  const auto byte = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(at + kLineInputBytes, bytes.size());
    for (; at < end; at += 3) {
      const unsigned word = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
      to = put_group(to, word, std::min<std::size_t>(bytes.size() - at, 3) + 1);
    }
    *to++ = '\r';
    *to++ = '\n';
  }
}

std::string decode_base64_lenient(std::string_view encoded) {
  std::string out;
  out.reserve(encoded.size() / 4 * 3 + 3);
  unsigned word = 0;
  int bits = 0;
  for (const char c : encoded) {
    const int value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) {
      if (c == '=') word = 0, bits = 0;
      continue;
    }
    word = word << 6 | static_cast<unsigned>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(word >> bits & 0xff);
    }
  }
  return out;
}

}  // namespace postroad::mail
