#include "mail/quote/lines.h"

#include <algorithm>

namespace postroad::mail::quote {
namespace {

struct CodePoint {
  char32_t value;
  std::size_t size;
};

/// A sequence that is not UTF-8 reads as its first octet.
CodePoint code_point(std::string_view text, std::size_t at) {
  const auto octet = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto follows = [&](std::size_t i) { return (octet(i) & 0xc0u) == 0x80u; };
  const unsigned lead = octet(at);
  if (lead >= 0xc2 && lead < 0xe0 && follows(at + 1))
    return {((lead & 0x1fu) << 6) | (octet(at + 1) & 0x3fu), 2};
  if (lead >= 0xe0 && lead < 0xf0 && follows(at + 1) && follows(at + 2))
    return {((lead & 0xfu) << 12) | ((octet(at + 1) & 0x3fu) << 6) | (octet(at + 2) & 0x3fu), 3};
  return {lead, 1};
}

void append_two_octets(std::string& out, char32_t c) {
  out += static_cast<char>(0xc0u | (c >> 6));
  out += static_cast<char>(0x80u | (c & 0x3fu));
}

char32_t lower_greek(char32_t c) {
  if (c >= 0x391 && c <= 0x3a9) return c + 0x20;
  switch (c) {
    case 0x386: return 0x3ac;
    case 0x388: return 0x3ad;
    case 0x389: return 0x3ae;
    case 0x38a: return 0x3af;
    case 0x38c: return 0x3cc;
    case 0x38e: return 0x3cd;
    case 0x38f: return 0x3ce;
    default: return c;
  }
}

/// For code points of two octets.
char32_t lower(char32_t c) {
  if (c >= 0xc0 && c <= 0xde && c != 0xd7) return c + 0x20;
  if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14a && c <= 0x177)) return c | 1;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return (c & 1) != 0 ? c + 1 : c;
  if (c >= 0x386 && c <= 0x3a9) return lower_greek(c);
  if (c >= 0x410 && c <= 0x42f) return c + 0x20;
  if (c >= 0x400 && c <= 0x40f) return c + 0x50;
  return c;
}

bool is_space(char32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
         c == 0x3000;
}
bool is_invisible(char32_t c) {
  return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) ||
         c == 0xfeff;
}

}  // namespace

Lines::Lines(std::string_view text) : text_(text) {
  if (text.empty()) return;
  std::size_t at = 0;
  do {
    starts_.push_back(static_cast<std::uint32_t>(at));
    at = text.find('\n', at);
  } while (at++ != std::string_view::npos && at < text.size() && starts_.size() < kLinesMax);
}

std::string_view Lines::operator[](std::size_t line) const {
  std::string_view out = text_.substr(begin(line), begin(line + 1) - begin(line));
  if (out.ends_with('\n')) out.remove_suffix(1);
  if (out.ends_with('\r')) out.remove_suffix(1);
  return out;
}

bool is_blank(std::string_view line) {
  for (std::size_t i = 0; i < line.size();) {
    const CodePoint c = code_point(line, i);
    if (!is_space(c.value) && !is_invisible(c.value)) return false;
    i += c.size;
  }
  return true;
}

bool is_quoted(std::string_view line) {
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == '>') return true;
    const CodePoint c = code_point(line, i);
    if (!is_space(c.value) && !is_invisible(c.value)) return false;
    i += c.size;
  }
  return false;
}

void fold(std::string_view text, std::string& out) {
  out.clear();
  bool space = false;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point(text, i);
    const std::size_t at = i;
    i += c.size;
    if (is_invisible(c.value)) continue;
    if (is_space(c.value)) {
      space = true;
      continue;
    }
    if (space && !out.empty()) out += ' ';
    space = false;
    if (c.size == 1) {
      out += c.value >= 'A' && c.value <= 'Z' ? static_cast<char>(c.value + 0x20) : text[at];
    } else if (c.value == 0xff1a) {
      out += ':';
    } else if (c.value == 0x2019) {
      out += '\'';
    } else if (c.value >= 0x2010 && c.value <= 0x2015) {
      out += '-';  // dashes of every width frame what ASCII ones do
    } else if (c.value == 0x130) {
      out += 'i';
    } else if (c.size == 2) {
      append_two_octets(out, lower(c.value));
    } else {
      out.append(text, at, c.size);
    }
  }
}

}  // namespace postroad::mail::quote
