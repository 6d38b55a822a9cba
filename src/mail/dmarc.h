#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "mail/dkim_verifier.h"
#include "mail/dns_question.h"
#include "mail/spf.h"

namespace postroad::mail {

enum class DmarcAction : std::uint8_t { kNone, kQuarantine, kReject };
enum class DmarcResult : std::uint8_t { kNone, kPass, kFail, kTemperror, kPermerror };
std::string_view name_of(DmarcAction action);
std::string_view name_of(DmarcResult result);

/// RFC 7489 §6.3.
struct DmarcRecord {
  DmarcAction policy = DmarcAction::kNone;
  std::optional<DmarcAction> subdomain_policy;
  bool strict_dkim = false, strict_spf = false;
  int percent = 100;
  std::vector<std::string> aggregate_to, failure_to;  ///< rua=, ruf= URIs
};

/// Nullopt when it is no DMARC record, or one to be ignored (§6.6.3 step 6).
std::optional<DmarcRecord> parse_dmarc_record(std::string_view text);

/// The one domain that From shows. Permanent error without a From field, with two, or with addresses in two
/// domains: such mail can show a reader anything (§6.6.1).
Result<std::string> author_domain(const HeaderBlock& header);

struct DmarcVerdict {
  DmarcResult result = DmarcResult::kNone;
  DmarcAction action = DmarcAction::kNone;  ///< what the domain's owner asks for a fail, before pct=
  std::string author_domain, policy_domain;
  bool spf_aligned = false, dkim_aligned = false;
  int percent = 100;
};

struct DmarcQuery {
  std::string author_domain;
  SpfResult spf = SpfResult::kNone;
  std::string spf_domain;
  const DkimReport* dkim = nullptr;  ///< may be null: nothing was signed
};

/// §6.6.2 as far as `answers` reach: a verdict, or the TXT record that is missing. Asks at most two.
std::variant<DnsQuestion, DmarcVerdict> check_dmarc(const DmarcQuery& query, const DnsAnswers& answers);

}  // namespace postroad::mail
