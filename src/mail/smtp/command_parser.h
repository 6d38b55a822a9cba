#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "mail/address.h"
#include "mail/smtp/reply.h"

namespace postroad::mail::smtp {

enum class Verb : std::uint8_t {
  kEhlo,
  kHelo,
  kMail,
  kRcpt,
  kData,
  kRset,
  kNoop,
  kQuit,
  kVrfy,
  kStartTls,
  kAuth,
  kHelp,
};

/// `<a@b>`, `<>`, or `<postmaster>` (RFC 5321 §4.1.2; source routes are refused).
struct Path {
  /// Empty for the null reverse-path. `<postmaster>` has an empty domain.
  std::optional<Mailbox> mailbox;
};

struct MailParameters {
  std::optional<std::uint64_t> size;  ///< octets (RFC 1870)
  bool eight_bit = false;             ///< BODY=8BITMIME (RFC 6152)
  bool smtputf8 = false;              ///< RFC 6531
  std::optional<std::string> auth;    ///< AUTH=, decoded xtext; "<>" is empty (RFC 4954 §5)
};

struct Command {
  Verb verb{};
  std::string
      argument;  ///< EHLO, HELO: the name; VRFY, NOOP, HELP: the rest; AUTH: the mechanism in upper case
  std::optional<std::string> initial_response;  ///< AUTH: base64 as sent; "=" has become empty
  Path path;                                    ///< MAIL, RCPT
  MailParameters parameters;                    ///< MAIL
};

/// Why a line is refused: the reply to give, and whether to close after it.
struct Refusal {
  Reply reply;
  bool close = false;  ///< the peer does not speak SMTP: an HTTP verb, for one
};

/// Reads one line without its end (RFC 5321 §4.1). Strict: 510 octets (4094 for MAIL, RCPT and AUTH), no
/// controls, octets above 0x7f only in a path under SMTPUTF8 (`transaction_utf8`: MAIL asked for it; MAIL
/// itself looks at its own parameters), no source routes, no unknown parameter. Spaces after "FROM:" and
/// "TO:" are tolerated. Codes: 500 unknown or malformed, 501 bad argument, 502 known but not offered,
/// 550 5.1.7 / 5.1.3 bad address, 553 5.6.7 needs SMTPUTF8, 555 unknown parameter.
std::expected<Command, Refusal> parse_command(std::string_view line, bool transaction_utf8 = false);

/// RFC 5321 §4.1.2 path with its angle brackets, fit for RCPT TO. Permanent error otherwise.
Result<Path> parse_path(std::string_view text);

}  // namespace postroad::mail::smtp
