#include "mail/domain_name.h"

#include <idn2.h>

#include <algorithm>

#include "base/scan.h"
#include "base/text.h"
#include "mail/characters.h"
#include "mail/charset.h"
#include "mail/ip_text.h"

namespace postroad::mail {
namespace {

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kLabelBytesMax) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  if (label.size() >= 4 && label.substr(2, 2) == "--" && !ascii_istarts_with(label, "xn--")) return false;
  return std::all_of(label.begin(), label.end(), [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// libidn2 gives C strings; this copies and frees them.
std::string taken(char* text) {
  std::string out(text);
  idn2_free(text);
  return out;
}

bool has_a_label(std::string_view lower_domain) {
  return lower_domain.starts_with("xn--") || lower_domain.find(".xn--") != std::string_view::npos;
}

}  // namespace

Result<std::string> to_ascii_domain(std::string_view domain) {
  const auto bad = [&] {
    return fail_permanent(ErrorCode::kInvalidArgument, for_log(domain) + ": not a domain name");
  };
  if (domain.empty() || domain.size() > kDomainBytesMax * 4 || domain.find('\0') != std::string_view::npos) {
    return bad();
  }
  std::string lower = ascii_lower(domain);
  const bool ascii = is_ascii(lower);
  if (ascii && !has_a_label(lower)) return lower;
  char* converted = nullptr;
  constexpr int kFlags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES;
  if (ascii) {
    if (idn2_to_unicode_8z8z(lower.c_str(), &converted, 0) != IDN2_OK) return bad();
    const std::string unicode = taken(converted);
    if (idn2_to_ascii_8z(unicode.c_str(), &converted, kFlags) != IDN2_OK) return bad();
    if (taken(converted) != lower) return bad();
    return lower;
  }
  if (idn2_to_ascii_8z(lower.c_str(), &converted, kFlags) != IDN2_OK) return bad();
  return ascii_lower(taken(converted));
}

std::string to_unicode_domain(std::string_view domain) {
  char* converted = nullptr;
  const std::string text(domain);
  if (text.size() > kDomainBytesMax || !has_a_label(ascii_lower(text))) return text;
  if (idn2_to_unicode_8z8z(text.c_str(), &converted, 0) != IDN2_OK) return text;
  return taken(converted);
}

bool is_hostname(std::string_view ascii_domain) {
  if (ascii_domain.empty() || ascii_domain.size() > kDomainBytesMax - 2) return false;
  while (true) {
    const std::size_t dot = ascii_domain.find('.');
    if (!is_label(ascii_domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    ascii_domain.remove_prefix(dot + 1);
  }
}

bool is_address_literal(std::string_view text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
  text = text.substr(1, text.size() - 2);
  if (!ascii_istarts_with(text, "IPv6:")) return parse_ipv4(text).has_value();
  return parse_ipv6(text.substr(5)).has_value();
}

bool is_plausible_destination(std::string_view ascii_domain) {
  if (ascii_domain.starts_with('[')) {
    std::string_view text = ascii_domain.substr(1, ascii_domain.size() - 2);
    if (ascii_istarts_with(text, "IPv6:")) text.remove_prefix(5);
    const auto address = parse_ip(text);
    if (!address) return false;
    const IpAddress plain = unmapped(*address);
    return plain != IpAddress{} && plain != *parse_ipv6("::") && plain != *parse_ipv6("::1") &&
           !same_prefix(plain, *parse_ipv4("127.0.0.0"), 8);
  }
  const std::size_t dot = ascii_domain.rfind('.');
  if (dot == std::string_view::npos) return true;
  const std::string_view top = ascii_domain.substr(dot + 1);
  if (top.empty() || ascii_istarts_with(top, "xn--")) return !top.empty();
  const bool digits = top.find_first_not_of("0123456789") == std::string_view::npos;
  const char last = ascii_lower(top.back());
  return digits || (last >= 'a' && last <= 'z');
}

}  // namespace postroad::mail
