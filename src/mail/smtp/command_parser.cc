#include "mail/smtp/command_parser.h"

#include <algorithm>
#include <array>

#include "base/scan.h"
#include "base/text.h"
#include "mail/characters.h"
#include "mail/charset.h"
#include "mail/smtp/line_reader.h"

namespace postroad::mail::smtp {
namespace {

constexpr EnhancedCode kSyntax{5, 5, 2};
constexpr EnhancedCode kArguments{5, 5, 4};
constexpr EnhancedCode kNoSuchCommand{5, 5, 1};
constexpr EnhancedCode kBadSender{5, 1, 7};
constexpr EnhancedCode kBadRecipient{5, 1, 3};
constexpr EnhancedCode kNeedsUtf8{5, 6, 7};
constexpr std::size_t kHeloBytesMax = 255;

using Parsed = std::expected<Command, Refusal>;

std::unexpected<Refusal> refuse(int code, EnhancedCode enhanced, std::string text, bool close = false) {
  return std::unexpected(Refusal{make_reply(code, enhanced, std::move(text)), close});
}

struct VerbName {
  std::string_view name;
  Verb verb;
};
constexpr std::array kVerbs{
    VerbName{"EHLO", Verb::kEhlo},         VerbName{"HELO", Verb::kHelo}, VerbName{"MAIL", Verb::kMail},
    VerbName{"RCPT", Verb::kRcpt},         VerbName{"DATA", Verb::kData}, VerbName{"RSET", Verb::kRset},
    VerbName{"NOOP", Verb::kNoop},         VerbName{"QUIT", Verb::kQuit}, VerbName{"VRFY", Verb::kVrfy},
    VerbName{"STARTTLS", Verb::kStartTls}, VerbName{"AUTH", Verb::kAuth}, VerbName{"HELP", Verb::kHelp},
};
constexpr std::array<std::string_view, 8> kNotOffered{"EXPN", "BDAT", "BURL", "ETRN",
                                                      "TURN", "SEND", "SOML", "SAML"};
constexpr std::array<std::string_view, 8> kHttpVerbs{"GET",  "POST",    "PUT",     "DELETE",
                                                     "HEAD", "OPTIONS", "CONNECT", "PATCH"};

bool is_one_of(std::string_view word, const auto& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view w) { return ascii_iequals(w, word); });
}

std::expected<Verb, Refusal> verb_of(std::string_view word) {
  for (const auto& [name, verb] : kVerbs) {
    if (ascii_iequals(name, word)) return verb;
  }
  if (is_one_of(word, kHttpVerbs)) return refuse(421, {4, 7, 0}, "This is SMTP, not HTTP", true);
  if (is_one_of(word, kNotOffered)) return refuse(502, kNoSuchCommand, "Command not offered");
  return refuse(500, kNoSuchCommand, "Command unrecognized");
}

/// RFC 3461 §4 xtext.
std::optional<std::string> decode_xtext(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '+') {
      out += text[i];
      continue;
    }
    const auto byte = hex_decode(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

std::optional<Refusal> apply_parameter(std::string_view keyword, std::optional<std::string_view> value,
                                       MailParameters& to) {
  const auto bad = [] { return refuse(501, kArguments, "Malformed MAIL parameter").error(); };
  if (ascii_iequals(keyword, "SIZE")) {
    if (to.size || !value || !(to.size = parse_size(*value))) return bad();
  } else if (ascii_iequals(keyword, "BODY")) {
    if (!value || (!ascii_iequals(*value, "7BIT") && !ascii_iequals(*value, "8BITMIME"))) return bad();
    to.eight_bit = ascii_iequals(*value, "8BITMIME");
  } else if (ascii_iequals(keyword, "SMTPUTF8")) {
    if (value) return bad();
    to.smtputf8 = true;
  } else if (ascii_iequals(keyword, "AUTH")) {
    if (to.auth || !value || !(to.auth = decode_xtext(*value))) return bad();
    if (to.auth == "<>") to.auth->clear();
  } else {
    return refuse(555, kArguments, "MAIL FROM parameter not recognized").error();
  }
  return std::nullopt;
}

/// One past the '>' that closes the path at the start of `text`; npos when there is none.
std::size_t path_end(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && quoted) {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == '>' && !quoted) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

Parsed parse_transaction(Command command, std::string_view rest, bool utf8) {
  const bool mail = command.verb == Verb::kMail;
  const std::string_view keyword = mail ? "FROM:" : "TO:";
  if (!ascii_istarts_with(rest, keyword)) {
    return refuse(501, kArguments, mail ? "Syntax: MAIL FROM:<address>" : "Syntax: RCPT TO:<address>");
  }
  rest.remove_prefix(keyword.size());
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  const auto bad_address = [&] {
    return mail ? refuse(550, kBadSender, "cannot parse from address")
                : refuse(550, kBadRecipient, "cannot parse to address");
  };
  const std::size_t end = path_end(rest);
  if (end == std::string_view::npos) return bad_address();
  const std::string_view path = rest.substr(0, end);
  rest.remove_prefix(end);
  if (!rest.empty() && rest[0] != ' ') return bad_address();
  for (const std::string_view word : split(rest, ' ')) {
    if (word.empty()) continue;
    if (!mail) return refuse(555, kArguments, "RCPT TO parameter not recognized");
    const std::size_t equals = word.find('=');
    const auto value =
        equals == std::string_view::npos ? std::nullopt : std::optional(word.substr(equals + 1));
    if (auto refusal = apply_parameter(word.substr(0, equals), value, command.parameters))
      return std::unexpected(*refusal);
  }
  if (!is_ascii(rest)) return refuse(501, kArguments, "Parameters are ASCII");
  if (!is_ascii(path) && !(mail ? command.parameters.smtputf8 : utf8)) {
    return refuse(553, kNeedsUtf8, "This address needs SMTPUTF8");
  }
  auto parsed = parse_path(path);
  if (!parsed || (!mail && !parsed->mailbox)) return bad_address();
  command.path = *std::move(parsed);
  return command;
}

Parsed parse_auth(Command command, std::string_view rest) {
  const std::size_t space = rest.find(' ');
  command.argument = std::string(rest.substr(0, space));
  for (char& c : command.argument) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (command.argument.empty() || command.argument.size() > 20)
    return refuse(501, kArguments, "Syntax: AUTH mechanism");
  if (space != std::string_view::npos) {
    const std::string_view initial = rest.substr(space + 1);
    if (initial.empty() || initial.find(' ') != std::string_view::npos)
      return refuse(501, kArguments, "Syntax: AUTH mechanism");
    command.initial_response = initial == "=" ? "" : std::string(initial);
  }
  return command;
}

Parsed parse_greeting(Command command, std::string_view rest) {
  const bool good = !rest.empty() && rest.size() <= kHeloBytesMax && rest.find(' ') == std::string_view::npos;
  if (!good) return refuse(501, kArguments, "Syntax: EHLO hostname");
  command.argument = std::string(rest);
  return command;
}

}  // namespace

std::expected<Command, Refusal> parse_command(std::string_view line, bool transaction_utf8) {
  if (line.size() > kExtendedLineBytesMax - 2) return refuse(500, kSyntax, "Line too long", true);
  if (std::any_of(line.begin(), line.end(), [](char c) { return is_in(c, kControl) || c == '\t'; })) {
    return refuse(500, kSyntax, "Control characters in a command");
  }
  while (line.ends_with(' ')) line.remove_suffix(1);
  const std::size_t space = line.find(' ');
  auto verb = verb_of(line.substr(0, space));
  if (!verb) return std::unexpected(std::move(verb).error());
  std::string_view rest = space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
  Command command{.verb = *verb};
  const bool extended = *verb == Verb::kMail || *verb == Verb::kRcpt || *verb == Verb::kAuth;
  if (!extended && line.size() > kCommandLineBytesMax - 2) return refuse(500, kSyntax, "Line too long");
  if (*verb == Verb::kMail || *verb == Verb::kRcpt)
    return parse_transaction(std::move(command), rest, transaction_utf8);
  if (!is_ascii(rest)) return refuse(501, kArguments, "Arguments are ASCII");
  switch (*verb) {
    case Verb::kEhlo:
    case Verb::kHelo:
      return parse_greeting(std::move(command), rest);
    case Verb::kAuth:
      return parse_auth(std::move(command), rest);
    case Verb::kData:
    case Verb::kRset:
    case Verb::kQuit:
    case Verb::kStartTls:
      if (!rest.empty()) return refuse(501, kArguments, "This command takes no argument");
      return command;
    default:
      command.argument = std::string(rest);
      return command;
  }
}

Result<Path> parse_path(std::string_view text) {
  const auto bad = [&] {
    return fail_permanent(ErrorCode::kInvalidArgument, "not an SMTP path: " + for_log(text));
  };
  if (text.size() < 2 || text.front() != '<' || text.back() != '>') return bad();
  const std::string_view inner = text.substr(1, text.size() - 2);
  if (inner.empty()) return Path{};
  if (ascii_iequals(inner, "postmaster")) return Path{Mailbox{.local_part = "postmaster"}};
  ASSIGN_OR_RETURN(Mailbox mailbox, parse_address(inner));
  return Path{std::move(mailbox)};
}

}  // namespace postroad::mail::smtp
