#include "mail/smtp/sasl.h"

#include "base/text.h"

namespace postroad::mail::smtp {
namespace {

auto malformed() {
  return fail_permanent(ErrorCode::kInvalidArgument, "AUTH: malformed response");
}

}  // namespace

Result<SaslPlain> parse_sasl_plain(std::string_view base64) {
  const auto decoded = base64_decode(base64);
  if (!decoded) return malformed();
  const auto parts = split(*decoded, '\0');
  if (parts.size() != 3 || parts[1].empty() || parts[2].empty()) return malformed();
  return SaslPlain{std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
}

Result<std::string> parse_sasl_login(std::string_view base64) {
  auto decoded = base64_decode(base64);
  if (!decoded || decoded->find('\0') != std::string::npos) return malformed();
  return *std::move(decoded);
}

std::string format_sasl_plain(std::string_view user, std::string_view password) {
  std::string raw(1, '\0');
  raw += user;
  raw += '\0';
  raw += password;
  return base64_encode(raw);
}

}  // namespace postroad::mail::smtp
