#include "mail/smtp/reply.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "mail/characters.h"

namespace postroad::mail::smtp {

std::string Reply::text() const {
  std::string out;
  for (const std::string& line : lines) {
    if (!out.empty() && !line.empty()) out += ' ';
    out += line;
  }
  return out;
}

std::string Reply::summary() const {
  return enhanced ? fmt::format("{} {} {}", code, enhanced->text(), text())
                  : fmt::format("{} {}", code, text());
}

std::string Reply::wire() const {
  PR_ASSERT(code >= 200 && code <= 599 && !lines.empty());
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += fmt::format("{}{}", code, i + 1 < lines.size() ? '-' : ' ');
    if (enhanced) out += enhanced->text() + ' ';
    for (const char c : lines[i]) out += is_in(c, kControl) ? ' ' : c;
    out += "\r\n";
  }
  return out;
}

Reply make_reply(int code, std::optional<EnhancedCode> enhanced, std::string text) {
  Reply reply{.code = code, .enhanced = enhanced};
  reply.lines.push_back(std::move(text));
  return reply;
}

}  // namespace postroad::mail::smtp
