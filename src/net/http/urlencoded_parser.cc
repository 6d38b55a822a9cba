#include "net/http/urlencoded_parser.h"

#include "net/http/percent.h"

namespace postroad::net::http {

Outcome<void> UrlencodedParser::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (part_ == Part::kValue && escape_digits_ == 0) {
      bytes.remove_prefix(take_value(bytes));
      if (bytes.empty()) break;
    }
    const std::size_t plain = escape_digits_ > 0 ? 0 : std::min(bytes.find_first_of("&=+%"), bytes.size());
    RETURN_IF_ERROR(put(bytes.substr(0, plain)));
    bytes.remove_prefix(plain);
    if (bytes.empty()) break;
    RETURN_IF_ERROR(step(bytes.front()));
    bytes.remove_prefix(1);
  }
  return {};
}

/// Up to the '&', or to an escape that is none or goes on in the next piece: those are for step().
std::size_t UrlencodedParser::take_value(std::string_view bytes) {
  bytes = bytes.substr(0, bytes.find('&'));
  std::string& value = builder_.value();
  const std::size_t before = value.size();
  std::size_t at = 0;
  value.resize_and_overwrite(before + bytes.size(), [&](char* out, std::size_t) {
    char* to = out + before;
    for (; at < bytes.size(); ++at) {
      char c = bytes[at];
      if (c == '%') {
        const int high = at + 2 < bytes.size() ? hex_digit(bytes[at + 1]) : -1;
        const int low = high >= 0 ? hex_digit(bytes[at + 2]) : -1;
        if (low < 0) break;
        c = static_cast<char>(high << 4 | low);
        at += 2;
      } else if (c == '+') {
        c = ' ';
      }
      *to++ = c;
    }
    return static_cast<std::size_t>(to - out);
  });
  return at;
}

Outcome<void> UrlencodedParser::finish() {
  if (escape_digits_ > 0) return refuse(400, kInvalidEscape);
  if (part_ == Part::kName && !name_.empty()) return begin_value();
  return {};
}

Outcome<void> UrlencodedParser::step(char c) {
  if (escape_digits_ > 0) {
    const int digit = hex_digit(c);
    if (digit < 0) return refuse(400, kInvalidEscape);
    escape_ = escape_ << 4 | digit;
    if (--escape_digits_ > 0) return {};
    const char decoded = static_cast<char>(escape_);
    return put({&decoded, 1});
  }
  switch (c) {
    case '%':
      escape_digits_ = 2;
      escape_ = 0;
      return {};
    case '+': return put(" ");
    case '=':
      if (part_ == Part::kValue) return put("=");
      return begin_value();
    default:  // '&'
      if (part_ == Part::kName && !name_.empty()) RETURN_IF_ERROR(begin_value());
      part_ = Part::kName;
      return {};
  }
}

Outcome<void> UrlencodedParser::begin_value() {
  RETURN_IF_ERROR(builder_.begin(std::move(name_), std::nullopt));
  name_.clear();
  part_ = Part::kValue;
  return {};
}

Outcome<void> UrlencodedParser::put(std::string_view decoded) {
  if (part_ == Part::kValue) {
    builder_.append(decoded);
    return {};
  }
  if (name_.size() + decoded.size() > builder_.limits().name_bytes_max) return refuse(400, "parameter name too long");
  name_ += decoded;
  return {};
}

}  // namespace postroad::net::http
