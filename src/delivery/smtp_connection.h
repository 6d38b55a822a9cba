#pragma once
#include <memory>
#include <string>
#include <vector>

#include "delivery/target.h"
#include "delivery/transcript.h"
#include "mail/smtp/reply_parser.h"
#include "net/network.h"
#include "net/tls.h"
#include "spool/message.h"

namespace postroad::delivery {

/// How we present ourselves to the world's servers.
struct ConnectionOptions {
  std::string hostname;    ///< EHLO
  std::string source_ipv4;  ///< Empty: the system chooses.
  std::string source_ipv6;
};

/// What the peer's EHLO offered.
struct Capabilities {
  bool pipelining = false;
  bool starttls = false;
  bool eight_bit_mime = false;
  bool smtputf8 = false;
  std::int64_t size_max = 0;  ///< 0: no limit named.
  static Capabilities from_ehlo(const mail::smtp::Reply& reply);
};

/// One message for some recipients that share a return path.
struct Transaction {
  std::string_view return_path;
  std::vector<std::string> recipients;
  std::string_view fields;   ///< Goes before the content: signatures and such.
  std::string_view content;
  bool eight_bit = false;
  bool utf8_addresses = false;
};

/// What the peer said to it, in the order of `recipients`. One reply decides for each.
struct TransactionReplies {
  std::vector<mail::smtp::Reply> recipients;
};

/// An SMTP connection as a client, after EHLO and, where offered, STARTTLS (RFC 5321, RFC 3207, RFC 2920). Used by one
/// transaction at a time, on one loop.
class SmtpConnection {
 public:
  static constexpr std::chrono::seconds kConnectMax{30};
  static constexpr std::chrono::seconds kCommandMax{300};   ///< RFC 5321 §4.5.3.2
  static constexpr std::chrono::seconds kFinalDotMax{600};  ///< RFC 5321 §4.5.3.2.6

  /// What is asked of the connection (contract/smtp.md §5).
  enum class Tls : std::uint8_t {
    kNever,
    kOpportunistic,  ///< Where it is offered, whatever the certificate.
    kRequired,       ///< With any certificate, or no delivery.
    kVerified,       ///< With a certificate that verifies, or no delivery.
  };
  static Tls needed_by(const spool::DeliveryOptions& options);

  /// Connects and greets. Fails transiently, with what the peer said in the error. kTlsFailure: offered and broken, and
  /// where it is opportunistic the caller may come again with kNever; or required, and not to be had.
  static asio::awaitable<Result<std::unique_ptr<SmtpConnection>>> open(net::Network& network, net::ClientTls& tls,
                                                                       const Clock& clock, Target target,
                                                                       const ConnectionOptions& options, Tls use_tls,
                                                                       Transcript& transcript, Deadline deadline);

  /// kConnectionLost with `answered()` false: nothing was said to this transaction yet, so a connection that had been
  /// idle was merely closed; the caller may repeat it on a new one. Any other error: the outcome is unknown, defer.
  asio::awaitable<Result<TransactionReplies>> send(Transaction transaction, Transcript& transcript, Deadline deadline);
  bool answered() const { return answered_; }
  /// Whether a message that asks for `tls` may use this connection.
  bool satisfies(Tls tls) const;
  /// Whether another transaction may follow.
  bool reusable() const { return reusable_; }
  int transactions() const { return transactions_; }

  /// Says QUIT without waiting for an answer.
  asio::awaitable<void> quit();

  const Target& target() const { return target_; }
  const net::Endpoint& local() const { return stream_->local(); }
  bool is_tls() const { return stream_->is_tls(); }
  const net::TlsInfo& tls_info() const { return tls_info_; }
  const Capabilities& capabilities() const { return capabilities_; }

  MonoTime idle_since{};

 private:
  static constexpr std::size_t kReadBytes = 4096;

  SmtpConnection(const Clock& clock, Target target, net::StreamPtr stream)
      : clock_(clock), target_(std::move(target)), stream_(std::move(stream)), input_(kReadBytes, '\0') {}

  asio::awaitable<Result<mail::smtp::Reply>> read_reply(Transcript& transcript, Deadline deadline);
  asio::awaitable<Result<mail::smtp::Reply>> command(std::string line, Transcript& transcript, Deadline deadline);
  asio::awaitable<Result<void>> greet(const std::string& hostname, Transcript& transcript, Deadline deadline);
  asio::awaitable<Result<void>> ehlo(const std::string& hostname, Transcript& transcript, Deadline deadline);
  asio::awaitable<Result<void>> start_tls(net::ClientTls& tls, const std::string& hostname, Transcript& transcript,
                                          Deadline deadline);
  asio::awaitable<Result<TransactionReplies>> send_envelope_pipelined(const Transaction& transaction,
                                                                      Transcript& transcript, Deadline deadline,
                                                                      bool& data_open);
  asio::awaitable<Result<TransactionReplies>> send_envelope_stepwise(const Transaction& transaction,
                                                                     Transcript& transcript, Deadline deadline,
                                                                     bool& data_open);
  asio::awaitable<Result<void>> send_content(const Transaction& transaction, TransactionReplies& replies,
                                             Transcript& transcript, Deadline deadline);
  std::string mail_command(const Transaction& transaction) const;
  Deadline within(std::chrono::seconds limit, Deadline deadline) const;

  const Clock& clock_;
  Target target_;
  net::StreamPtr stream_;
  net::TlsInfo tls_info_;
  Capabilities capabilities_;
  std::string input_;         ///< Bytes read; [input_begin_, input_end_) are not yet parsed.
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::string output_;        ///< Reused for every message.
  bool answered_ = false;
  bool reusable_ = true;
  int transactions_ = 0;
};

}  // namespace postroad::delivery
