#pragma once
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "account/directory.h"
#include "base/clock.h"
#include "mail/dkim_key.h"
#include "net/loops.h"
#include "spool/message.h"

namespace postroad::delivery {

namespace asio = boost::asio;

/// What signing a message gave.
struct Signed {
  std::string fields;  ///< DKIM-Signature fields, each with CRLF; they go before the header.
  std::string domain;  ///< d=, for events; empty when not signed.
};
using SignedPtr = std::shared_ptr<const Signed>;

/// Signs messages with every key of their domain, on the "crypto" pool, or for high priority on "crypto_high", where no
/// bulk mail stands before it; once for each message: the result is kept for the message's other recipients. Parsed keys are cached by their id. Any loop.
class Signer {
 public:
  static constexpr std::size_t kSignaturesMax = 2000;  ///< kept; the oldest go
  static constexpr std::size_t kKeysMax = 10'000;

  /// `enabled` false: no message is signed ([delivery] sign_dkim).
  Signer(Clock& clock, net::Executor& executor, bool enabled) : clock_(clock), executor_(executor), enabled_(enabled) {}

  /// Never fails for the recipient's sake: a key that does not parse is reported in the log and left out. The message
  /// is unsigned when its domain is gone, has no keys, or the customer asked for that.
  /// `copy`: of a batch, whose copies differ and are not kept.
  asio::awaitable<SignedPtr> sign(spool::MessagePtr message, account::DomainPtr domain,
                                  std::shared_ptr<const std::string> content, std::uint32_t copy,
                                  spool::Priority priority);

 private:
  Signed sign_now(const account::Domain& domain, const std::string& content);
  const mail::DkimKey* key_of(const account::DkimKeyRecord& record);

  Clock& clock_;
  net::Executor& executor_;
  const bool enabled_;
  std::mutex mutex_;  ///< Guards everything below, never across an await.
  std::unordered_map<MessageId, SignedPtr> signatures_;
  std::deque<MessageId> oldest_;
  std::unordered_map<std::int64_t, std::unique_ptr<const mail::DkimKey>> keys_;
};

}  // namespace postroad::delivery
