#include "admission/batch_compiler.h"

#include <algorithm>
#include <array>

#include "admission/blanks.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"
#include "mail/quoted_printable.h"

namespace postroad::admission {
namespace {

/// Fields that say who and when, and what the body is: no blanks there.
constexpr std::array<std::string_view, 9> kFixedFields = {"from", "sender", "date", "message-id", "mime-version",
                                                          "received", "return-path", "dkim-signature", "x-mailgun-sid"};
/// Fields that machines read: their ASCII must stay as it is.
constexpr std::array<std::string_view, 4> kStructuredFields = {"cc", "reply-to", "references", "in-reply-to"};

template <class List>
bool is_one_of(const List& list, std::string_view name) {
  return std::ranges::any_of(list, [name](std::string_view one) { return ascii_iequals(one, name); });
}

bool is_transfer_field(std::string_view name) {
  return ascii_iequals(name, "Content-Type") || ascii_iequals(name, "Content-Transfer-Encoding");
}

class Compiler {
 public:
  Compiler(std::string_view message, mail::MimeMessage parsed) : message_(message), parsed_(std::move(parsed)) {}

  Result<BatchContentWriter> compile(const std::vector<std::pair<std::string, std::string>>& variables) {
    RETURN_IF_ERROR(top_header(variables));
    for (const mail::MimePart& part : parsed_.parts) {
      if (&part == &parsed_.parts.front()) continue;
      if (!has_blanks(part)) continue;
      const std::string_view header = part.header.bytes();
      octets_until(header.data());
      std::string fields;
      for (const mail::HeaderField& field : part.header.fields()) {
        if (!is_transfer_field(field.name)) fields += field.raw;
      }
      out_.add(PieceKind::kOctets, fields);
      RETURN_IF_ERROR(text_part(part));
    }
    octets_until(message_.data() + message_.size());
    return std::move(out_);
  }

 private:
  static bool has_blanks(const mail::MimePart& part) {
    return !part.is_multipart() && part.type.type() == "text" && part.disposition != "attachment" &&
           count_blanks(part.text()) != 0;
  }

  Result<void> top_header(const std::vector<std::pair<std::string, std::string>>& variables) {
    const mail::MimePart& top = parsed_.parts.front();
    const bool rewritten = has_blanks(top);
    bool recipient_written = top.header.count("To") == 0;
    if (recipient_written) out_.add(PieceKind::kRecipient, {});
    for (const mail::HeaderField& field : top.header.fields()) {
      if (field.name.empty() || (rewritten && is_transfer_field(field.name))) continue;
      if (!ascii_iequals(field.name, "To")) {
        top_field(field);
      } else if (!recipient_written) {
        out_.add(PieceKind::kRecipient, {});
        recipient_written = true;
      }
    }
    if (!variables.empty()) {
      JsonWriter json;
      json.begin_object();
      for (const auto& [name, value] : variables) json.field(name, value);
      json.end_object();
      out_.add_field(PieceKind::kVariables, "X-Mailgun-Variables", json.text());
    }
    at_ = top.header.bytes().data() + top.header.bytes().size();
    if (rewritten) return text_part(top);
    return {};
  }

  void top_field(const mail::HeaderField& field) {
    const bool fixed = is_one_of(kFixedFields, field.name) || ascii_istarts_with(field.name, "Content-");
    if (!fixed) {
      const std::string plain = mail::repaired_utf8(mail::unfold(field.value));
      const bool structured = is_one_of(kStructuredFields, field.name) || ascii_istarts_with(field.name, "List-");
      const std::string value = structured ? plain : mail::decode_words(plain);
      if (count_blanks(value) != 0) {
        out_.add_field(structured ? PieceKind::kStructured : PieceKind::kText, field.name, value);
        return;
      }
    }
    out_.add(PieceKind::kOctets, field.raw);
  }

  /// Content-Type, encoding, the empty line and the text.
  Result<void> text_part(const mail::MimePart& part) {
    const std::string text = part.text();
    const bool base64 = mail::quoted_octets(text) > text.size() / 3;
    std::vector<mail::Parameter> parameters{{"charset", "utf-8"}};
    for (const mail::Parameter& one : part.type.parameters) {
      if (one.name != "charset") parameters.push_back(one);
    }
    std::string fields;
    mail::HeaderWriter writer(fields);
    if (!writer.parameterised("Content-Type", part.type.value, parameters)) {
      RETURN_IF_ERROR(writer.parameterised("Content-Type", "text/plain", {parameters.data(), 1}));
    }
    RETURN_IF_ERROR(writer.structured("Content-Transfer-Encoding", base64 ? "base64" : "quoted-printable"));
    fields += "\r\n";
    out_.add(PieceKind::kOctets, fields);
    out_.add(base64 ? PieceKind::kBase64 : PieceKind::kQuotedPrintable, text);
    at_ = part.body.data() + part.body.size();
    return {};
  }

  void octets_until(const char* end) {
    out_.add(PieceKind::kOctets, {at_, static_cast<std::size_t>(end - at_)});
    at_ = end;
  }

  std::string_view message_;
  mail::MimeMessage parsed_;
  BatchContentWriter out_;
  const char* at_ = nullptr;  ///< Everything before it has been dealt with.
};

}  // namespace

Result<BatchContentWriter> compile_batch(std::string_view message,
                                         const std::vector<std::pair<std::string, std::string>>& variables) {
  mail::MimeMessage parsed = mail::parse_mime(message);
  if (parsed.over_limit) {
    return fail_permanent(ErrorCode::kInvalidArgument, "the message has too many parts or too much header for a batch");
  }
  return Compiler(message, std::move(parsed)).compile(variables);
}

}  // namespace postroad::admission
