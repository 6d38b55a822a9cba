#include "mail/delivery_status.h"

#include <array>

#include "base/text.h"
#include "mail/charset.h"
#include "mail/header_block.h"

namespace postroad::mail {
namespace {

/// "rfc822; <a@b>" and "dns; host" lose their type; brackets go.
std::string without_type(std::string_view value) {
  const std::size_t semicolon = value.find(';');
  if (semicolon != std::string_view::npos &&
      value.substr(0, semicolon).find_first_of(" @<") == std::string_view::npos) {
    value.remove_prefix(semicolon + 1);
  }
  value = trim(value);
  if (value.starts_with('<') && value.find('>') != std::string_view::npos)
    value = value.substr(1, value.find('>') - 1);
  return repaired_utf8(trim(value));
}

std::string first_word(std::string_view value) {
  value = trim(value);
  return ascii_lower(value.substr(0, value.find_first_of(" \t;(")));
}

std::string cut(std::string text) {
  if (text.size() > kDiagnosticBytesMax)
    text = repaired_utf8(std::string_view(text).substr(0, kDiagnosticBytesMax));
  return text;
}

std::string diagnostic_text(std::string_view value) {
  const std::size_t semicolon = value.find(';');
  const bool typed = semicolon != std::string_view::npos && semicolon < 20 &&
                     value.substr(0, semicolon).find(' ') == std::string_view::npos;
  return cut(to_utf8(trim(typed ? value.substr(semicolon + 1) : value), {}));
}

class Reader {
 public:
  DeliveryStatus read(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = line_end(text, at);
      const std::string_view first = trim(text.substr(at, end - at));
      if (first.empty()) {
        end_block();
        at = end;
        continue;
      }
      while (end < text.size() && (text[end] == ' ' || text[end] == '\t') &&
             !trim(text.substr(end, line_end(text, end) - end)).empty()) {
        end = line_end(text, end);
      }
      field(text.substr(at, end - at));
      at = end;
    }
    end_block();
    return std::move(out_);
  }

 private:
  static std::size_t line_end(std::string_view text, std::size_t at) {
    const std::size_t newline = text.find('\n', at);
    return newline == std::string_view::npos ? text.size() : newline + 1;
  }

  void field(std::string_view raw) {
    const std::size_t colon = raw.find(':');
    if (colon == std::string_view::npos) return;
    const std::string name = ascii_lower(trim(raw.substr(0, colon)));
    const std::string value = unfold(raw.substr(colon + 1));
    if (name == "final-recipient" || name == "x-actual-recipient") {
      const bool repeated = !current_.address.empty() && name == "final-recipient" && final_seen_;
      if (repeated) end_block();
      if (name == "final-recipient" || current_.address.empty()) current_.address = without_type(value);
      final_seen_ = final_seen_ || name == "final-recipient";
    } else if (name == "original-recipient") {
      current_.original_address = without_type(value);
    } else if (name == "action") {
      current_.action = repaired_utf8(first_word(value));
    } else if (name == "status") {
      current_.status = parse_enhanced_code(first_word(value));
    } else if (name == "diagnostic-code") {
      if (current_.diagnostic.empty()) current_.diagnostic = diagnostic_text(value);
    } else if (name == "remote-mta") {
      current_.remote_mta = without_type(value);
    } else if (name == "reporting-mta") {
      out_.reporting_mta = without_type(value);
    } else if (name == "original-envelope-id") {
      out_.original_envelope_id = repaired_utf8(value);
    } else if (name == "arrival-date") {
      out_.arrival_date = repaired_utf8(value);
    }
  }

  void end_block() {
    if (current_.address.empty()) current_.address = current_.original_address;
    if (!current_.address.empty() && out_.recipients.size() < kStatusRecipientsMax)
      out_.recipients.push_back(std::move(current_));
    current_ = {};
    final_seen_ = false;
  }

  DeliveryStatus out_;
  RecipientStatus current_;
  bool final_seen_ = false;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

DeliveryStatus parse_delivery_status(std::string_view text) {
  return Reader().read(text);
}

std::optional<int> reply_code_in(std::string_view diagnostic) {
  for (std::size_t i = 0; i + 3 <= diagnostic.size(); ++i) {
    const char c = diagnostic[i];
    if (c != '4' && c != '5') continue;
    if (!is_digit(diagnostic[i + 1]) || !is_digit(diagnostic[i + 2]) || diagnostic[i + 1] > '5') continue;
    const char before = i == 0 ? ' ' : diagnostic[i - 1];
    const char after = i + 3 == diagnostic.size() ? ' ' : diagnostic[i + 3];
    const bool opens = before == ' ' || before == '\t' || before == '\n' || before == ':' || before == '"' ||
                       before == '(' || before == '[' || before == '\'' || before == '<' || before == '#' ||
                       before == ';' || before == ',' || before == '/';
    const bool closes = after == ' ' || after == '-' || after == '\n' || after == '\r' || after == ':' ||
                        after == ',' || after == ')' || after == ']' || after == '#' || after == ';' ||
                        after == '\t' || after == '"' || after == '\'';
    if (opens && closes) return (c - '0') * 100 + (diagnostic[i + 1] - '0') * 10 + (diagnostic[i + 2] - '0');
  }
  return std::nullopt;
}

}  // namespace postroad::mail
