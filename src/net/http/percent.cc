#include "net/http/percent.h"

#include "base/text.h"
#include "net/http/limits.h"

namespace postroad::net::http {
namespace {

Outcome<void> split_path(Request& request) {
  for (const std::string_view part : split(request.path, '/')) {
    if (part.empty()) continue;
    std::optional<std::string> segment = percent_decode(part, false);
    if (!segment) return refuse(400, kInvalidEscape);
    request.segments.push_back(std::move(*segment));
  }
  return {};
}

Outcome<void> split_query(Request& request, std::string_view query) {
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    std::optional<std::string> name = percent_decode(pair.substr(0, equals), true);
    std::optional<std::string> value =
        equals == std::string_view::npos ? std::string() : percent_decode(pair.substr(equals + 1), true);
    if (!name || !value) return refuse(400, kInvalidEscape);
    if (request.query.size() == kQueryParametersMax) return refuse(400, "too many query parameters, max is 1000");
    strip_array_suffix(*name);
    request.query.push_back({std::move(*name), std::move(*value)});
  }
  return {};
}

/// "http://host/path" → "/path" (RFC 9112 §3.2.2).
std::optional<std::string_view> without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!ascii_istarts_with(target, scheme)) continue;
    const std::size_t end = target.find_first_of("/?", scheme.size());
    return end == std::string_view::npos ? std::string_view("/") : target.substr(end);
  }
  return std::nullopt;
}

}  // namespace

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
      if (low < 0) return std::nullopt;
      out += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
    if (alphanumeric || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

void strip_array_suffix(std::string& name) {
  if (!name.ends_with(']')) return;
  const std::size_t open = name.rfind('[');
  if (open == std::string::npos || open == 0) return;
  const bool number = name.find_first_not_of("0123456789", open + 1) == name.size() - 1;
  if (number) name.resize(open);
}

Outcome<void> parse_target(Request& request) {
  std::string_view target = request.target;
  if (target == "*" && request.method == "OPTIONS") {
    request.path = "/";
    return {};
  }
  if (const auto path = without_authority(target)) target = *path;
  for (const char c : target) {
    if (c <= 0x20 || c == 0x7f || c == '#') return refuse(400, "malformed request target");
  }
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (request.path.empty()) request.path = "/";
  if (!request.path.starts_with('/')) return refuse(400, "malformed request target");
  RETURN_IF_ERROR(split_path(request));
  if (question != std::string_view::npos) return split_query(request, target.substr(question + 1));
  return {};
}

}  // namespace postroad::net::http
