#pragma once
#include <memory>
#include <string>

#include "admission/storage_key.h"
#include "admission/submission.h"
#include "base/id_source.h"
#include "base/random.h"
#include "base/warp.h"
#include "events/journal.h"
#include "mail/header_block.h"
#include "spool/spool.h"

namespace postroad::admission {

namespace asio = boost::asio;

struct AdmissionLimits {
  std::size_t recipients_max = 1000;                 ///< contract/sending.md §1.2: to, cc and bcc together
  std::size_t message_bytes_max = 25 * 1024 * 1024;  ///< after MIME assembly
  std::chrono::seconds attempt_for = std::chrono::hours{8};
  Warp warp;  ///< Shortens how long schedules and delivery windows last.
};

/// The one door for new mail, whoever brings it. Writes into the caller's unit and does not commit.
class Admission {
 public:
  /// `public_url` begins the storage URLs in events.
  Admission(Clock& clock, Random& random, spool::Spool& spool, const events::Journal& journal, std::string public_url,
            AdmissionLimits limits);

  /// Builds and accepts a message. Errors are kInvalidArgument with the contract's text for the customer;
  /// kTooLarge for a message over the limit; kUnauthorized when the domain may not send. A unit of an idempotent call
  /// is refused with kConflict when the same call has been accepted before: see IdempotentCalls.
  Result<Accepted> compose(storage::Unit& unit, ComposedMail mail);
  /// Accepts a message as it is: adds what is missing (Date, Message-Id), takes out what must not travel (Bcc,
  /// X-Mailgun-*). Errors as above.
  Result<Accepted> submit(storage::Unit& unit, RawMail mail);

  const AdmissionLimits& limits() const { return limits_; }

 private:
  struct Prepared;
  Result<void> edit_header(const RawMail& mail, mail::HeaderEditor& editor, Prepared& prepared);
  Result<void> make_batch(Prepared& prepared) const;
  Result<Accepted> accept(storage::Unit& unit, Prepared prepared);
  events::MessageFacts facts_of(const Prepared& prepared) const;
  events::SharedFields copy_fields(const Prepared& prepared, std::size_t index, events::MessageFacts& facts) const;
  std::vector<spool::Recipient> accept_recipients(storage::Unit& unit, const Prepared& prepared,
                                                  events::MessageFacts& facts, const events::SharedFields& shared);
  void append_test_delivery(storage::Unit& unit, const Prepared& prepared, const events::SharedFields& fields,
                            RecipientId recipient, const std::string& address) const;
  std::string storage_url(const Prepared& prepared, std::string_view key) const;
  std::string new_message_id(std::string_view domain);

  Clock& clock_;
  Random& random_;
  spool::Spool& spool_;
  const events::Journal& journal_;
  const std::string public_url_;
  const AdmissionLimits limits_;
};

/// Whether the domain may send; the contract's 400 text when not.
Result<void> check_may_send(const account::Domain& domain);

}  // namespace postroad::admission
