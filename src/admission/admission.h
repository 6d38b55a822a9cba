#pragma once
#include <string>

#include "admission/submission.h"
#include "base/id_source.h"
#include "base/random.h"
#include "events/journal.h"
#include "spool/spool.h"

namespace postroad::admission {

struct AdmissionLimits {
  std::size_t recipients_max = 1000;                 ///< contract/sending.md §1.2: to, cc and bcc together
  std::size_t message_bytes_max = 25 * 1024 * 1024;  ///< after MIME assembly
  std::chrono::seconds attempt_for = std::chrono::hours{8};
};

/// The one door for new mail, whoever brings it. Writes into the caller's unit and does not commit.
class Admission {
 public:
  static constexpr std::size_t kTagsMax = 10;       ///< further ones are dropped
  static constexpr std::size_t kTagBytesMax = 128;  ///< longer ones are cut

  /// `public_url` begins the storage URLs in events.
  Admission(Clock& clock, Random& random, spool::Spool& spool, const events::Journal& journal, std::string public_url,
            AdmissionLimits limits);

  /// Builds and accepts a message. Errors are kInvalidArgument with the contract's text for the customer;
  /// kTooLarge for a message over the limit; kUnauthorized when the domain may not send.
  Result<Accepted> compose(storage::Unit& unit, ComposedMail mail);
  /// Accepts a message as it is: adds what is missing (Date, Message-Id), takes out what must not travel (Bcc,
  /// X-Mailgun-*). Errors as above.
  Result<Accepted> submit(storage::Unit& unit, RawMail mail);

  const AdmissionLimits& limits() const { return limits_; }

 private:
  struct Prepared;
  Result<Accepted> accept(storage::Unit& unit, Prepared prepared);
  void append_accepted(storage::Unit& unit, const Prepared& prepared, const events::SharedFields& shared,
                       RecipientId recipient, const std::string& address) const;
  void append_test_delivery(storage::Unit& unit, const Prepared& prepared, const events::SharedFields& shared,
                            RecipientId recipient, const std::string& address) const;
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
/// ASCII, at most kTagBytesMax, no duplicates by case, at most kTagsMax (contract/sending.md §1.2 `o:tag`).
std::vector<std::string> normal_tags(const std::vector<std::string>& tags);
/// The key under which a message is stored, as URLs and events show it; and back. The id itself, in base64url.
std::string storage_key(MessageId id);
std::optional<MessageId> message_of_storage_key(std::string_view key);

}  // namespace postroad::admission
