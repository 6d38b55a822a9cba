#include "mail/dkim_canonical.h"

#include "base/text.h"
#include "mail/characters.h"

namespace postroad::mail {
namespace {

std::string relaxed_field(std::string_view raw) {
  const std::size_t colon = raw.find(':');
  std::string out = ascii_lower(trim(raw.substr(0, colon)));
  if (colon == std::string_view::npos) return out + "\r\n";
  out += ':';
  const std::size_t value = out.size();
  bool space = false;
  for (const char c : raw.substr(colon + 1)) {
    if (c == '\r' || c == '\n') continue;
    if (is_in(c, kWsp)) {
      space = true;
      continue;
    }
    if (space && out.size() > value) out += ' ';
    space = false;
    out += c;
  }
  return out + "\r\n";
}

}  // namespace

std::string canonical_field(std::string_view raw, Canonicalization mode) {
  if (mode == Canonicalization::kRelaxed) return relaxed_field(raw);
  std::string out;
  out.reserve(raw.size() + 2);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r')) out += '\r';
    out += raw[i];
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

void BodyCanonicalizer::release_line_ends(std::string& out) {
  for (; line_ends_ > 0; --line_ends_) out += "\r\n";
}

void BodyCanonicalizer::content(std::string_view run, std::string& out) {
  if (run.empty()) return;
  if (mode_ == Canonicalization::kSimple) {
    release_line_ends(out);
    out += run;
    in_line_ = any_ = true;
    return;
  }
  for (std::size_t at = 0; at < run.size();) {
    std::size_t end = at;
    while (end < run.size() && !is_in(run[end], kWsp)) ++end;
    if (end > at) {
      release_line_ends(out);
      if (space_) out += ' ';
      space_ = false;
      out.append(run, at, end - at);
      in_line_ = any_ = true;
    }
    for (at = end; at < run.size() && is_in(run[at], kWsp); ++at) space_ = true;
  }
}

void BodyCanonicalizer::line_ended(std::string&) {
  ++line_ends_;
  space_ = false;
  in_line_ = false;
}

void BodyCanonicalizer::update(std::string_view piece, std::string& out) {
  while (!piece.empty()) {
    if (carriage_) {
      carriage_ = false;
      if (piece[0] == '\n') {
        line_ended(out);
        piece.remove_prefix(1);
        continue;
      }
      content("\r", out);
    }
    const std::size_t carriage = piece.find('\r');
    content(piece.substr(0, carriage), out);
    if (carriage == std::string_view::npos) return;
    carriage_ = true;
    piece.remove_prefix(carriage + 1);
  }
}

void BodyCanonicalizer::finish(std::string& out) {
  if (carriage_) content("\r", out);
  carriage_ = false;
  if (any_ || mode_ == Canonicalization::kSimple) out += "\r\n";
  line_ends_ = 0;
}

}  // namespace postroad::mail
