#include "delivery/smtp_courier.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "admission/admission.h"
#include "base/assert.h"
#include "base/log.h"
#include "base/scan.h"
#include "delivery/reply_outcome.h"

namespace postroad::delivery {
namespace {

constexpr std::chrono::seconds kIdleCheck{5};
constexpr std::string_view kSendingIpField = "X-Mailgun-Sending-Ip: ";

queue::Outcome held(RecipientId recipient) {
  queue::Outcome outcome;
  outcome.recipient = recipient;
  outcome.kind = queue::Outcome::Kind::kHeld;
  return outcome;
}

/// Until the domain may send again, or the recipient has waited long enough.
queue::Outcome deferred_by_state(RecipientId recipient, account::DomainState state) {
  queue::Outcome outcome;
  outcome.recipient = recipient;
  outcome.kind = queue::Outcome::Kind::kDeferred;
  outcome.status.message = state == account::DomainState::kUnverified ? "the sending domain is unverified: its mail waits" : "the sending domain is paused: its mail waits";
  return outcome;
}

queue::Outcome rejected(RecipientId recipient) {
  queue::Outcome outcome;
  outcome.recipient = recipient;
  outcome.kind = queue::Outcome::Kind::kRejected;
  outcome.reason = "Domain is not allowed to send";
  outcome.status.message = "the sending domain was removed after the message was accepted";
  return outcome;
}

void add_connection_facts(queue::Outcome& outcome, const SmtpConnection& connection) {
  outcome.sending_ip = connection.local().address;
  outcome.status.mx_host = connection.target().host;
  outcome.status.tls = connection.is_tls();
  outcome.status.certificate_verified = connection.tls_info().peer_verified;
  outcome.status.utf8 = connection.capabilities().smtputf8;
}

}  // namespace

/// A message on its way; the same for each of its recipients, unless it is a batch.
struct SmtpCourier::Letter {
  spool::MessagePtr message;
  account::DomainPtr domain;
  std::shared_ptr<const std::string> stored;   ///< What the spool has.
  std::shared_ptr<const std::string> content;  ///< What the recipient gets.
  std::uint32_t copy = 0;                      ///< Of a batch: whose `content` is.
  SignedPtr signatures;
  bool eight_bit = false;
  SmtpConnection::Tls tls = SmtpConnection::Tls::kOpportunistic;
};

SmtpCourier::SmtpCourier(Parts parts, ConnectionOptions options)
    : parts_(parts), options_(std::move(options)), pools_(parts.executor.loops()) {}

ConnectionPool& SmtpCourier::pool_of(const asio::any_io_executor& executor) {
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    if (parts_.executor.loop(i) == executor) return pools_[i];
  }
  PR_ASSERT(false && "deliveries run on loops");
  return pools_.front();
}

asio::awaitable<std::vector<queue::Outcome>> SmtpCourier::deliver(queue::Job job, Deadline deadline) {
  std::vector<queue::Outcome> outcomes;
  Letter letter{.message = job.message, .domain = parts_.accounts.directory()->domain(job.message->domain), .stored = nullptr,
                .content = nullptr, .signatures = nullptr, .tls = SmtpConnection::needed_by(job.message->options)};
  Result<std::shared_ptr<const std::string>> stored = parts_.spool.content(*job.message);
  if (!stored) {
    log::error("content_does_not_verify", {{"message", job.message->message_id}, {"error", stored.error().detail}});
    for (const spool::Recipient& recipient : job.recipients) outcomes.push_back(held(recipient.id));
    co_return outcomes;
  }
  letter.stored = *std::move(stored);
  if (letter.domain == nullptr) {
    for (const spool::Recipient& recipient : job.recipients) outcomes.push_back(rejected(recipient.id));
    co_return outcomes;
  }
  if (letter.domain->state != account::DomainState::kActive) {
    for (const spool::Recipient& recipient : job.recipients) outcomes.push_back(deferred_by_state(recipient.id, letter.domain->state));
    co_return outcomes;
  }
  const Targets targets = co_await parts_.targets.find(job.lane, deadline);
  for (const spool::Recipient& recipient : job.recipients) {
    const Result<void> written = co_await write_letter(letter, recipient);
    if (!written) {
      log::error("copy_not_rendered", {{"message", job.message->message_id}, {"error", written.error().detail}});
      outcomes.push_back(held(recipient.id));
      continue;
    }
    queue::Outcome outcome = co_await deliver_one(letter, recipient, targets, deadline);
    outcome.recipient = recipient.id;
    outcome.dkim_domain = letter.signatures->domain;
    outcomes.push_back(std::move(outcome));
  }
  co_return outcomes;
}

/// What this recipient gets, with signatures; made once for all where it is no batch.
asio::awaitable<Result<void>> SmtpCourier::write_letter(Letter& letter, const spool::Recipient& recipient) {
  if (letter.content != nullptr && letter.copy == recipient.copy) co_return Result<void>{};
  letter.content = letter.stored;
  letter.copy = recipient.copy;
  if (letter.message->options.is_batch) {
    const std::string unsubscribe = "mailto:" + parts_.verp.unsubscribe_address(recipient.id, letter.domain->name);
    Result<std::string> octets = admission::stored_octets(*letter.message, *letter.stored, recipient.copy, unsubscribe);
    if (!octets) co_return std::unexpected(std::move(octets).error());
    letter.content = std::make_shared<const std::string>(*std::move(octets));
  }
  letter.eight_bit = !is_ascii(*letter.content);
  letter.signatures = co_await parts_.signer.sign(letter.message, letter.domain, letter.content, recipient.copy,
                                                     recipient.priority);
  co_return Result<void>{};
}

/// Targets in order until one answers for the recipient.
asio::awaitable<queue::Outcome> SmtpCourier::deliver_one(const Letter& letter, const spool::Recipient& recipient,
                                                         const Targets& targets, Deadline deadline) {
  Transcript transcript(parts_.clock);
  queue::Outcome outcome;
  if (targets.found.empty()) {
    outcome.kind = targets.failure;
    outcome.status = targets.status;
    transcript.note(targets.status.message);
  }
  for (const Target& target : targets.found) {
    Result<queue::Outcome> tried = co_await try_target(letter, recipient, target, transcript, deadline);
    if (tried) {
      outcome = *std::move(tried);
      break;
    }
    outcome = outcome_of_trouble(recipient.id, tried.error());
    outcome.status.mx_host = target.host;
    if (parts_.clock.mono() >= deadline) break;
  }
  outcome.status.session_seconds = transcript.seconds();
  outcome.transcript = transcript.text();
  co_return outcome;
}

/// An error means that this target said nothing about the recipient: the next may.
asio::awaitable<Result<queue::Outcome>> SmtpCourier::try_target(const Letter& letter, const spool::Recipient& recipient,
                                                                const Target& target, Transcript& transcript,
                                                                Deadline deadline) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  std::unique_ptr<SmtpConnection> connection = pool_of(executor).take(target.endpoint, letter.tls);
  const bool utf8 = !is_ascii(recipient.address);
  for (bool reused = connection != nullptr;; reused = false) {
    if (reused) {
      transcript.note(fmt::format("connection to {} kept from an earlier message", target.host));
    } else {
      CO_ASSIGN_OR_RETURN(connection, co_await connect(target, letter.tls, transcript, deadline));
    }
    if (utf8 && !connection->capabilities().smtputf8) {
      mail::smtp::Reply reply = mail::smtp::make_reply(553, mail::EnhancedCode{5, 6, 7}, "the address needs SMTPUTF8, which the server does not offer");
      queue::Outcome outcome = outcome_of_reply(recipient.id, reply);
      add_connection_facts(outcome, *connection);
      co_await put_back(std::move(connection));
      co_return outcome;
    }
    const std::string return_path = parts_.verp.return_path(recipient.id, letter.domain->name);
    std::string fields = letter.signatures->fields;
    if (letter.message->options.show_sending_ip) fields += fmt::format("{}{}\r\n", kSendingIpField, connection->local().address);
    Transaction transaction{.return_path = return_path,
                            .recipients = {recipient.address},
                            .fields = fields,
                            .content = *letter.content,
                            .eight_bit = letter.eight_bit,
                            .utf8_addresses = utf8};
    Result<TransactionReplies> replies = co_await connection->send(std::move(transaction), transcript, deadline);
    if (!replies) {
      transcript.note(replies.error().detail);
      // A peer that closes an idle connection has refused nothing.
      if (reused && !connection->answered()) continue;
      co_return fail_transient(replies.error().code, fmt::format("{}: {}", target.host, replies.error().detail));
    }
    queue::Outcome outcome = outcome_of_reply(recipient.id, replies->recipients.front());
    const bool idle_closed = reused && replies->recipients.front().code == 421;
    add_connection_facts(outcome, *connection);
    co_await put_back(std::move(connection));
    if (idle_closed) continue;
    co_return outcome;
  }
}

asio::awaitable<Result<std::unique_ptr<SmtpConnection>>> SmtpCourier::connect(const Target& target,
                                                                              SmtpConnection::Tls tls,
                                                                              Transcript& transcript,
                                                                              Deadline deadline) {
  using Tls = SmtpConnection::Tls;
  Result<std::unique_ptr<SmtpConnection>> opened = co_await SmtpConnection::open(
      parts_.network, parts_.tls, parts_.clock, target, options_, tls, transcript, deadline);
  const bool broken = !opened && opened.error().code == ErrorCode::kTlsFailure;
  if (!broken || tls != Tls::kOpportunistic) co_return opened;
  transcript.note("again without TLS, which this message does not require");
  co_return co_await SmtpConnection::open(parts_.network, parts_.tls, parts_.clock, target, options_, Tls::kNever,
                                          transcript, deadline);
}

asio::awaitable<void> SmtpCourier::put_back(std::unique_ptr<SmtpConnection> connection) {
  if (connection->reusable() && !stopping_) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    connection = pool_of(executor).keep(std::move(connection), parts_.clock.mono());
  }
  if (connection != nullptr) co_await connection->quit();
}

asio::awaitable<void> SmtpCourier::close_idle_connections(std::size_t loop) {
  while (!stopping_) {
    co_await parts_.timers.sleep_until(parts_.clock.mono() + kIdleCheck);
    std::vector<std::unique_ptr<SmtpConnection>> expired = pools_[loop].take_expired(parts_.clock.mono());
    for (std::unique_ptr<SmtpConnection>& connection : expired) co_await connection->quit();
  }
}

asio::awaitable<void> SmtpCourier::stop(std::size_t loop) {
  stopping_ = true;
  std::vector<std::unique_ptr<SmtpConnection>> all = pools_[loop].take_all();
  for (std::unique_ptr<SmtpConnection>& connection : all) co_await connection->quit();
}

}  // namespace postroad::delivery
