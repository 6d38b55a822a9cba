#include "mail/quoted_printable.h"

#include <array>

#include "base/scan.h"
#include "mail/characters.h"

namespace postroad::mail {
namespace {

constexpr std::string_view kHexUpper = "0123456789ABCDEF";

constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> table{};
  for (std::size_t c = 33; c < 127; ++c) table[c] = c != '=';
  table[' '] = table['\t'] = true;
  return table;
}
constexpr auto kPlain = make_plain();

bool plain(char c) {
  return kPlain[static_cast<unsigned char>(c)];
}

void append_escaped(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += {'=', kHexUpper[byte >> 4], kHexUpper[byte & 15]};
}

/// One line of the text, without its end.
void append_line(std::string& out, std::string_view line) {
  std::size_t column = 0;
  std::size_t at = 0;
  if (line.starts_with("From ") || line.starts_with('.')) {
    append_escaped(out, line[0]);
    at = 1;
    column = 3;
  }
  while (at < line.size()) {
    std::size_t run = at;
    const std::size_t room = kEncodedLineBytesMax - 1 - column;
    while (run < line.size() && run - at < room && plain(line[run])) ++run;
    const bool ends_here = run == line.size();
    if (ends_here && run > at && is_in(line[run - 1], kWsp)) --run;
    out.append(line, at, run - at);
    column += run - at;
    at = run;
    if (at == line.size()) return;
    const bool last_fits =
        at + 1 == line.size() && plain(line[at]) && !is_in(line[at], kWsp) && column < kEncodedLineBytesMax;
    if (last_fits) {
      out += line[at];
      return;
    }
    const bool escape = !plain(line[at]) || at + 1 == line.size();
    if (column + (escape ? 3 : 1) > kEncodedLineBytesMax - 1) {
      out += "=\r\n";
      column = 0;
      continue;
    }
    if (escape) {
      append_escaped(out, line[at++]);
      column += 3;
    }
  }
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void append_quoted_printable(std::string& out, std::string_view text) {
  out.reserve(out.size() + text.size() + text.size() / 16 + 16);
  while (!text.empty()) {
    const std::size_t end = line_prefix(text);
    append_line(out, text.substr(0, end));
    if (end == text.size()) return;
    out += "\r\n";
    const bool pair = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    text.remove_prefix(end + (pair ? 2 : 1));
  }
}

std::string decode_quoted_printable(std::string_view encoded) {
  std::string out;
  out.reserve(encoded.size());
  std::size_t kept = 0;  // everything before is final; white space after it may still turn out to be trailing
  for (std::size_t i = 0; i < encoded.size();) {
    const char c = encoded[i];
    if (c == '\r' || c == '\n') {
      out.resize(kept);
      out += c;
      kept = out.size();
      ++i;
      continue;
    }
    if (c != '=') {
      out += c;
      if (!is_in(c, kWsp)) kept = out.size();
      ++i;
      continue;
    }
    const int high = i + 1 < encoded.size() ? hex_value(encoded[i + 1]) : -1;
    const int low = i + 2 < encoded.size() ? hex_value(encoded[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high << 4 | low);
      kept = out.size();
      i += 3;
      continue;
    }
    std::size_t end = i + 1;
    while (end < encoded.size() && is_in(encoded[end], kWsp)) ++end;
    const bool soft = end == encoded.size() || encoded[end] == '\r' || encoded[end] == '\n';
    if (soft) {
      if (end < encoded.size() && encoded[end] == '\r') ++end;
      if (end < encoded.size() && encoded[end] == '\n') ++end;
      i = end;
    } else {
      out += c;
      ++i;
    }
    kept = out.size();
  }
  return out;
}

std::size_t quoted_octets(std::string_view text) {
  std::size_t quoted = 0;
  while (!text.empty()) {  // in pieces whose count fits an octet, so that sixteen and more are compared at once
    const std::string_view piece = text.substr(0, 255);
    std::uint8_t count = 0;
    for (const char c : piece) {
      const bool printable = (c >= 32) & (c < 127) & (c != '=');
      count = static_cast<std::uint8_t>(count + !(printable | (c == '\t') | (c == '\r') | (c == '\n')));
    }
    quoted += count;
    text.remove_prefix(piece.size());
  }
  return quoted;
}

}  // namespace postroad::mail
