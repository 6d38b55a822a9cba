#include "mail/spf_macro.h"

#include <algorithm>

#include "base/text.h"

namespace postroad::mail {
namespace {

constexpr std::string_view kHexUpper = "0123456789ABCDEF";

/// %{i}: dotted decimal, or 32 dotted nibbles.
std::string dotted(const IpAddress& ip) {
  if (!ip.is_v6) return format_ip(ip);
  std::string out;
  for (const std::uint8_t octet : ip.octets) {
    for (const int nibble : {octet >> 4, octet & 15}) {
      if (!out.empty()) out += '.';
      out += ascii_lower(kHexUpper[static_cast<std::size_t>(nibble)]);
    }
  }
  return out;
}

std::string value_of(char letter, const SpfMacroValues& v) {
  switch (letter) {
    case 's':
      return v.local_part + '@' + v.sender_domain;
    case 'l':
      return v.local_part;
    case 'o':
      return v.sender_domain;
    case 'd':
      return v.domain;
    case 'i':
      return dotted(v.query->ip);
    case 'p':
      return v.validated;
    case 'h':
      return v.query->helo;
    case 'c':
      return format_ip(v.query->ip);
    case 'r':
      return v.query->receiver;
    case 't':
      return std::to_string(v.query->now ? v.query->now->time_since_epoch().count() : 0);
    default:
      return v.query->ip.is_v6 ? "ip6" : "in-addr";
  }
}

/// The §7.1 transformers: split at the delimiters, reverse, keep the rightmost, join with dots.
std::string transformed(const std::string& value, std::size_t keep, bool reverse,
                        std::string_view delimiters) {
  std::vector<std::string> parts(1);
  for (const char c : value) {
    if (delimiters.find(c) == std::string_view::npos) {
      parts.back() += c;
    } else {
      parts.emplace_back();
    }
  }
  if (reverse) std::reverse(parts.begin(), parts.end());
  std::string out;
  for (std::size_t i = keep > 0 && keep < parts.size() ? parts.size() - keep : 0; i < parts.size(); ++i) {
    if (!out.empty()) out += '.';
    out += parts[i];
  }
  return out;
}

std::string url_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char lower = ascii_lower(c);
    const bool plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else {
      out += {'%', kHexUpper[byte >> 4], kHexUpper[byte & 15]};
    }
  }
  return out;
}

/// `body` is what stands between the braces.
std::string expand_one(std::string_view body, const SpfMacroValues& values) {
  const char letter = body[0];
  std::size_t i = 1;
  std::size_t keep = 0;
  while (i < body.size() && body[i] >= '0' && body[i] <= '9')
    keep = keep * 10 + static_cast<std::size_t>(body[i++] - '0');
  const bool reverse = i < body.size() && ascii_lower(body[i]) == 'r';
  if (reverse) ++i;
  const std::string_view delimiters = i < body.size() ? body.substr(i) : ".";
  std::string value = value_of(ascii_lower(letter), values);
  if (keep > 0 || reverse || delimiters != ".") value = transformed(value, keep, reverse, delimiters);
  return letter != ascii_lower(letter) ? url_escaped(value) : value;
}

}  // namespace

bool uses_validated_name(std::string_view macro_string) {
  return macro_string.find("%{p") != std::string_view::npos ||
         macro_string.find("%{P") != std::string_view::npos;
}

std::string expand_macros(std::string_view macro_string, const SpfMacroValues& values) {
  std::string out;
  for (std::size_t i = 0; i < macro_string.size(); ++i) {
    if (macro_string[i] != '%' || i + 1 >= macro_string.size()) {
      out += macro_string[i];
      continue;
    }
    const char kind = macro_string[++i];
    if (kind == '%') out += '%';
    if (kind == '_') out += ' ';
    if (kind == '-') out += "%20";
    if (kind != '{') continue;
    const std::size_t close = macro_string.find('}', i);
    if (close == std::string_view::npos) break;
    out += expand_one(macro_string.substr(i + 1, close - i - 1), values);
    i = close;
  }
  return out;
}

}  // namespace postroad::mail
