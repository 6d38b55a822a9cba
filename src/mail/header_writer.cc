#include "mail/header_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/scan.h"
#include "base/text.h"
#include "mail/characters.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"
#include "mail/parameter_writer.h"

namespace postroad::mail {
namespace {

constexpr std::size_t kFieldNameBytesMax = 127;

auto refuse(std::string_view name, std::string_view why) {
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("header {}: {}", name, why));
}

Result<void> check_name(std::string_view name) {
  if (is_field_name(name)) return {};
  return fail_permanent(ErrorCode::kInvalidArgument,
                        fmt::format("Header name must be pure ASCII: {}", for_log(name)));
}

/// RFC 5322 §2.2.3 unfolding. Fails on a line break that is not followed by white space, and on NUL.
Result<std::string> unfolded(std::string_view name, std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\0') return refuse(name, "the value holds a NUL");
    if (c != '\r' && c != '\n') {
      out += c;
      continue;
    }
    if (c == '\r' && (i + 1 == value.size() || value[++i] != '\n'))
      return refuse(name, "the value holds a bare CR");
    if (i + 1 == value.size() || !is_in(value[i + 1], kWsp))
      return refuse(name, "the value holds a line break");
  }
  return out;
}

/// Appends `value` after a line of `column` octets, breaking before white space so that lines keep to the
/// wanted width where they can. Never makes a line of white space alone. False when a token is over the hard
/// limit.
bool append_folded(std::string& out, std::string_view value, std::size_t column) {
  for (std::size_t at = 0; at < value.size();) {
    std::size_t word = at;
    while (word < value.size() && is_in(value[word], kWsp)) ++word;
    std::size_t end = word;
    while (end < value.size() && !is_in(value[end], kWsp)) ++end;
    const std::size_t chunk = end - at;
    if (at > 0 && word > at && column + chunk > kLineBytesWanted) {
      out += "\r\n";
      column = 0;
    }
    if (column + chunk > kLineBytesMax) return false;
    out += value.substr(at, chunk);
    column += chunk;
    at = end;
  }
  return true;
}

/// `value` with the words that need it encoded. The words between the first and the last such go along,
/// because white space between encoded words would be lost.
std::string encoded(std::string_view value, std::size_t line_left) {
  const auto needs = [&](std::string_view word) {
    return needs_encoded_words(word) || word.size() > line_left;
  };
  std::size_t first = std::string_view::npos;
  std::size_t last = 0;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = std::min(value.find_first_of(" \t", at), value.size());
    if (end > at && needs(value.substr(at, end - at))) {
      first = std::min(first, at);
      last = end;
    }
    at = end + 1;
  }
  if (first == std::string_view::npos) return std::string(value);
  return std::string(value.substr(0, first)) +
         encode_words(value.substr(first, last - first), WordUse::kUnstructured) +
         std::string(value.substr(last));
}

std::string_view without_outer_space(std::string_view value) {
  while (!value.empty() && is_in(value.front(), kWsp)) value.remove_prefix(1);
  while (!value.empty() && is_in(value.back(), kWsp)) value.remove_suffix(1);
  return value;
}

}  // namespace

bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= kFieldNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_in(c, kFieldName); });
}

Result<void> HeaderWriter::write(std::string_view name, std::string_view value, bool strict_tokens) {
  PR_ASSERT(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  const std::size_t start = out_.size();
  out_ += name;
  out_ += ": ";
  if (!append_folded(out_, value, name.size() + 2)) {
    out_.resize(start);
    PR_ASSERT(strict_tokens);
    return refuse(name, "a word is longer than a line may be (998)");
  }
  out_ += "\r\n";
  return {};
}

Result<void> HeaderWriter::unstructured(std::string_view name, std::string_view value) {
  RETURN_IF_ERROR(check_name(name));
  if (value.size() > kHeaderFieldBytesMax) return refuse(name, "the value is too long");
  ASSIGN_OR_RETURN(const std::string one_line, unfolded(name, value));
  if (!is_valid_utf8(one_line)) return refuse(name, "the value is not UTF-8");
  return write(name, encoded(without_outer_space(one_line), kLineBytesMax - name.size() - 3), false);
}

Result<void> HeaderWriter::structured(std::string_view name, std::string_view value) {
  RETURN_IF_ERROR(check_name(name));
  if (value.size() > kHeaderFieldBytesMax) return refuse(name, "the value is too long");
  ASSIGN_OR_RETURN(const std::string one_line, unfolded(name, value));
  if (!is_ascii(one_line) || has_control(one_line)) return refuse(name, "the value is not printable ASCII");
  return write(name, without_outer_space(one_line), true);
}

Result<void> HeaderWriter::mailboxes(std::string_view name, std::span<const Mailbox> mailboxes) {
  RETURN_IF_ERROR(check_name(name));
  std::string value;
  for (const Mailbox& mailbox : mailboxes) {
    if (has_control(mailbox.local_part) || has_control(mailbox.domain) ||
        !is_valid_utf8(mailbox.local_part) || !is_valid_utf8(mailbox.display_name)) {
      return refuse(name, "an address holds a control character or is not UTF-8");
    }
    if (!value.empty()) value += ", ";
    value += format_mailbox(mailbox);
  }
  if (value.empty()) return {};
  return write(name, value, true);
}

Result<void> HeaderWriter::parameterised(std::string_view name, std::string_view value,
                                         std::span<const Parameter> parameters, bool legacy_too) {
  RETURN_IF_ERROR(check_name(name));
  std::string text(value);
  for (const Parameter& parameter : parameters) {
    if (has_control(parameter.value) || !is_valid_utf8(parameter.value)) {
      return refuse(name, "a parameter holds a control character or is not UTF-8");
    }
    append_parameter(text, parameter, legacy_too);
  }
  if (!is_ascii(text) || has_control(text)) return refuse(name, "the value is not printable ASCII");
  return write(name, text, true);
}

}  // namespace postroad::mail
