#include "mail/transport_encoding.h"

#include <algorithm>

#include "base/scan.h"
#include "base/text.h"
#include "mail/base64_lines.h"
#include "mail/characters.h"
#include "mail/header_writer.h"
#include "mail/html/splice.h"
#include "mail/mime_parser.h"
#include "mail/quoted_printable.h"

namespace postroad::mail {
namespace {

using html::Splice;  // a splice of octets, whatever the text

bool lines_fit(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t newline = std::min(text.find('\n', at), text.size());
    if (newline - at > kLineBytesMax + 1) return false;
    at = newline + 1;
  }
  return true;
}

bool fits(std::string_view text, TransportLimits limits) {
  return lines_fit(text) && (limits.eight_bit || is_ascii(text));
}

class Encoder {
 public:
  Encoder(std::string_view message, TransportLimits limits)
      : text_(message), limits_(limits), tree_(parse_mime(message)) {}

  std::optional<std::string> encode() {
    for (const MimePart& part : tree_.parts) {
      if (part.is_multipart()) {
        relabel(part);
      } else if (part.type.type() != "message" && part.encoding == TransferEncoding::kIdentity &&
                 !fits(part.body, limits_)) {
        change(part);
      }
    }
    if (!changed_) return std::nullopt;
    std::sort(splices_.begin(), splices_.end(),
              [](const Splice& a, const Splice& b) { return a.begin < b.begin; });
    return html::spliced(text_, splices_);
  }

 private:
  std::size_t place(std::string_view view) const {
    return static_cast<std::size_t>(view.data() - text_.data());
  }

  /// A multipart that said 8bit or binary holds only 7bit once its parts are encoded.
  void relabel(const MimePart& part) {
    const HeaderField* field = part.header.find("Content-Transfer-Encoding");
    if (limits_.eight_bit || field == nullptr) return;
    const std::string value = ascii_lower(trim(field->value));
    if (value != "8bit" && value != "binary") return;
    splices_.push_back({place(field->value), place(field->value) + field->value.size(), " 7bit"});
    changed_ = true;
  }

  void change(const MimePart& part) {
    const bool text = part.type.type() == "text";
    std::string body;
    if (text) {
      append_quoted_printable(body, part.body);
    } else {
      append_base64_lines(body, part.body);
      if (body.ends_with("\r\n")) body.resize(body.size() - 2);  // the delimiter brings its own
    }
    if (part.parent == kPartNone && !body.ends_with("\r\n")) body += "\r\n";
    label(part, text ? "quoted-printable" : "base64");
    splices_.push_back({place(part.body), place(part.body) + part.body.size(), std::move(body)});
    changed_ = true;
  }

  void label(const MimePart& part, std::string_view encoding) {
    if (const HeaderField* field = part.header.find("Content-Transfer-Encoding")) {
      splices_.push_back(
          {place(field->value), place(field->value) + field->value.size(), ' ' + std::string(encoding)});
      return;
    }
    std::string fields = "Content-Transfer-Encoding: " + std::string(encoding) + "\r\n";
    if (part.header.find("Content-Type") == nullptr) {
      fields = "Content-Type: text/plain; charset=" +
               std::string(is_valid_utf8(part.body) ? "utf-8" : "windows-1252") + "\r\n" + fields;
    }
    if (part.parent == kPartNone && part.header.find("MIME-Version") == nullptr)
      fields = "MIME-Version: 1.0\r\n" + fields;
    const std::size_t end = place(part.header.bytes()) + part.header.bytes().size();
    splices_.push_back({end, end, std::move(fields)});
  }

  std::string_view text_;
  TransportLimits limits_;
  MimeMessage tree_;
  std::vector<Splice> splices_;
  bool changed_ = false;
};

}  // namespace

bool can_travel(std::string_view message, TransportLimits limits) {
  return fits(message, limits);
}

std::optional<std::string> encoded_for_transport(std::string_view message, TransportLimits limits) {
  if (can_travel(message, limits)) return std::nullopt;
  return Encoder(message, limits).encode();
}

}  // namespace postroad::mail
