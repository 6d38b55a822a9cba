#include "mail/parameter_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/scan.h"
#include "mail/characters.h"
#include "mail/encoded_word.h"

namespace postroad::mail {
namespace {

constexpr std::string_view kSpecials = "()<>@,;:\\\"/[]?=";
constexpr std::string_view kHexUpper = "0123456789ABCDEF";
constexpr std::size_t kSectionBytesMax = 60;
constexpr std::size_t kQuotedBytesMax = 200;

bool is_token_char(char c) {
  return c > 32 && c < 127 && kSpecials.find(c) == std::string_view::npos;
}

/// RFC 2231 §7 attribute-char.
bool plain_in_2231(char c) {
  return is_token_char(c) && c != '*' && c != '\'' && c != '%';
}

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain_in_2231(c)) {
      out += c;
    } else {
      out += {'%', kHexUpper[byte >> 4], kHexUpper[byte & 15]};
    }
  }
  return out;
}

/// RFC 2231 §4: `name*=utf-8''...`, or numbered sections where it is long. A section never cuts a character.
void append_extended(std::string& out, const Parameter& parameter) {
  std::vector<std::string> sections(1);
  for (std::size_t at = 0; at < parameter.value.size();) {
    const std::string_view rest = std::string_view(parameter.value).substr(at);
    const std::string_view character = rest.substr(0, utf8_length(rest));
    std::string encoded = percent_encoded(character);
    if (sections.back().size() + encoded.size() > kSectionBytesMax) sections.emplace_back();
    sections.back() += encoded;
    at += character.size();
  }
  if (sections.size() == 1) {
    out += fmt::format("; {}*=utf-8''{}", parameter.name, sections[0]);
    return;
  }
  for (std::size_t i = 0; i < sections.size(); ++i) {
    out += fmt::format("; {}*{}*={}{}", parameter.name, i, i == 0 ? "utf-8''" : "", sections[i]);
  }
}

}  // namespace

bool is_mime_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

void append_parameter(std::string& out, const Parameter& parameter, bool legacy) {
  const std::string& value = parameter.value;
  if (is_ascii(value) && value.size() <= kQuotedBytesMax && value.find("=?") == std::string::npos) {
    out += fmt::format("; {}=", parameter.name);
    if (is_mime_token(value)) {
      out += value;
    } else {
      append_quoted(out, value);
    }
  } else if (legacy) {
    out += fmt::format("; {}=\"{}\"", parameter.name, encode_words(value, WordUse::kPhrase));
  } else {
    append_extended(out, parameter);
  }
}

}  // namespace postroad::mail
