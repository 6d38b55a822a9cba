#pragma once
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/directory.h"
#include "mail/smtp/command_parser.h"
#include "mail/smtp/data_reader.h"
#include "mail/smtp/line_reader.h"

namespace postroad::ingress::smtp {

namespace asio = boost::asio;

/// What became of AUTH.
struct LoginAnswer {
  enum class Verdict : std::uint8_t { kAccepted, kRefused, kThrottled };
  Verdict verdict = Verdict::kRefused;
  std::string domain;  ///< When accepted: whose mail the session sends.
};

/// A user and password that wait for their answer.
struct Login {
  std::string user, password;
};

/// Who may submit here and for which domain; what differs between production, tests and the sandbox.
class Policy {
 public:
  virtual ~Policy() = default;
  virtual bool offers_auth() const = 0;
  virtual bool requires_auth() const = 0;
  /// Whether a password may travel in clear from this client: loopback, or where the operator allows it.
  virtual bool allows_clear_auth(std::string_view client_address) const = 0;
  /// The domain that a user and password may send for, or why not.
  virtual asio::awaitable<LoginAnswer> authenticate(std::string user, std::string password, std::string client) = 0;
  /// Without AUTH: the domain a MAIL FROM address sends for; nullopt refuses it.
  virtual std::optional<std::string> domain_of_sender(const mail::Mailbox& sender) = 0;
  /// The domain with that name when a message is complete; the sandbox makes it on demand.
  virtual asio::awaitable<Result<account::DomainPtr>> domain_named(std::string name) = 0;
};

struct SessionOptions {
  std::string hostname;
  std::size_t message_bytes_max = 25 * 1024 * 1024;
  std::size_t recipients_max = 1000;
  bool offers_starttls = false;
  std::string client_address;
};

/// A message that is complete and waits for its answer.
struct Submission {
  std::string domain;  ///< Whose mail it is.
  bool authenticated = false;
  std::string helo;
  bool extended = false;
  bool tls = false;
  std::string return_path;
  std::vector<mail::Mailbox> recipients;
  std::string message;
};

/// One submission session as a pure machine: it eats bytes and yields replies and, once a message is complete, the
/// submission (RFC 5321, RFC 6409). It never reads, writes or waits.
class Session {
 public:
  static constexpr int kErrorsMax = 10;       ///< then 421 and close
  static constexpr int kAuthTriesMax = 5;
  static constexpr std::size_t kTransactionsMax = 100'000;

  enum class Next : std::uint8_t {
    kRead,      ///< Everything eaten: send the output, read more.
    kSubmit,    ///< Take `submission()`, commit it, then call `answer`.
    kLogin,     ///< Take `login()`, ask the policy, then call `answer_login`.
    kStartTls,  ///< Send the output, then do the handshake, then call `tls_started`.
    kClose,     ///< Send the output, then close.
  };

  Session(SessionOptions options, Policy& policy);

  /// The greeting is the first output.
  void greet();
  /// Eats a prefix of `bytes`; `consumed` says how much. Stops early for kSubmit, kStartTls and kClose.
  Next consume(std::string_view bytes, std::size_t& consumed);

  Submission take_submission();
  /// What became of the submission: 250 with the id, or the error as 4yz or 5yz.
  void answer(const Result<std::string>& message_id);
  /// STARTTLS is done, or the connection began with TLS.
  void tls_started();
  Login take_login() { return std::exchange(login_, {}); }
  /// False: too many failed; send the output, then close.
  bool answer_login(const LoginAnswer& answer);
  /// Says 421 with this text; close after sending.
  void refuse(std::string_view text);

  /// Replies to send; the caller clears it.
  std::string& output() { return output_; }
  bool in_data() const { return data_.has_value(); }
  /// From MAIL FROM to the answer behind the data: whoever ends it here makes the client send it all again.
  bool in_transaction() const { return has_sender_ || in_data(); }
  std::size_t held_bytes() const { return message_.size(); }

 private:
  Next handle_line(std::string_view line);
  Next handle_command(const mail::smtp::Command& command);
  void ehlo(const mail::smtp::Command& command);
  void mail_from(const mail::smtp::Command& command);
  void rcpt_to(const mail::smtp::Command& command);
  void data();
  Next auth(const mail::smtp::Command& command);
  Next auth_line(std::string_view line);
  bool may_auth() const;
  Next end_of_data();
  void reset_transaction();
  void reply(int code, std::optional<mail::EnhancedCode> enhanced, std::string text);
  void error_reply(int code, std::optional<mail::EnhancedCode> enhanced, std::string text);
  Next after_error();

  const SessionOptions options_;
  Policy& policy_;
  std::string output_;
  mail::smtp::LineReader lines_;
  std::optional<mail::smtp::DataReader> data_;
  std::string message_;

  std::string helo_;
  bool extended_ = false;
  bool tls_ = false;
  std::string account_domain_;  ///< After AUTH.
  bool authenticated_ = false;
  enum class AuthStep : std::uint8_t { kNone, kPlain, kLoginUser, kLoginPassword } auth_step_ = AuthStep::kNone;
  Login login_;
  int auth_failures_ = 0;

  bool has_sender_ = false;
  bool utf8_ = false;
  std::string return_path_;
  std::string domain_;
  std::vector<mail::Mailbox> recipients_;
  int errors_ = 0;
};

}  // namespace postroad::ingress::smtp
