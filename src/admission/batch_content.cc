#include "admission/batch_content.h"

#include <boost/json.hpp>

#include "admission/blanks.h"
#include "admission/options.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "mail/base64_lines.h"
#include "mail/characters.h"
#include "mail/charset.h"
#include "mail/header_writer.h"
#include "mail/quoted_printable.h"

namespace postroad::admission {
namespace {

constexpr std::string_view kMagic = "PRBAT01\n";
constexpr std::size_t kHeadBytes = 16;
constexpr std::size_t kFieldValueBytesMax = 64 * 1024;  ///< Filled; the rest is cut.

static_assert(kMagic.size() + 2 * sizeof(std::uint32_t) == kHeadBytes);

void put_number(std::string& out, std::size_t number) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift & 0xff);
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

/// Reads forward; anything beyond the end makes it fail for good.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  bool done() const { return bytes_.empty(); }
  bool failed() const { return failed_; }
  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) {
      failed_ = true;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::uint32_t number() {
    std::uint32_t value = 0;
    int shift = 0;
    for (const char c : take(4)) {
      value |= std::uint32_t{static_cast<unsigned char>(c)} << shift;
      shift += 8;
    }
    return value;
  }
  std::string_view text() { return take(number()); }
  std::string_view rest() { return std::exchange(bytes_, {}); }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

std::unexpected<Error> corrupt() {
  return fail_permanent(ErrorCode::kCorrupt, "the content of a batch is not what docs/formats/batch.md says");
}

/// A filled value as one that a header can hold: a customer's line breaks and controls become spaces.
std::string field_value(std::string filled) {
  for (char& c : filled) {
    if (mail::is_in(c, mail::kControl)) c = ' ';
  }
  if (filled.size() > kFieldValueBytesMax) filled.resize(kFieldValueBytesMax);
  return is_valid_utf8(filled) ? filled : mail::repaired_utf8(filled);
}

Result<void> write_field(mail::HeaderWriter& writer, PieceKind kind, std::string_view piece, const Blanks& blanks) {
  const std::size_t colon = piece.find(':');
  if (colon == std::string_view::npos) return corrupt();
  const std::string_view name = piece.substr(0, colon);
  const std::string value = field_value(blanks.fill(piece.substr(colon + 1)));
  if (kind == PieceKind::kStructured && writer.structured(name, value)) return {};
  return writer.unstructured(name, value);
}

Result<void> write_variables(mail::HeaderWriter& writer, std::string_view piece, const Blanks& blanks) {
  const std::size_t colon = piece.find(':');
  if (colon == std::string_view::npos) return corrupt();
  boost::json::error_code error;
  const boost::json::value parsed = boost::json::parse(piece.substr(colon + 1), error);
  if (error || !parsed.is_object()) return corrupt();
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : parsed.get_object()) {
    json.field(name, blanks.fill(value.is_string() ? std::string_view(value.get_string()) : std::string_view()));
  }
  json.end_object();
  return writer.unstructured(piece.substr(0, colon), json.text());
}

}  // namespace

void BatchContentWriter::add(PieceKind kind, std::string_view bytes) {
  if (bytes.empty() && kind != PieceKind::kRecipient) return;
  pieces_ += static_cast<char>(kind);
  put_text(pieces_, bytes);
  if (kind != PieceKind::kOctets) blanks_ += count_blanks(bytes);
}

void BatchContentWriter::add_field(PieceKind kind, std::string_view name, std::string_view value) {
  std::string field;
  field.reserve(name.size() + 1 + value.size());
  ((field += name) += ':') += value;
  add(kind, field);
}

std::string BatchContentWriter::finish(const std::vector<BatchCopy>& copies) const {
  std::string table, records;
  put_number(table, 0);
  for (const BatchCopy& copy : copies) {
    put_text(records, copy.recipient.display_name);
    put_text(records, copy.recipient.local_part);
    put_text(records, copy.recipient.domain);
    records += copy.variables;
    put_number(table, records.size());
  }
  std::string content;
  content.reserve(kHeadBytes + pieces_.size() + table.size() + records.size());
  content += kMagic;
  put_number(content, copies.size());
  put_number(content, pieces_.size());
  content += pieces_;
  content += table;
  content += records;
  return content;
}

Result<BatchContent> BatchContent::open(std::string_view content) {
  Cursor cursor(content);
  if (cursor.take(kMagic.size()) != kMagic) return corrupt();
  BatchContent opened;
  opened.count_ = cursor.number();
  opened.pieces_ = cursor.text();
  opened.offsets_ = cursor.take((std::size_t{opened.count_} + 1) * sizeof(std::uint32_t));
  opened.copies_ = cursor.rest();
  if (cursor.failed()) return corrupt();
  return opened;
}

Result<BatchCopy> BatchContent::copy(std::uint32_t number) const {
  if (number == 0 || number > count_) return corrupt();
  Cursor offsets(offsets_.substr((number - std::size_t{1}) * sizeof(std::uint32_t)));
  const std::size_t begin = offsets.number();
  const std::size_t end = offsets.number();
  if (offsets.failed() || begin > end || end > copies_.size()) return corrupt();
  Cursor record(copies_.substr(begin, end - begin));
  BatchCopy copy;
  copy.recipient.display_name = record.text();
  copy.recipient.local_part = record.text();
  copy.recipient.domain = record.text();
  copy.variables = record.rest();
  if (record.failed()) return corrupt();
  return copy;
}

Result<std::string> BatchContent::render(const BatchCopy& copy, std::string unsubscribe) const {
  const Blanks blanks(copy.recipient, copy.variables, std::move(unsubscribe));
  std::string out;
  out.reserve(pieces_.size() + pieces_.size() / 4);
  mail::HeaderWriter writer(out);
  Cursor cursor(pieces_);
  while (!cursor.done()) {
    const std::string_view kind_byte = cursor.take(1);
    const std::string_view piece = cursor.text();
    if (cursor.failed() || kind_byte.empty()) return corrupt();
    const auto kind = static_cast<PieceKind>(kind_byte.front());
    switch (kind) {
      case PieceKind::kOctets: out += piece; break;
      case PieceKind::kText:
      case PieceKind::kStructured: RETURN_IF_ERROR(write_field(writer, kind, piece, blanks)); break;
      case PieceKind::kRecipient: RETURN_IF_ERROR(writer.mailboxes("To", {&copy.recipient, 1})); break;
      case PieceKind::kVariables: RETURN_IF_ERROR(write_variables(writer, piece, blanks)); break;
      case PieceKind::kQuotedPrintable: mail::append_quoted_printable(out, blanks.fill(piece)); break;
      case PieceKind::kBase64: mail::append_base64_lines(out, blanks.fill(piece)); break;
      default: return corrupt();
    }
  }
  return out;
}

}  // namespace postroad::admission
