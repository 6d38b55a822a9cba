#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"

namespace postroad::spool {

/// What the customer chose for a message's delivery; stored as bits.
struct DeliveryOptions {
  bool sign_dkim = true;
  bool is_batch = false;           ///< The content has blanks to be filled for each recipient: docs/formats/batch.md.
  bool require_tls = false;        ///< Never in clear text; with verification, unless the next says no.
  bool skip_verification = false;  ///< Any certificate will do.
  bool show_sending_ip = true;     ///< X-Mailgun-Sending-Ip in what is delivered.

  std::int64_t bits() const {
    return (sign_dkim ? 1 : 0) | (is_batch ? 2 : 0) | (require_tls ? 4 : 0) | (skip_verification ? 8 : 0) |
           (show_sending_ip ? 0 : 16);
  }
  static DeliveryOptions from_bits(std::int64_t bits) {
    return {.sign_dkim = (bits & 1) != 0,
            .is_batch = (bits & 2) != 0,
            .require_tls = (bits & 4) != 0,
            .skip_verification = (bits & 8) != 0,
            .show_sending_ip = (bits & 16) == 0};
  }
};

/// Bytes of message content that live in memory only to spare a read; all of it is on disk as well.
class ContentBudget {
 public:
  static constexpr std::size_t kBytesMax = 64 * 1024 * 1024;
  /// A shared copy of `content`, or null when the budget is used up.
  std::shared_ptr<const std::string> try_share(const std::string& content);
  std::size_t used() const { return used_->load(std::memory_order_relaxed); }

 private:
  /// Shared with the copies, which give back what they took whenever their last holder lets go.
  std::shared_ptr<std::atomic<std::size_t>> used_ = std::make_shared<std::atomic<std::size_t>>(0);
};

/// A message as it was accepted: immutable. Shared by all its recipients that wait or are being delivered.
struct Message {
  MessageId id;
  DomainId domain;
  std::string message_id;  ///< Of the header, without angle brackets.
  std::string sender;      ///< The sender an event names.
  std::string method;      ///< "http" or "smtp": how it came in.
  std::int64_t location = 0;
  std::int64_t bytes = 0;
  DeliveryOptions options;
  std::string facts_message;  ///< Event fields, see events::SharedFields.
  std::string facts_rest;
  WallTime accepted{};
  std::shared_ptr<const std::string> content;  ///< Null: read it by `location`.
};
using MessagePtr = std::shared_ptr<const Message>;

/// Which line of its destination a recipient waits in: mail that somebody waits for, or everything else. Stored as these
/// numbers (docs/decisions/0006-two-lines-for-each-destination.md).
enum class Priority : std::uint8_t { kBulk = 0, kHigh = 1 };
inline constexpr std::array kPriorities{Priority::kHigh, Priority::kBulk};  ///< The first first.
std::string_view priority_name(Priority priority);

/// One RCPT TO address with its own state.
struct Recipient {
  RecipientId id;
  std::string address;  ///< local@domain, the domain in lower-case A-labels.
  std::string lane;     ///< The line it waits in: its domain.
  WallTime due{};
  WallTime expires{};
  int attempts = 0;      ///< Made so far.
  WallTime first_attempt{};  ///< Zero when there was none.
  std::uint32_t copy = 0;    ///< Of a batch: which copy is this recipient's, from 1.
  Priority priority = Priority::kBulk;
  std::uint8_t crashes = 0;  ///< Ends of the process while an attempt was under way, since the last that came to an end.
  std::string facts_message;  ///< Of a batch: event fields of this copy, see events::SharedFields.
  std::string facts_rest;
};

}  // namespace postroad::spool
