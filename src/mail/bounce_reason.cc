#include "mail/bounce_reason.h"

#include <array>
#include <string>

#include "base/text.h"

namespace postroad::mail {
namespace {

struct Phrase {
  std::string_view text;
  BounceReason reason;
};
using enum BounceReason;

/// Lower case, one space. Earlier ones win: the specific stand before the general.
constexpr auto kPhrases = std::to_array<Phrase>({
    // about the sender, though the words look like others below
    {"recipient address rejected: access denied", kInvalidRecipient},
    {"bad spf", kAuthBlock},
    {"spf record", kAuthBlock},
    {"sender address", kPolicyBlock},
    {"domain of sender", kPolicyBlock},
    {"5.1.8", kPolicyBlock},
    {"5.1.7", kPolicyBlock},
    {"unroutable sender", kPolicyBlock},
    {"from: domain is invalid", kPolicyBlock},
    {"ip reputation", kReputationBlock},
    {"blocked ip", kReputationBlock},
    {"user complaints", kReputationBlock},
    {"frequency limited", kThrottled},
    {"refused to talk to me", kReputationBlock},
    {"invalid ip for sending", kReputationBlock},
    {"recipient account is blocked", kMailboxInactive},
    {"temporary locked", kMailboxInactive},
    {"disabled recipient", kMailboxInactive},
    {"not accept our requests to connect", kTimeout},
    {"could not deliver for the last", kTimeout},
    {"host not reachable", kTimeout},
    {"will be retried", kTimeout},
    {"dns lookup failure", kInvalidDomain},
    {"unrouteable mail domain", kInvalidDomain},
    {"unrouteable address", kInvalidDomain},
    {"security policies", kPolicyBlock},
    {"mismatches client ip", kAuthBlock},
    {"couldn't create", kServerError},
    {"transaction failed", kServerError},
    {"currently unavailable", kServerError},
    {"network error", kTimeout},
    {"message filtered", kPolicyBlock},
    {"may not exist, or you may not have permission", kPolicyBlock},
    // authentication before policy: such texts mention both
    {"dmarc", kAuthBlock},
    {"5.7.26", kAuthBlock},
    {"5.7.25", kAuthBlock},
    {"5.7.23", kAuthBlock},
    {"spf check", kAuthBlock},
    {"spf fail", kAuthBlock},
    {"sender policy framework", kAuthBlock},
    {"sender id", kAuthBlock},
    {"unauthenticated email", kAuthBlock},
    {"dkim", kAuthBlock},
    {"ptr record", kAuthBlock},
    {"reverse dns", kAuthBlock},
    {"reverse hostname", kAuthBlock},
    {"cannot find your hostname", kAuthBlock},
    {"cannot find your reverse", kAuthBlock},
    {"no ptr", kAuthBlock},
    {"rdns", kAuthBlock},
    {"fix reverse", kAuthBlock},
    {"does not pass authentication", kAuthBlock},
    {"not authenticated", kAuthBlock},
    // mailbox full
    {"mailbox full", kMailboxFull},
    {"mailbox is full", kMailboxFull},
    {"over quota", kMailboxFull},
    {"overquota", kMailboxFull},
    {"quota exceeded", kMailboxFull},
    {"exceeded quota", kMailboxFull},
    {"exceeding their quota", kMailboxFull},
    {"quota is exceeded", kMailboxFull},
    {"exceed the quota", kMailboxFull},
    {"exceeded its quota", kMailboxFull},
    {"exceeded storage", kMailboxFull},
    {"exceeded their storage", kMailboxFull},
    {"out of storage", kMailboxFull},
    {"mailfolder is full", kMailboxFull},
    {"mail box is full", kMailboxFull},
    {"inbox is full", kMailboxFull},
    {"insufficient disk", kMailboxFull},
    {"mailbox size limit", kMailboxFull},
    {"mailbox exceeds", kMailboxFull},
    {"too full", kMailboxFull},
    {"exceeds allowed size", kMailboxFull},
    {"quota full", kMailboxFull},
    {"mailbox has exceeded", kMailboxFull},
    {"mailbox_full", kMailboxFull},
    {"mail quota", kMailboxFull},
    {"mailbox quota", kMailboxFull},
    {"disk quota", kMailboxFull},
    {"storage quota", kMailboxFull},
    {"not enough storage", kMailboxFull},
    {"messages in recipient's mailbox exceeded", kMailboxFull},
    {"would exceed mailbox", kMailboxFull},
    {"user is over", kMailboxFull},
    {"account is over", kMailboxFull},
    // too big
    {"message too large", kTooBig},
    {"message size exceeds", kTooBig},
    {"message too big", kTooBig},
    {"exceeds size limit", kTooBig},
    {"exceeds maximum message size", kTooBig},
    {"message file too big", kTooBig},
    {"exceeds fixed", kTooBig},
    {"exceeded max allowable size", kTooBig},
    {"size limit exceeded", kTooBig},
    {"message length exceeds", kTooBig},
    {"max message size", kTooBig},
    {"message is too large", kTooBig},
    {"resources.exceeded.size", kTooBig},
    {"exceeds the maximum", kTooBig},
    {"line limit exceeded", kTooBig},
    // inactive
    {"account is locked", kMailboxInactive},
    {"account has been disabled", kMailboxInactive},
    {"account disabled", kMailboxInactive},
    {"account is disabled", kMailboxInactive},
    {"has been disabled", kMailboxInactive},
    {"mailbox disabled", kMailboxInactive},
    {"mailbox is disabled", kMailboxInactive},
    {"mailbox unavailable or access denied", kMailboxInactive},
    {"is inactive", kMailboxInactive},
    {"account inactive", kMailboxInactive},
    {"user is inactive", kMailboxInactive},
    {"suspended", kMailboxInactive},
    {"deactivated", kMailboxInactive},
    {"mailbox currently suspended", kMailboxInactive},
    {"temporarily locked", kMailboxInactive},
    {"account expired", kMailboxInactive},
    {"account closed", kMailboxInactive},
    {"account is closed", kMailboxInactive},
    {"mailbox is frozen", kMailboxInactive},
    {"disabled or discontinued", kMailboxInactive},
    {"inactive user", kMailboxInactive},
    {"dormant", kMailboxInactive},
    {"mailbox is inactive", kMailboxInactive},
    {"not accepting mail", kMailboxInactive},
    {"not accepting messages", kMailboxInactive},
    {"is not accepting", kMailboxInactive},
    {"email account that you tried to reach is disabled", kMailboxInactive},
    // throttled
    {"too many connections", kThrottled},
    {"rate limit", kThrottled},
    {"rate limited", kThrottled},
    {"throttl", kThrottled},
    {"too many messages", kThrottled},
    {"too many recipients", kThrottled},
    {"exceeded the maximum number of connections", kThrottled},
    {"receiving mail at a rate", kThrottled},
    {"receiving mail too quickly", kThrottled},
    {"sending too fast", kThrottled},
    {"unusual rate", kThrottled},
    {"message rate exceeded", kThrottled},
    {"concurrent connections", kThrottled},
    {"greylist", kThrottled},
    {"graylist", kThrottled},
    {"grey-list", kThrottled},
    {"try again later", kThrottled},
    {"sending limit", kThrottled},
    {"temporarily deferred", kThrottled},
    {"too much mail", kThrottled},
    {"daily limit", kThrottled},
    // no such mailbox
    {"user unknown", kInvalidRecipient},
    {"unknown user", kInvalidRecipient},
    {"no such user", kInvalidRecipient},
    {"user not found", kInvalidRecipient},
    {"no mailbox here by that name", kInvalidRecipient},
    {"no such mailbox", kInvalidRecipient},
    {"mailbox not found", kInvalidRecipient},
    {"mailbox does not exist", kInvalidRecipient},
    {"does not exist", kInvalidRecipient},
    {"doesn't exist", kInvalidRecipient},
    {"unknown recipient", kInvalidRecipient},
    {"recipient unknown", kInvalidRecipient},
    {"recipient not found", kInvalidRecipient},
    {"recipientnotfound", kInvalidRecipient},
    {"no such recipient", kInvalidRecipient},
    {"invalid recipient", kInvalidRecipient},
    {"invalid mailbox", kInvalidRecipient},
    {"invalid address", kInvalidRecipient},
    {"invalid user", kInvalidRecipient},
    {"address unknown", kInvalidRecipient},
    {"unknown address", kInvalidRecipient},
    {"unknown local", kInvalidRecipient},
    {"unknown or illegal", kInvalidRecipient},
    {"not listed in", kInvalidRecipient},
    {"no account by that name", kInvalidRecipient},
    {"doesn't have a", kInvalidRecipient},
    {"does not have an account", kInvalidRecipient},
    {"recipient name is not recognized", kInvalidRecipient},
    {"not recognized", kInvalidRecipient},
    {"no valid recipient", kInvalidRecipient},
    {"mailbox unavailable", kInvalidRecipient},
    {"not a valid", kInvalidRecipient},
    {"user doesn", kInvalidRecipient},

    {"undeliverable address", kInvalidRecipient},
    {"not our customer", kInvalidRecipient},
    {"no user", kInvalidRecipient},
    {"user no found", kInvalidRecipient},
    {"is not known", kInvalidRecipient},
    {"not known here", kInvalidRecipient},
    {"bad destination mailbox", kInvalidRecipient},
    {"wasn't found", kInvalidRecipient},
    {"couldn't be found", kInvalidRecipient},
    {"could not be found", kInvalidRecipient},
    {"not found in", kInvalidRecipient},
    {"recipient rejected", kInvalidRecipient},
    {"no longer available", kInvalidRecipient},
    {"no longer valid", kInvalidRecipient},
    {"email address has a typo", kInvalidRecipient},
    {"not a known user", kInvalidRecipient},
    {"non-existent", kInvalidRecipient},
    {"nonexistent", kInvalidRecipient},
    {"user_unknown", kInvalidRecipient},
    {"not exist", kInvalidRecipient},
    {"addressee unknown", kInvalidRecipient},
    {"destination addresses were unknown", kInvalidRecipient},
    // domain
    {"host not found", kInvalidDomain},
    {"host unknown", kInvalidDomain},
    {"unknown host", kInvalidDomain},
    {"domain not found", kInvalidDomain},
    {"name service error", kInvalidDomain},
    {"no such domain", kInvalidDomain},
    {"unknown domain", kInvalidDomain},
    {"bad destination host", kInvalidDomain},
    {"name or service not known", kInvalidDomain},
    {"unresolvable", kInvalidDomain},
    {"cannot be resolved", kInvalidDomain},
    {"domain does not", kInvalidDomain},
    {"couldn't find any host", kInvalidDomain},
    {"no mail server", kInvalidDomain},
    {"no mx", kInvalidDomain},
    {"null mx", kInvalidDomain},
    {"nullmx", kInvalidDomain},
    {"does not accept mail", kInvalidDomain},
    {"dns error", kInvalidDomain},
    {"domain name not found", kInvalidDomain},
    {"invalid domain", kInvalidDomain},
    {"no route to domain", kInvalidDomain},
    {"domain is not", kInvalidDomain},
    {"unable to find", kInvalidDomain},
    // reputation before content
    {"blacklist", kReputationBlock},
    {"black list", kReputationBlock},
    {"blocklist", kReputationBlock},
    {"block list", kReputationBlock},
    {"blocked using", kReputationBlock},
    {"spamhaus", kReputationBlock},
    {"spamcop", kReputationBlock},
    {"dnsbl", kReputationBlock},
    {"rbl", kReputationBlock},
    {"reputation", kReputationBlock},
    {"banned sending ip", kReputationBlock},
    {"ip address is blocked", kReputationBlock},
    {"has been blocked", kReputationBlock},
    {"poor reputation", kReputationBlock},
    {"blocked by", kReputationBlock},
    {"dynamic ip", kReputationBlock},
    {"listed at", kReputationBlock},
    {"listed in", kReputationBlock},
    {"your ip", kReputationBlock},
    {"ip address has been", kReputationBlock},
    {"client host", kReputationBlock},
    {"not allowed to connect", kReputationBlock},
    {"connection refused by", kReputationBlock},
    {"bad helo", kReputationBlock},
    {"temporarily blocked", kReputationBlock},
    {"low reputation", kReputationBlock},
    // content
    {"spam", kSpamBlock},
    {"virus", kSpamBlock},
    {"junk", kSpamBlock},
    {"unsolicited", kSpamBlock},
    {"malware", kSpamBlock},
    {"phishing", kSpamBlock},
    {"content rejected", kSpamBlock},
    {"content filter", kSpamBlock},
    {"objectionable", kSpamBlock},
    {"banned content", kSpamBlock},
    {"bulk mail", kSpamBlock},
    {"bulk email", kSpamBlock},
    {"message content", kSpamBlock},
    {"suspicious", kSpamBlock},
    // policy
    {"policy", kPolicyBlock},
    {"access denied", kPolicyBlock},
    {"relaying denied", kPolicyBlock},
    {"relay access denied", kPolicyBlock},
    {"relay not permitted", kPolicyBlock},
    {"unable to relay", kPolicyBlock},
    {"not permitted", kPolicyBlock},
    {"not authorized", kPolicyBlock},
    {"not authorised", kPolicyBlock},
    {"permission denied", kPolicyBlock},
    {"administrative prohibition", kPolicyBlock},
    {"administratively", kPolicyBlock},
    {"not allowed", kPolicyBlock},
    {"restricted", kPolicyBlock},
    {"sender rejected", kPolicyBlock},
    {"sender was rejected", kPolicyBlock},
    {"sender denied", kPolicyBlock},
    {"rejected by", kPolicyBlock},
    {"prohibited", kPolicyBlock},
    {"moderat", kPolicyBlock},
    {"not have permission", kPolicyBlock},
    {"domain filter", kPolicyBlock},
    {"message rejected", kPolicyBlock},
    {"mail loop", kServerError},
    {"hop count", kServerError},
    {"too many hops", kServerError},
    // time
    {"timed out", kTimeout},
    {"timeout", kTimeout},
    {"time out", kTimeout},
    {"connection refused", kTimeout},
    {"no route to host", kTimeout},
    {"network is unreachable", kTimeout},
    {"could not connect", kTimeout},
    {"couldn't connect", kTimeout},
    {"unable to connect", kTimeout},
    {"failed to connect", kTimeout},
    {"in the queue too long", kTimeout},
    {"delivery time expired", kTimeout},
    {"expired", kTimeout},
    {"could not send message for past", kTimeout},
    {"cannot send message for", kTimeout},
    {"retry time", kTimeout},
    {"retry timeout", kTimeout},
    {"establish an smtp connection", kTimeout},
    {"lost connection", kTimeout},
    {"connection lost", kTimeout},
    {"conversation with", kTimeout},
    {"delivery delayed", kTimeout},
    {"connection dropped", kTimeout},
    {"connection reset", kTimeout},
    {"closed connection", kTimeout},
    {"undeliverable for", kTimeout},
    // server
    {"local error", kServerError},
    {"internal error", kServerError},
    {"system error", kServerError},
    {"server error", kServerError},
    {"service unavailable", kServerError},
    {"local configuration", kServerError},
    {"queue file write error", kServerError},
    {"temporary failure", kServerError},
    {"system problem", kServerError},
    {"processing error", kServerError},
    {"i/o error", kServerError},
    {"command died", kServerError},
    {"storage allocation", kServerError},
    {"out of memory", kServerError},
});

std::string flattened(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space) out += ascii_lower(c);
    if (space && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

BounceReason reason_of(EnhancedCode code) {
  switch (code.subject) {
    case 1:
      return code.detail == 2 || code.detail == 10  ? kInvalidDomain
             : code.detail == 7 || code.detail == 8 ? kPolicyBlock
                                                    : kInvalidRecipient;
    case 2:
      return code.detail == 1   ? kMailboxInactive
             : code.detail == 2 ? kMailboxFull
             : code.detail == 3 ? kTooBig
                                : kUnknown;
    case 3:
      return code.detail == 1 ? kServerError : code.detail == 4 ? kTooBig : kServerError;
    case 4:
      return code.detail == 4 ? kInvalidDomain : code.detail == 6 ? kServerError : kTimeout;
    case 5:
      return code.detail == 3 ? kThrottled : kServerError;
    case 6:
      return kPolicyBlock;
    case 7:
      return code.detail >= 20 && code.detail <= 30 ? kAuthBlock : kPolicyBlock;
    default:
      return kUnknown;
  }
}

}  // namespace

std::string_view name_of(BounceReason reason) {
  switch (reason) {
    case kInvalidRecipient:
      return "invalid-recipient";
    case kInvalidDomain:
      return "invalid-domain";
    case kMailboxFull:
      return "mailbox-full";
    case kMailboxInactive:
      return "mailbox-inactive";
    case kSpamBlock:
      return "spam-block";
    case kReputationBlock:
      return "reputation-block";
    case kPolicyBlock:
      return "policy-block";
    case kAuthBlock:
      return "auth-block";
    case kTimeout:
      return "timeout";
    case kThrottled:
      return "throttled";
    case kServerError:
      return "server-error";
    case kTooBig:
      return "too-big";
    case kUnknown:
      break;
  }
  return "";
}

BounceReason bounce_reason(std::string_view diagnostic, std::optional<EnhancedCode> status,
                           std::optional<int> reply_code) {
  const std::string text = flattened(diagnostic);
  for (const auto& [phrase, reason] : kPhrases) {
    if (text.find(phrase) != std::string::npos) return reason;
  }
  if (const auto quoted = find_enhanced_code(text, true)) {
    if (const BounceReason reason = reason_of(*quoted); reason != kUnknown) return reason;
  }
  if (status) {
    if (const BounceReason reason = reason_of(*status); reason != kUnknown) return reason;
  }
  if (reply_code == 552) return kMailboxFull;
  if (reply_code == 421 || reply_code == 450 || reply_code == 451) return kThrottled;
  return kUnknown;  // a bare 550 is not enough to say that a mailbox does not exist
}

}  // namespace postroad::mail
