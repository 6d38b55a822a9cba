#include "ingress/smtp/session.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "mail/smtp/sasl.h"

namespace postroad::ingress::smtp {
namespace {

using mail::EnhancedCode;
using mail::smtp::Command;
using mail::smtp::DataReader;
using mail::smtp::LineReader;
using mail::smtp::Verb;

constexpr EnhancedCode kOk{2, 0, 0};
constexpr EnhancedCode kBadSequence{5, 5, 1};
constexpr EnhancedCode kSyntax{5, 5, 2};
constexpr EnhancedCode kNotAllowed{5, 7, 1};

}  // namespace

Session::Session(SessionOptions options, Policy& policy) : options_(std::move(options)), policy_(policy) {}

void Session::greet() { reply(220, std::nullopt, fmt::format("{} ESMTP postroad", options_.hostname)); }

void Session::reply(int code, std::optional<EnhancedCode> enhanced, std::string text) {
  output_ += mail::smtp::make_reply(code, enhanced, std::move(text)).wire();
}

void Session::error_reply(int code, std::optional<EnhancedCode> enhanced, std::string text) {
  ++errors_;
  reply(code, enhanced, std::move(text));
}

Session::Next Session::after_error() {
  if (errors_ < kErrorsMax) return Next::kRead;
  refuse("too many errors");
  return Next::kClose;
}

void Session::refuse(std::string_view text) {
  reply(421, EnhancedCode{4, 7, 0}, fmt::format("{} {}, closing connection", options_.hostname, text));
}

Session::Next Session::consume(std::string_view bytes, std::size_t& consumed) {
  consumed = 0;
  while (consumed < bytes.size()) {
    if (data_) {
      consumed += data_->consume(bytes.substr(consumed), message_);
      if (data_->done()) {
        if (const Next next = end_of_data(); next != Next::kRead) return next;
      }
      continue;
    }
    std::size_t eaten = 0;
    const LineReader::Status status = lines_.consume(bytes.substr(consumed), eaten);
    consumed += eaten;
    if (status == LineReader::Status::kNeedMore) continue;
    if (status == LineReader::Status::kTooLong) {
      reply(500, kSyntax, "line too long");
      return Next::kClose;
    }
    if (status == LineReader::Status::kBareLf) {
      error_reply(500, kSyntax, "lines end in CR LF");
      if (const Next next = after_error(); next != Next::kRead) return next;
      continue;
    }
    if (const Next next = handle_line(lines_.line()); next != Next::kRead) return next;
  }
  return Next::kRead;
}

Session::Next Session::handle_line(std::string_view line) {
  if (auth_step_ != AuthStep::kNone) return auth_line(line);
  const auto command = mail::smtp::parse_command(line, utf8_);
  if (!command) {
    ++errors_;
    output_ += command.error().reply.wire();
    return command.error().close ? Next::kClose : after_error();
  }
  const Next next = handle_command(*command);
  return next == Next::kRead ? after_error() : next;
}

Session::Next Session::handle_command(const Command& command) {
  switch (command.verb) {
    case Verb::kEhlo:
    case Verb::kHelo:
      ehlo(command);
      return Next::kRead;
    case Verb::kMail:
      mail_from(command);
      return Next::kRead;
    case Verb::kRcpt:
      rcpt_to(command);
      return Next::kRead;
    case Verb::kData:
      data();
      return Next::kRead;
    case Verb::kAuth:
      return auth(command);
    case Verb::kRset:
      reset_transaction();
      reply(250, kOk, "OK");
      return Next::kRead;
    case Verb::kNoop:
      reply(250, kOk, "OK");
      return Next::kRead;
    case Verb::kVrfy:
      reply(252, EnhancedCode{2, 5, 0}, "send some mail and see");
      return Next::kRead;
    case Verb::kHelp:
      reply(214, EnhancedCode{2, 0, 0}, "https://www.rfc-editor.org/rfc/rfc5321");
      return Next::kRead;
    case Verb::kStartTls:
      if (!options_.offers_starttls || tls_) {
        error_reply(502, kBadSequence, "STARTTLS is not offered here");
        return Next::kRead;
      }
      reply(220, kOk, "ready to start TLS");
      return Next::kStartTls;
    case Verb::kQuit:
      reply(221, kOk, "bye");
      return Next::kClose;
  }
  return Next::kRead;
}

void Session::ehlo(const Command& command) {
  reset_transaction();
  helo_ = command.argument;
  extended_ = command.verb == Verb::kEhlo;
  if (!extended_) {
    reply(250, std::nullopt, options_.hostname);
    return;
  }
  mail::smtp::Reply greeting{.code = 250, .enhanced = std::nullopt, .lines = {options_.hostname}};
  greeting.lines.push_back("PIPELINING");
  greeting.lines.push_back(fmt::format("SIZE {}", options_.message_bytes_max));
  greeting.lines.push_back("8BITMIME");
  greeting.lines.push_back("SMTPUTF8");
  if (options_.offers_starttls && !tls_) greeting.lines.push_back("STARTTLS");
  if (may_auth() && !authenticated_) greeting.lines.push_back("AUTH PLAIN LOGIN");
  greeting.lines.push_back("ENHANCEDSTATUSCODES");
  output_ += greeting.wire();
}

void Session::mail_from(const Command& command) {
  if (helo_.empty()) return error_reply(503, kBadSequence, "say EHLO first");
  if (has_sender_) return error_reply(503, kBadSequence, "there is a sender already; RSET to begin anew");
  if (policy_.requires_auth() && !authenticated_) return error_reply(530, EnhancedCode{5, 7, 1}, "Authentication required");
  if (command.parameters.size.value_or(0) > options_.message_bytes_max) {
    return error_reply(552, EnhancedCode{5, 3, 4}, fmt::format("messages are limited to {} bytes", options_.message_bytes_max));
  }
  domain_ = account_domain_;
  if (command.path.mailbox) {
    return_path_ = mail::address_text(*command.path.mailbox);
    if (domain_.empty()) domain_ = policy_.domain_of_sender(*command.path.mailbox).value_or("");
  }
  if (domain_.empty()) {
    return error_reply(550, kNotAllowed, command.path.mailbox
                           ? fmt::format("Domain not found: {}", command.path.mailbox->domain)
                           : std::string("mail without a sender needs AUTH"));
  }
  has_sender_ = true;
  utf8_ = command.parameters.smtputf8;
  reply(250, EnhancedCode{2, 1, 0}, "sender ok");
}

void Session::rcpt_to(const Command& command) {
  if (!has_sender_) return error_reply(503, kBadSequence, "say MAIL FROM first");
  if (!command.path.mailbox || command.path.mailbox->domain.empty()) {
    return error_reply(550, EnhancedCode{5, 1, 3}, "cannot parse to address: a recipient needs a domain");
  }
  if (recipients_.size() >= options_.recipients_max) {
    return reply(452, EnhancedCode{4, 5, 3}, fmt::format("Too many recipients, max is {}", options_.recipients_max));
  }
  recipients_.push_back(*command.path.mailbox);
  reply(250, EnhancedCode{2, 1, 5}, "recipient ok");
}

void Session::data() {
  if (!has_sender_) return error_reply(503, kBadSequence, "say MAIL FROM first");
  if (recipients_.empty()) return error_reply(554, kBadSequence, "no valid recipients");
  data_.emplace(options_.message_bytes_max, DataReader::LineEnds::kNormalise);
  message_.clear();
  reply(354, std::nullopt, "end data with <CR><LF>.<CR><LF>");
}

Session::Next Session::end_of_data() {
  const DataReader done = *data_;
  data_.reset();
  if (done.too_big()) {
    error_reply(552, EnhancedCode{5, 3, 4}, fmt::format("message is larger than {} bytes", options_.message_bytes_max));
    reset_transaction();
    return after_error();
  }
  if (done.nul() != 0) {
    error_reply(550, EnhancedCode{5, 6, 11}, "message contains NUL octets");
    reset_transaction();
    return after_error();
  }
  return Next::kSubmit;
}

Submission Session::take_submission() {
  return {.domain = domain_,
          .authenticated = authenticated_,
          .helo = helo_,
          .extended = extended_,
          .tls = tls_,
          .return_path = std::move(return_path_),
          .recipients = std::move(recipients_),
          .message = std::move(message_)};
}

void Session::answer(const Result<std::string>& message_id) {
  reset_transaction();
  if (message_id) return reply(250, kOk, fmt::format("Great success id={}", *message_id));
  const Error& error = message_id.error();
  switch (error.code) {
    case ErrorCode::kDiskFull:
    case ErrorCode::kDiskFailed:
      return reply(451, EnhancedCode{4, 3, 0}, "cannot store mail now, try again later");
    case ErrorCode::kShuttingDown:
      return reply(421, EnhancedCode{4, 3, 2}, "shutting down");
    case ErrorCode::kTooLarge:
      return reply(552, EnhancedCode{5, 3, 4}, error.detail);
    case ErrorCode::kUnauthorized:
      return reply(550, kNotAllowed, error.detail);
    case ErrorCode::kInvalidArgument:
      return reply(550, EnhancedCode{5, 6, 0}, error.detail);
    default:
      return error.permanence == Permanence::kPermanent ? reply(554, EnhancedCode{5, 3, 0}, "message refused")
                                                        : reply(451, EnhancedCode{4, 3, 0}, "try again later");
  }
}

void Session::reset_transaction() {
  has_sender_ = false;
  utf8_ = false;
  return_path_.clear();
  recipients_.clear();
  domain_.clear();
  message_ = {};
  data_.reset();
}

void Session::tls_started() {
  tls_ = true;
  helo_.clear();
  extended_ = false;
  authenticated_ = false;
  account_domain_.clear();
  lines_.reset();
  reset_transaction();
}

bool Session::may_auth() const {
  return policy_.offers_auth() && (tls_ || policy_.allows_clear_auth(options_.client_address));
}

Session::Next Session::auth(const Command& command) {
  if (!policy_.offers_auth()) {
    error_reply(502, kBadSequence, "AUTH is not offered here");
  } else if (!may_auth()) {
    error_reply(538, EnhancedCode{5, 7, 11}, "AUTH needs TLS: say STARTTLS first");
  } else if (authenticated_) {
    error_reply(503, kBadSequence, "already authenticated");
  } else if (helo_.empty() || has_sender_) {
    error_reply(503, kBadSequence, "AUTH comes after EHLO and before MAIL");
  } else if (command.argument != "PLAIN" && command.argument != "LOGIN") {
    error_reply(504, EnhancedCode{5, 5, 4}, "mechanisms are PLAIN and LOGIN");
  } else {
    auth_step_ = command.argument == "PLAIN" ? AuthStep::kPlain : AuthStep::kLoginUser;
    if (command.initial_response) return auth_line(*command.initial_response);
    reply(334, std::nullopt, auth_step_ == AuthStep::kPlain ? "" : "VXNlcm5hbWU6");
  }
  return Next::kRead;
}

Session::Next Session::auth_line(std::string_view line) {
  const AuthStep step = std::exchange(auth_step_, AuthStep::kNone);
  if (line == "*") {
    error_reply(501, kSyntax, "AUTH cancelled");
    return after_error();
  }
  if (step == AuthStep::kPlain) {
    auto plain = mail::smtp::parse_sasl_plain(line);
    if (!plain) {
      error_reply(501, kSyntax, plain.error().detail);
      return after_error();
    }
    login_ = {std::move(plain->user), std::move(plain->password)};
    return Next::kLogin;
  }
  auto text = mail::smtp::parse_sasl_login(line);
  if (!text) {
    error_reply(501, kSyntax, text.error().detail);
    return after_error();
  }
  if (step == AuthStep::kLoginUser) {
    login_.user = *std::move(text);
    auth_step_ = AuthStep::kLoginPassword;
    reply(334, std::nullopt, "UGFzc3dvcmQ6");
    return Next::kRead;
  }
  login_.password = *std::move(text);
  return Next::kLogin;
}

bool Session::answer_login(const LoginAnswer& answer) {
  if (answer.verdict == LoginAnswer::Verdict::kAccepted) {
    authenticated_ = true;
    account_domain_ = answer.domain;
    reply(235, EnhancedCode{2, 7, 0}, "Authentication successful");
    return true;
  }
  ++auth_failures_;
  if (answer.verdict == LoginAnswer::Verdict::kThrottled) {
    error_reply(454, EnhancedCode{4, 7, 0}, "too many failed logins, try again later");
  } else {
    error_reply(535, EnhancedCode{5, 7, 0}, "Authentication failed");
  }
  if (auth_failures_ < kAuthTriesMax) return true;
  refuse("too many failed logins");
  return false;
}

}  // namespace postroad::ingress::smtp
