#include "mail/uuencode.h"

#include "base/text.h"

namespace postroad::mail {
namespace {

void append_line(std::string& out, std::string_view line) {
  const auto value = [](char c) { return static_cast<unsigned>(c - ' ') & 63; };
  std::size_t wanted = value(line[0]);
  for (std::size_t at = 1; wanted > 0 && at + 1 < line.size(); at += 4) {
    const auto digit = [&](std::size_t i) { return at + i < line.size() ? value(line[at + i]) : 0U; };
    const unsigned word = digit(0) << 18 | digit(1) << 12 | digit(2) << 6 | digit(3);
    for (int shift = 16; shift >= 0 && wanted > 0; shift -= 8, --wanted)
      out += static_cast<char>(word >> shift & 0xff);
  }
}

}  // namespace

std::string decode_uuencode(std::string_view encoded) {
  std::string out;
  if (const std::size_t begin = encoded.find("begin "); begin != std::string_view::npos) {
    const std::size_t line = encoded.find('\n', begin);
    encoded = line == std::string_view::npos ? std::string_view{} : encoded.substr(line + 1);
  }
  while (!encoded.empty()) {
    const std::size_t end = encoded.find('\n');
    std::string_view line = encoded.substr(0, end);
    encoded = end == std::string_view::npos ? std::string_view{} : encoded.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line == "end") break;
    if (!line.empty()) append_line(out, line);
  }
  return out;
}

}  // namespace postroad::mail
