#include "mail/mime_parser.h"

#include <algorithm>

#include "base/text.h"
#include "mail/base64_lines.h"
#include "mail/body_structure.h"
#include "mail/characters.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"
#include "mail/message_builder.h"
#include "mail/quoted_printable.h"
#include "mail/uuencode.h"

namespace postroad::mail {
namespace {

constexpr std::size_t kAmbiguousTypesMax = 8;  // each costs a search through the message

/// A delimiter line that was found.
struct Delimiter {
  std::size_t level = 0;  ///< which open multipart it belongs to
  std::size_t line = 0;   ///< where the line begins
  std::size_t after = 0;  ///< where the next line begins
  bool closes = false;
};

struct Open {
  std::size_t part;
  std::string boundary;
  bool loose = false;  ///< no line is the boundary alone: one that begins with it will do (RFC 2046 §5.1.1)
};

const HeaderField* last_field(const HeaderBlock& header, std::string_view name) {
  for (auto field = header.fields().rbegin(); field != header.fields().rend(); ++field) {
    if (ascii_iequals(field->name, name)) return &*field;
  }
  return nullptr;
}

std::string_view raw_value(const HeaderBlock& header, std::string_view name) {
  const HeaderField* field = last_field(header, name);
  return field == nullptr ? std::string_view{} : field->value;
}

TransferEncoding encoding_of(std::string_view value) {
  std::string name = ascii_lower(trim(value));
  name = name.substr(0, name.find_first_of("; \t\r\n("));
  if (name == "quoted-printable") return TransferEncoding::kQuotedPrintable;
  if (name == "base64") return TransferEncoding::kBase64;
  if (name == "x-uuencode" || name == "uuencode" || name == "x-uue" || name == "uue")
    return TransferEncoding::kUuencode;
  return TransferEncoding::kIdentity;
}

/// Whether everything before the padding is of the alphabet; a body that is not was labelled wrongly.
bool is_base64(std::string_view body) {
  body = body.substr(0, body.find('='));
  return std::all_of(body.begin(), body.end(), [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           is_in(c, kWsp) || c == '\r' || c == '\n';
  });
}

std::string cut_utf8(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  text.resize(bytes_max);
  return text;
}

/// Without the line end that belongs to the delimiter after it.
std::string_view without_last_line_end(std::string_view body) {
  if (body.ends_with('\n')) body.remove_suffix(1);
  if (body.ends_with('\r')) body.remove_suffix(1);
  return body;
}

void describe(MimePart& part, bool in_digest) {
  const std::string_view type = raw_value(part.header, "Content-Type");
  part.type = parse_content_type(type);
  if (part.type.value.empty() || part.type.value == "text")
    part.type.value = in_digest && trim(type).empty() ? "message/rfc822" : "text/plain";
  const ContentType disposition = parse_content_type(raw_value(part.header, "Content-Disposition"));
  part.disposition = disposition.value;
  const std::string* name = disposition.parameter("filename");
  if (name == nullptr) name = disposition.parameter("name");
  if (name == nullptr) name = part.type.parameter("name");
  if (name == nullptr) name = part.type.parameter("filename");
  if (name != nullptr) part.filename = cut_utf8(*name, kFilenameBytesMax);
  std::string id = unfold(raw_value(part.header, "Content-Id"));
  if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
  part.content_id = repaired_utf8(id);
  part.encoding = encoding_of(raw_value(part.header, "Content-Transfer-Encoding"));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  MimeMessage parse() {
    std::size_t at = 0;
    bool more = begin_part(at, kPartNone);
    while (more) {
      const Delimiter delimiter = pending_;
      close_down_to(delimiter.level + 1, delimiter.line);
      at = delimiter.after;
      if (delimiter.closes) {
        close_down_to(delimiter.level, delimiter.line);
        more = find_delimiter(at);
      } else if (message_.parts.size() >= kMimePartsMax) {
        message_.over_limit = true;
        more = find_delimiter(at);
      } else {
        more = begin_part(at, open_.back().part);
      }
    }
    close_down_to(0, text_.size());
    for (const MimePart& part : message_.parts)
      message_.over_limit = message_.over_limit || part.header.over_limit();
    structure_bodies(message_);
    return std::move(message_);
  }

 private:
  /// Reads one part from its header to the delimiter that ends it, or, of a multipart, to its first one.
  /// False at the end of the message.
  bool begin_part(std::size_t at, std::size_t parent) {
    const std::size_t index = message_.parts.size();
    const bool in_digest = parent != kPartNone && message_.parts[parent].type.value == "multipart/digest";
    bool found = false;
    const std::size_t body = end_of_header(at, found);
    MimePart& part = message_.parts.emplace_back();
    part.header = HeaderBlock::scan(text_.substr(at, body - at));
    part.parent = parent;
    describe(part, in_digest);
    if (parent != kPartNone) message_.parts[parent].children.push_back(index);
    if (found) return true;  // a delimiter where the empty line should be: no body at all
    prefer_whole_multipart(part, body);
    const std::string* boundary = part.type.type() == "multipart" ? part.type.parameter("boundary") : nullptr;
    if (boundary != nullptr) return begin_multipart(index, body, std::string(trim(*boundary)));
    return end_leaf(index, body);
  }

  /// Of several Content-Type fields the last counts, unless an earlier one names a multipart that is all
  /// there.
  void prefer_whole_multipart(MimePart& part, std::size_t body) {
    if (part.header.count("Content-Type") < 2) return;
    for (const HeaderField& field : part.header.fields()) {
      if (!ascii_iequals(field.name, "Content-Type") || ambiguous_++ >= kAmbiguousTypesMax) continue;
      ContentType type = parse_content_type(field.value);
      const std::string* boundary = type.type() == "multipart" ? type.parameter("boundary") : nullptr;
      if (boundary == nullptr || text_.find("\n--" + *boundary + "--", body) == std::string_view::npos)
        continue;
      part.type = std::move(type);
      return;
    }
  }

  bool end_leaf(std::size_t index, std::size_t body) {
    const bool found = find_delimiter(body);
    const std::size_t end = found ? pending_.line : text_.size();
    MimePart& part = message_.parts[index];
    part.body = text_.substr(body, end - body);
    if (found) part.body = without_last_line_end(part.body);
    if (part.type.type() == "multipart" && !trim(part.body).empty()) part.type.value = "text/plain";
    if (part.encoding == TransferEncoding::kBase64 && part.type.type() == "text" && !is_base64(part.body)) {
      part.encoding = TransferEncoding::kIdentity;
      part.mislabelled = true;
    }
    return found;
  }

  bool begin_multipart(std::size_t index, std::size_t body, std::string boundary) {
    if (open_.size() >= kMimeDepthMax || boundary.empty()) {
      message_.over_limit = message_.over_limit || !boundary.empty();
      if (!boundary.empty()) message_.parts[index].type.value = "application/octet-stream";
      return end_leaf(index, body);
    }
    open_.push_back({index, std::move(boundary)});
    if (find_delimiter(body) && pending_.level + 1 == open_.size() && !pending_.closes) {
      message_.parts[index].body = text_.substr(body);  // shortened when it closes
      return true;
    }
    if (ambiguous_++ < kAmbiguousTypesMax) {
      open_.back().loose = true;
      if (find_delimiter(body) && pending_.level + 1 == open_.size() && !pending_.closes) {
        message_.parts[index].body = text_.substr(body);
        return true;
      }
    }
    open_.pop_back();  // its boundary never comes: it is no multipart
    return end_leaf(index, body);
  }

  void close_down_to(std::size_t levels, std::size_t end) {
    while (open_.size() > levels) {
      std::string_view& body = message_.parts[open_.back().part].body;
      const auto start = static_cast<std::size_t>(body.data() - text_.data());
      body = text_.substr(start, end > start ? end - start : 0);
      open_.pop_back();
    }
  }

  /// One past the empty line that ends the header at `at`; a delimiter line ends it too and is then
  /// `pending_`.
  std::size_t end_of_header(std::size_t at, bool& found) {
    while (at < text_.size()) {
      if (match(at)) {
        found = true;
        return at;
      }
      const std::size_t next = next_line(at);
      const std::string_view line = text_.substr(at, next - at);
      if (line == "\n" || line == "\r\n") return next;
      at = next;
    }
    return at;
  }

  bool find_delimiter(std::size_t at) {
    if (open_.empty()) return false;
    for (; at < text_.size(); at = next_line(at)) {
      if (match(at)) return true;
    }
    return false;
  }

  /// Whether the line at `at` is a delimiter of an open multipart, innermost first; it is then `pending_`.
  bool match(std::size_t at) {
    if (open_.empty() || text_.substr(at, 2) != "--") return false;
    const std::size_t next = next_line(at);
    const std::string_view line = text_.substr(at + 2, next - at - 2);
    for (std::size_t level = open_.size(); level-- > 0;) {
      const std::string& boundary = open_[level].boundary;
      if (!line.starts_with(boundary)) continue;
      std::string_view rest = line.substr(boundary.size());
      const bool closes = rest.starts_with("--");
      if (closes) rest.remove_prefix(2);
      if (!closes && !open_[level].loose && !trim(rest).empty()) continue;
      pending_ = {.level = level, .line = at, .after = next, .closes = closes};
      return true;
    }
    return false;
  }

  std::size_t next_line(std::size_t at) const {
    const std::size_t newline = text_.find('\n', at);
    return newline == std::string_view::npos ? text_.size() : newline + 1;
  }

  std::string_view text_;
  MimeMessage message_;
  std::vector<Open> open_;
  Delimiter pending_;
  std::size_t ambiguous_ = 0;
};

const MimePart* first_of(const MimeMessage& message, const std::vector<std::size_t>& body,
                         std::string_view type) {
  for (const std::size_t index : body) {
    if (message.parts[index].type.value == type) return &message.parts[index];
  }
  return nullptr;
}

}  // namespace

std::string MimePart::content() const {
  switch (encoding) {
    case TransferEncoding::kQuotedPrintable:
      return decode_quoted_printable(body);
    case TransferEncoding::kBase64:
      return decode_base64_lenient(body);
    case TransferEncoding::kUuencode:
      return decode_uuencode(body);
    case TransferEncoding::kIdentity:
      break;
  }
  return std::string(body);
}

std::string MimePart::text() const {
  const std::string* charset = type.parameter("charset");
  return to_utf8(content(), charset == nullptr ? std::string_view{} : std::string_view(*charset));
}

const MimePart* MimeMessage::plain_part() const {
  return first_of(*this, text_body, "text/plain");
}
const MimePart* MimeMessage::html_part() const {
  return first_of(*this, html_body, "text/html");
}

MimeMessage parse_mime(std::string_view message) {
  return Parser(message).parse();
}

}  // namespace postroad::mail
