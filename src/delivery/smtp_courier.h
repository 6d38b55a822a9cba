#pragma once
#include <memory>
#include <string>
#include <vector>

#include "account/accounts.h"
#include "delivery/connection_pool.h"
#include "delivery/signer.h"
#include "delivery/smtp_connection.h"
#include "delivery/target.h"
#include "delivery/verp.h"
#include "net/timers.h"
#include "queue/courier.h"
#include "spool/spool.h"

namespace postroad::delivery {

/// Carries mail to the world: content from the spool, signature, MX, conversation, reply → outcome. Each recipient has
/// its own return path, so its own transaction; connections are kept for the next one. Any loop.
class SmtpCourier final : public queue::Courier {
 public:
  struct Parts {  ///< Everything it works with; all outlive it.
    Clock& clock;
    net::Timers& timers;
    net::Executor& executor;
    net::Network& network;
    net::ClientTls& tls;
    const spool::Spool& spool;
    const account::Accounts& accounts;
    Signer& signer;
    TargetFinder& targets;
    const Verp& verp;
  };

  SmtpCourier(Parts parts, ConnectionOptions options);

  asio::awaitable<std::vector<queue::Outcome>> deliver(queue::Job job, Deadline deadline) override;
  /// Closes connections that have been idle too long, until `stop`; one for each loop.
  asio::awaitable<void> close_idle_connections(std::size_t loop);
  /// Says goodbye on every idle connection of the calling loop.
  asio::awaitable<void> stop(std::size_t loop);

 private:
  struct Letter;

  asio::awaitable<Result<void>> write_letter(Letter& letter, const spool::Recipient& recipient);
  asio::awaitable<queue::Outcome> deliver_one(const Letter& letter, const spool::Recipient& recipient,
                                              const Targets& targets, Deadline deadline);
  asio::awaitable<Result<queue::Outcome>> try_target(const Letter& letter, const spool::Recipient& recipient,
                                                     const Target& target, Transcript& transcript, Deadline deadline);
  asio::awaitable<Result<std::unique_ptr<SmtpConnection>>> connect(const Target& target, SmtpConnection::Tls tls,
                                                                   Transcript& transcript, Deadline deadline);
  asio::awaitable<void> put_back(std::unique_ptr<SmtpConnection> connection);
  ConnectionPool& pool_of(const asio::any_io_executor& executor);

  Parts parts_;
  const ConnectionOptions options_;
  std::vector<ConnectionPool> pools_;  ///< One for each loop, touched there only.
  std::atomic<bool> stopping_{false};
};

}  // namespace postroad::delivery
