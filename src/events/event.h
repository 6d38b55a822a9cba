#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/json_writer.h"

namespace postroad::events {

/// What happened, in the contract's words (contract/events.md §2). Stored as these numbers: append only.
enum class EventType : std::int8_t {
  kAccepted = 1,
  kDelivered = 2,
  kFailed = 3,
  kRejected = 4,
  kCanceled = 5,     ///< Internal: mail taken back before delivery; the v3 log does not show it.
  kQuarantined = 6,  ///< Internal: content that does not verify; an operator's matter.
};
std::string_view event_name(EventType type);
std::optional<EventType> event_type_of(std::string_view name);
/// Whether the log shows it to customers; internal events are an operator's alone.
bool is_shown(EventType type);

/// Whether this event ends its recipient; every recipient has exactly one such event.
enum class Ending : std::int8_t { kNo = 0, kYes = 1 };

enum class Severity : std::int8_t { kNone = 0, kTemporary = 1, kPermanent = 2 };

/// What the events of one message tell of it.
struct MessageFacts {
  std::string header_from;
  std::string header_to;
  std::string header_subject;
  std::string message_id;  ///< Without angle brackets.
  struct Attachment {
    std::string filename;
    std::string content_type;
    std::int64_t size = 0;
  };
  std::vector<Attachment> attachments;
  std::int64_t size = 0;
  std::vector<std::string> tags;
  std::vector<std::string> campaigns;
  std::vector<std::pair<std::string, std::string>> user_variables;
  std::string storage_key;
  std::string storage_url;
  std::string batch_id;  ///< Empty: not a batch.
  bool is_authenticated = true;
  bool is_test_mode = false;
};
/// User variables are cut at this many bytes a message (contract/sending.md §1.2).
inline constexpr std::size_t kUserVariablesBytesMax = 4096;

/// Fields of an event as the inside of a JSON object; made once when the message is accepted, stored, and put into each
/// of its events.
struct SharedFields {
  std::string message;  ///< Of "message": "headers":{…},"attachments":[…],"size":n
  std::string rest;     ///< "flags":{…},"storage":{…},"tags":[…],"campaigns":[…],"user-variables":{…}
};
/// All of them: every recipient got the same message.
SharedFields render_shared_fields(const MessageFacts& facts);
/// In a batch, what all copies have in common; and what each has of its own: headers, storage, user variables.
SharedFields render_batch_fields(const MessageFacts& facts);
SharedFields render_copy_fields(const MessageFacts& facts);
/// Both together; `copy` may be empty.
SharedFields joined(const SharedFields& copy, const SharedFields& shared);

/// How an attempt came out, for delivered and failed (contract/events.md §2.3 to §2.5).
struct DeliveryStatus {
  int code = 0;
  std::string message;
  std::string description;
  std::string enhanced_code;
  int attempt_no = 1;
  double session_seconds = 0;
  double first_attempt_seconds = 0;  ///< From acceptance to the first attempt; shown when above 0.
  std::optional<std::int64_t> retry_seconds;
  std::string mx_host;
  std::optional<bool> tls;
  bool certificate_verified = false;
  bool utf8 = true;
  std::string bounce_type;
};

/// One event before it is written. `time` is given by the commit.
struct Event {
  EventType type = EventType::kAccepted;
  Ending ending = Ending::kNo;
  Severity severity = Severity::kNone;
  std::string id;
  DomainId domain;
  MessageId message;
  RecipientId recipient;
  std::string address;     ///< The recipient's mailbox.
  std::string body;        ///< A JSON object without "timestamp", which rendering adds.
  std::string transcript;  ///< The SMTP conversation, when there was one.
};

struct EnvelopeFields {
  std::string sender;
  std::string transport = "smtp";
  std::string targets;
  std::string sending_ip;
};

struct AcceptedFields {
  std::string method;  ///< "http" or "smtp"
  std::string originating_ip;
  std::string api_key_id;
  std::string sender;
  std::optional<std::int64_t> scheduled_for;  ///< Seconds since 1970.
};

/// The `accepted` events of one message: they differ in their recipient alone, so the rest is rendered once.
class AcceptedEvents {
 public:
  AcceptedEvents(const AcceptedFields& accepted, const SharedFields& shared);
  /// `copy`: see render_copy_fields; empty when the message is no batch.
  std::string body(std::string_view id, std::string_view recipient, const SharedFields& copy) const;

 private:
  std::string before_targets_, message_, after_recipients_;
};

std::string render_delivered(std::string_view id, const EnvelopeFields& envelope, const DeliveryStatus& status,
                             const SharedFields& shared, std::string_view recipient, std::string_view method,
                             std::string_view dkim_domain);
/// `reason` is a word of contract/events.md §2.4 and §2.5.
std::string render_failed(std::string_view id, Severity severity, std::string_view reason,
                          const EnvelopeFields& envelope, const DeliveryStatus& status, const SharedFields& shared,
                          std::string_view recipient);
std::string render_rejected(std::string_view id, std::string_view reason, std::string_view description,
                            const SharedFields& shared, std::string_view recipient);
/// An internal event: its kind, its recipient and why.
std::string render_internal(std::string_view id, EventType type, std::string_view reason, std::string_view recipient);

/// The body as an answer shows it: with its timestamp, seconds since 1970 with six decimals.
std::string with_timestamp(std::string_view body, WallTime time);

}  // namespace postroad::events
