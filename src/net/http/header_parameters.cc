#include "net/http/header_parameters.h"

#include <algorithm>

#include "base/text.h"
#include "net/http/percent.h"

namespace postroad::net::http {
namespace {

constexpr int kContinuationsMax = 64;
constexpr std::string_view kEscapedQuote = "%22";  ///< As browsers and curl write a quote within quotes.

struct Piece {
  std::string name;       ///< Without '*' marks.
  int number = -1;        ///< Of a continuation, or -1.
  bool extended = false;  ///< Percent-encoded; the first also has charset and language.
  std::string value;
};

std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += {static_cast<char>(0xc0 | byte >> 6), static_cast<char>(0x80 | (byte & 0x3f))};
    }
  }
  return out;
}

/// Takes `"…"` or a token off the front of `text`.
std::optional<std::string> take_value(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    const std::size_t end = std::min(text.find(';'), text.size());
    value = trim(text.substr(0, end));
    text.remove_prefix(end);
    return value;
  }
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text.substr(i, 3) == kEscapedQuote) {
      value += '"';
      i += 2;
      continue;
    }
    const bool escape = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    value += text[escape ? ++i : i];
  }
  return std::nullopt;
}

/// "filename*1*" → filename, 1, extended.
bool read_name(std::string_view text, Piece& piece) {
  if (text.ends_with('*')) {
    piece.extended = true;
    text.remove_suffix(1);
  }
  if (const std::size_t star = text.find('*'); star != std::string_view::npos) {
    const auto number = parse_int(text.substr(star + 1));
    if (!number || *number < 0 || *number >= kContinuationsMax) return false;
    piece.number = static_cast<int>(*number);
    text = text.substr(0, star);
  }
  piece.name = ascii_lower(text);
  return !piece.name.empty();
}

std::optional<std::vector<Piece>> read_pieces(std::string_view text) {
  std::vector<Piece> pieces;
  for (;;) {
    text = trim(text);
    if (text.empty()) return pieces;
    if (text.front() != ';') return std::nullopt;
    text = trim(text.substr(1));
    if (text.empty() || text.front() == ';') continue;  // "a; ; b" and a final ';' are seen in the wild
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    Piece piece;
    if (!read_name(trim(text.substr(0, equals)), piece)) return std::nullopt;
    text = trim(text.substr(equals + 1));
    std::optional<std::string> value = take_value(text);
    if (!value) return std::nullopt;
    piece.value = std::move(*value);
    pieces.push_back(std::move(piece));
  }
}

/// charset'language'percent-encoded, without the first two for later continuations.
std::optional<std::string> decode_extended(const Piece& piece, std::string& charset) {
  std::string_view text = piece.value;
  if (piece.number <= 0) {
    const std::size_t first = text.find('\'');
    const std::size_t second = first == std::string_view::npos ? first : text.find('\'', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    charset = ascii_lower(text.substr(0, first));
    text.remove_prefix(second + 1);
  }
  return percent_decode(text, false);
}

/// Joins the pieces of one name in their order; an extended whole wins over continuations, these over a plain whole.
std::optional<std::string> join(std::vector<Piece> pieces) {
  std::ranges::sort(pieces, {}, &Piece::number);
  const bool whole_extended = std::ranges::any_of(pieces, [](const Piece& p) { return p.number < 0 && p.extended; });
  std::string charset;
  std::string joined;
  int next = 0;
  const bool continued = pieces.back().number >= 0 && !whole_extended;
  for (const Piece& piece : pieces) {
    if (whole_extended && (piece.number >= 0 || !piece.extended)) continue;
    if (continued && piece.number < 0) continue;
    if (continued && piece.number != next++) return std::nullopt;
    if (!continued && next++ > 0) return std::nullopt;  // the same name twice
    std::optional<std::string> part = piece.extended ? decode_extended(piece, charset) : piece.value;
    if (!part) return std::nullopt;
    joined += *part;
  }
  if (charset == "iso-8859-1") return latin1_to_utf8(joined);
  return joined;
}

}  // namespace

const std::string* ParameterizedValue::find(std::string_view name) const {
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name) return &parameter.value;
  }
  return nullptr;
}

std::optional<ParameterizedValue> parse_parameterized(std::string_view text) {
  const std::size_t end = std::min(text.find(';'), text.size());
  ParameterizedValue parsed;
  parsed.value = ascii_lower(trim(text.substr(0, end)));
  if (parsed.value.empty()) return std::nullopt;
  std::optional<std::vector<Piece>> pieces = read_pieces(text.substr(end));
  if (!pieces) return std::nullopt;
  while (!pieces->empty()) {
    const std::string name = pieces->front().name;
    std::vector<Piece> same;
    for (Piece& piece : *pieces) {
      if (piece.name == name) same.push_back(piece);
    }
    std::erase_if(*pieces, [&](const Piece& piece) { return piece.name == name; });
    std::optional<std::string> value = join(std::move(same));
    if (!value) return std::nullopt;
    parsed.parameters.push_back({name, std::move(*value)});
  }
  return parsed;
}

}  // namespace postroad::net::http
