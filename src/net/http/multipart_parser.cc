#include "net/http/multipart_parser.h"

#include "base/text.h"
#include "net/http/header_parameters.h"

namespace postroad::net::http {
namespace {

std::unexpected<Refusal> malformed() { return refuse(400, kMalformedMultipart); }

bool is_boundary_byte(char c) {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

/// What follows a delimiter: the end of its line, the end of all parts, not a delimiter at all, or not enough yet.
enum class After : std::uint8_t { kPart, kEnd, kNotDelimiter, kUnknown };

After look_after(std::string_view text, std::size_t& size) {
  if (text.starts_with("--")) return After::kEnd;
  const std::size_t padding = std::min(text.find_first_not_of(" \t"), text.size());
  if (padding > MultipartParser::kPaddingBytesMax) return After::kNotDelimiter;
  const std::string_view rest = text.substr(padding);
  if (rest.size() >= 2) {
    size = padding + 2;
    return rest.starts_with("\r\n") ? After::kPart : After::kNotDelimiter;
  }
  const bool may_become = rest.empty() || rest == "\r" || (rest == "-" && padding == 0);
  return may_become ? After::kUnknown : After::kNotDelimiter;
}

struct PartHeader {
  std::string_view disposition, type, encoding;
};

Outcome<PartHeader> read_part_header(std::string_view header, std::size_t lines_max) {
  PartHeader fields;
  std::size_t lines = 0;
  while (!header.empty()) {
    const std::size_t end = header.find("\r\n");
    const std::string_view line = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 2);
    const std::size_t colon = line.find(':');
    const bool clean = line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
    if (++lines > lines_max || colon == std::string_view::npos || colon == 0 || !clean) return malformed();
    if (line.front() == ' ' || line.front() == '\t') return malformed();
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (ascii_iequals(name, "Content-Disposition")) fields.disposition = value;
    if (ascii_iequals(name, "Content-Type")) fields.type = value;
    if (ascii_iequals(name, "Content-Transfer-Encoding")) fields.encoding = value;
  }
  return fields;
}

bool is_identity(std::string_view encoding) {
  return encoding.empty() || ascii_iequals(encoding, "binary") || ascii_iequals(encoding, "8bit") ||
         ascii_iequals(encoding, "7bit");
}

}  // namespace

Outcome<std::unique_ptr<MultipartParser>> MultipartParser::make(std::string_view boundary, FormBuilder& builder) {
  bool good = !boundary.empty() && boundary.size() <= kBoundaryBytesMax && !boundary.ends_with(' ');
  for (const char c : boundary) good = good && is_boundary_byte(c);
  if (!good) return malformed();
  return std::unique_ptr<MultipartParser>(new MultipartParser(boundary, builder));
}

MultipartParser::MultipartParser(std::string_view boundary, FormBuilder& builder)
    : builder_(builder), delimiter_("\r\n--"), window_("\r\n") {  // the first delimiter may begin the body
  delimiter_ += boundary;
}

Outcome<void> MultipartParser::feed(std::string_view bytes) {
  if (state_ == State::kEpilogue) return {};
  window_ += bytes;
  for (;;) {
    ASSIGN_OR_RETURN(const bool go_on, advance());
    if (!go_on) break;
  }
  window_.erase(0, begin_);
  begin_ = 0;
  return {};
}

Outcome<void> MultipartParser::finish() {
  if (state_ != State::kEpilogue) return malformed();
  return {};
}

Outcome<bool> MultipartParser::advance() {
  switch (state_) {
    case State::kPreamble:
    case State::kContent: return advance_to_delimiter();
    case State::kHeader: return advance_header();
    case State::kEpilogue: break;
  }
  begin_ = window_.size();
  return false;
}

Outcome<bool> MultipartParser::advance_to_delimiter() {
  const std::size_t at = window_.find(delimiter_, begin_);
  if (at == std::string::npos) {  // all but what may begin a delimiter is content
    const std::size_t rest = window_.size() - begin_;
    const std::size_t keep = std::min(rest, delimiter_.size() - 1);
    emit(rest - keep);
    return false;
  }
  emit(at - begin_);
  std::size_t size = 0;
  switch (look_after(std::string_view(window_).substr(at + delimiter_.size()), size)) {
    case After::kUnknown: return false;
    case After::kNotDelimiter: emit(delimiter_.size()); return true;
    case After::kEnd: state_ = State::kEpilogue; return true;
    case After::kPart: break;
  }
  begin_ = at + delimiter_.size() + size;
  state_ = State::kHeader;
  return true;
}

void MultipartParser::emit(std::size_t bytes) {
  if (state_ == State::kContent) builder_.append(std::string_view(window_).substr(begin_, bytes));
  begin_ += bytes;
}

Outcome<bool> MultipartParser::advance_header() {
  const std::string_view rest = std::string_view(window_).substr(begin_);
  if (rest.starts_with("\r\n")) return malformed();  // a part without a header has no name
  const std::size_t end = rest.find("\r\n\r\n");
  if (std::min(end, rest.size()) > builder_.limits().part_header_bytes_max) return malformed();
  if (end == std::string_view::npos) return false;
  RETURN_IF_ERROR(begin_part(rest.substr(0, end)));
  begin_ += end + 4;
  state_ = State::kContent;
  return true;
}

Outcome<void> MultipartParser::begin_part(std::string_view header) {
  ASSIGN_OR_RETURN(const PartHeader fields, read_part_header(header, builder_.limits().part_header_lines_max));
  const std::optional<ParameterizedValue> disposition = parse_parameterized(fields.disposition);
  if (!disposition || disposition->value != "form-data" || !is_identity(fields.encoding)) return malformed();
  const std::string* name = disposition->find("name");
  if (name == nullptr || name->empty()) return malformed();
  const std::string* filename = disposition->find("filename");
  if (filename == nullptr) return builder_.begin(*name, std::nullopt);
  if (filename->size() > builder_.limits().name_bytes_max) return refuse(400, "file name too long");
  if (has_control_character(*filename)) return refuse(400, "control character in a file name");
  if (has_control_character(fields.type)) return refuse(400, "control character in a content type");
  return builder_.begin(*name, FileInfo{*filename, std::string(fields.type)});
}

}  // namespace postroad::net::http
