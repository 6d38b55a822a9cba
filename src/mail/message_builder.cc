#include "mail/message_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/scan.h"
#include "base/text.h"
#include "mail/base64_lines.h"
#include "mail/characters.h"
#include "mail/parameter_writer.h"
#include "mail/quoted_printable.h"

namespace postroad::mail {
namespace {

auto refuse(std::string detail) {
  return fail_permanent(ErrorCode::kInvalidArgument, std::move(detail));
}

bool is_seed(std::string_view seed) {
  return seed.size() >= kBoundarySeedBytesMin && seed.size() <= kBoundarySeedBytesMax &&
         std::all_of(seed.begin(), seed.end(), [](char c) {
           const char lower = ascii_lower(c);
           return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
         });
}

bool is_reserved(std::string_view name) {
  constexpr std::array<std::string_view, 4> kReserved{"from", "date", "message-id", "mime-version"};
  const std::string lower = ascii_lower(name);
  return lower.starts_with("content-") ||
         std::find(kReserved.begin(), kReserved.end(), lower) != kReserved.end();
}

/// `type/subtype` of two tokens, lower case; anything else becomes application/octet-stream.
std::string media_type(std::string_view given) {
  const std::string_view essence = trim(given.substr(0, given.find(';')));
  const std::size_t slash = essence.find('/');
  const bool whole = slash != std::string_view::npos && is_mime_token(essence.substr(0, slash)) &&
                     is_mime_token(essence.substr(slash + 1)) && essence.size() <= 127;
  std::string type = whole ? ascii_lower(essence) : "application/octet-stream";
  return type.starts_with("multipart/") ? "application/octet-stream" : type;
}

/// Octets that may travel as they are: CRLF lines up to 998, no NUL (RFC 2045 §2.8).
bool is_8bit_clean(std::string_view bytes) {
  std::size_t line = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\0') return false;
    if (bytes[i] == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n')) return false;
    if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) return false;
    line = bytes[i] == '\n' ? 0 : line + 1;
    if (line > kLineBytesMax) return false;
  }
  return true;
}

class Builder {
 public:
  explicit Builder(const MessageDraft& draft) : draft_(draft), header_(out_) {}

  Result<std::string> build() {
    if (!is_seed(draft_.boundary_seed)) return refuse("the boundary seed is not 16-60 letters and digits");
    if (draft_.attachments.size() + draft_.inlines.size() > kAttachmentsMax)
      return refuse("too many attachments");
    out_.reserve(size_guess());
    RETURN_IF_ERROR(top_fields());
    RETURN_IF_ERROR(mixed());
    if (!out_.ends_with("\r\n")) out_ += "\r\n";
    return std::move(out_);
  }

 private:
  std::size_t size_guess() const {
    std::size_t size = 4096 + (draft_.text.size() + draft_.html.size() + draft_.amp.size()) * 9 / 8;
    for (const auto* files : {&draft_.attachments, &draft_.inlines}) {
      for (const Attachment& file : *files) size += 1024 + file.bytes.size() / 57 * 78 + 80;
    }
    return size;
  }

  Result<void> top_fields() {
    RETURN_IF_ERROR(header_.mailboxes("From", draft_.from));
    RETURN_IF_ERROR(header_.mailboxes("To", draft_.to));
    RETURN_IF_ERROR(header_.mailboxes("Cc", draft_.cc));
    RETURN_IF_ERROR(header_.mailboxes("Reply-To", draft_.reply_to));
    RETURN_IF_ERROR(header_.unstructured("Subject", draft_.subject));
    RETURN_IF_ERROR(header_.structured("Date", format_date(draft_.date)));
    if (!draft_.message_id.empty()) {
      RETURN_IF_ERROR(header_.structured("Message-Id", '<' + draft_.message_id + '>'));
    }
    RETURN_IF_ERROR(header_.structured("Mime-Version", "1.0"));
    for (const auto& [name, value] : draft_.headers) {
      if (is_reserved(name)) return refuse(fmt::format("header {}: set by the message itself", name));
      RETURN_IF_ERROR(header_.unstructured(name, value));
    }
    return {};
  }

  Result<void> mixed() {
    if (draft_.attachments.empty()) return related();
    RETURN_IF_ERROR(open_multipart("mixed", 'm'));
    RETURN_IF_ERROR(related());
    for (const Attachment& file : draft_.attachments) {
      delimiter('m');
      RETURN_IF_ERROR(attachment(file, "attachment"));
    }
    close('m');
    return {};
  }

  Result<void> related() {
    if (draft_.inlines.empty()) return alternative();
    RETURN_IF_ERROR(open_multipart("related", 'r'));
    RETURN_IF_ERROR(alternative());
    for (const Attachment& file : draft_.inlines) {
      delimiter('r');
      RETURN_IF_ERROR(attachment(file, "inline"));
    }
    close('r');
    return {};
  }

  Result<void> alternative() {
    const int parts = !draft_.text.empty() + !draft_.amp.empty() + !draft_.html.empty();
    if (parts == 0) return text_part("text/plain", {});
    if (parts > 1) RETURN_IF_ERROR(open_multipart("alternative", 'a'));
    bool first = true;
    for (const auto& [type, text] : {std::pair<std::string_view, std::string_view>{"text/plain", draft_.text},
                                     {"text/x-amp-html", draft_.amp},
                                     {"text/html", draft_.html}}) {
      if (text.empty()) continue;
      if (!first) delimiter('a');
      first = false;
      RETURN_IF_ERROR(text_part(type, text));
    }
    if (parts > 1) close('a');
    return {};
  }

  Result<void> text_part(std::string_view type, std::string_view text) {
    if (!is_valid_utf8(text)) return refuse(fmt::format("{} part: not UTF-8", type));
    const bool base64 = quoted_octets(text) > text.size() / 3;
    const Parameter charset{"charset", "utf-8"};
    RETURN_IF_ERROR(header_.parameterised("Content-Type", type, {&charset, 1}));
    RETURN_IF_ERROR(header_.structured("Content-Transfer-Encoding", base64 ? "base64" : "quoted-printable"));
    out_ += "\r\n";
    if (base64) {
      append_base64_lines(out_, with_crlf(text));
    } else {
      append_quoted_printable(out_, text);
    }
    return {};
  }

  /// Text inside base64 has canonical line ends too (RFC 2045 §6.8).
  static std::string with_crlf(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 32);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\r' || text[i] == '\n') {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
        out += "\r\n";
      } else {
        out += text[i];
      }
    }
    return out;
  }

  Result<void> attachment(const Attachment& file, std::string_view disposition) {
    if (file.filename.size() > kFilenameBytesMax) return refuse("a file name is longer than 255 octets");
    std::string type = media_type(file.content_type);
    const bool as_is = type.starts_with("message/") && is_8bit_clean(file.bytes);
    if (type.starts_with("message/") && !as_is) type = "application/octet-stream";
    std::vector<Parameter> name;
    if (!file.filename.empty()) name.push_back({"name", file.filename});
    RETURN_IF_ERROR(header_.parameterised("Content-Type", type, name, true));
    if (!name.empty()) name[0].name = "filename";
    RETURN_IF_ERROR(header_.parameterised("Content-Disposition", disposition, name));
    if (disposition == "inline") RETURN_IF_ERROR(content_id(file));
    const bool ascii = as_is && is_ascii(file.bytes);
    RETURN_IF_ERROR(header_.structured("Content-Transfer-Encoding", !as_is  ? "base64"
                                                                    : ascii ? "7bit"
                                                                            : "8bit"));
    out_ += "\r\n";
    if (!as_is) {
      append_base64_lines(out_, file.bytes);
    } else {
      out_ += file.bytes;
    }
    return {};
  }

  /// HTML refers to a file by its name (`cid:logo.png`), so the id is the name as given wherever a header can
  /// hold it.
  Result<void> content_id(const Attachment& file) {
    const std::string& id = file.content_id.empty() ? file.filename : file.content_id;
    if (id.empty()) return {};
    if (has_control(id) || id.find_first_of("<>") != std::string::npos) {
      return refuse("a content id holds a control character or an angle bracket");
    }
    return header_.unstructured("Content-Id", '<' + id + '>');
  }

  std::string boundary(char level) const { return "=_" + draft_.boundary_seed + '_' + level; }

  Result<void> open_multipart(std::string_view subtype, char level) {
    const Parameter parameter{"boundary", boundary(level)};
    RETURN_IF_ERROR(
        header_.parameterised("Content-Type", "multipart/" + std::string(subtype), {&parameter, 1}));
    out_ += "\r\n--" + boundary(level) + "\r\n";
    return {};
  }
  // The CRLF before a delimiter belongs to it (RFC 2046 §5.1.1): parts keep exactly the line ends they came
  // with.
  void delimiter(char level) { out_ += "\r\n--" + boundary(level) + "\r\n"; }
  void close(char level) { out_ += "\r\n--" + boundary(level) + "--"; }

  const MessageDraft& draft_;
  std::string out_;
  HeaderWriter header_;
};

}  // namespace

Result<std::string> build_message(const MessageDraft& draft) {
  return Builder(draft).build();
}

}  // namespace postroad::mail
