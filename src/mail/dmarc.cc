#include "mail/dmarc.h"

#include <algorithm>

#include "base/text.h"
#include "mail/address_header.h"
#include "mail/domain_name.h"
#include "mail/public_suffix.h"
#include "mail/tag_list.h"

namespace postroad::mail {
namespace {

std::optional<DmarcAction> action_of(const std::string* text) {
  if (text == nullptr) return std::nullopt;
  if (ascii_iequals(*text, "none")) return DmarcAction::kNone;
  if (ascii_iequals(*text, "quarantine")) return DmarcAction::kQuarantine;
  if (ascii_iequals(*text, "reject")) return DmarcAction::kReject;
  return std::nullopt;
}

std::vector<std::string> uris(const std::string* text) {
  std::vector<std::string> out;
  if (text == nullptr) return out;
  for (const std::string_view uri : split(*text, ',')) {
    if (!trim(uri).empty()) out.emplace_back(trim(uri));
  }
  return out;
}

bool aligned(std::string_view domain, std::string_view author, bool strict) {
  if (ascii_iequals(domain, author)) return true;
  return !strict && organizational_domain(ascii_lower(domain)) == organizational_domain(ascii_lower(author));
}

/// The one record an answer holds; several count as none (§6.6.3 step 5).
std::optional<DmarcRecord> record_in(const DnsAnswer& answer) {
  std::optional<DmarcRecord> found;
  int count = 0;
  for (const std::string& text : answer.values) {
    if (!ascii_istarts_with(trim(text), "v=DMARC1")) continue;
    ++count;
    found = parse_dmarc_record(text);
  }
  return count == 1 ? found : std::nullopt;
}

}  // namespace

std::string_view name_of(DmarcAction action) {
  return action == DmarcAction::kNone ? "none" : action == DmarcAction::kQuarantine ? "quarantine" : "reject";
}

std::string_view name_of(DmarcResult result) {
  switch (result) {
    case DmarcResult::kNone:
      return "none";
    case DmarcResult::kPass:
      return "pass";
    case DmarcResult::kFail:
      return "fail";
    case DmarcResult::kTemperror:
      return "temperror";
    case DmarcResult::kPermerror:
      break;
  }
  return "permerror";
}

std::optional<DmarcRecord> parse_dmarc_record(std::string_view text) {
  const auto tags = parse_tag_list(text);
  if (!tags || tags->tags.empty() || tags->tags[0].name != "v" || tags->tags[0].value != "DMARC1")
    return std::nullopt;
  DmarcRecord record;
  record.aggregate_to = uris(tags->find("rua"));
  record.failure_to = uris(tags->find("ruf"));
  const auto policy = action_of(tags->find("p"));
  const std::string* subdomain = tags->find("sp");
  record.subdomain_policy = action_of(subdomain);
  if (!policy || (subdomain != nullptr && !record.subdomain_policy)) {
    if (record.aggregate_to.empty()) return std::nullopt;
    record.subdomain_policy.reset();  // only to be reported on
    return record;
  }
  record.policy = *policy;
  const auto strict = [&](std::string_view name) {
    const std::string* mode = tags->find(name);
    return mode != nullptr && ascii_iequals(*mode, "s");
  };
  record.strict_dkim = strict("adkim");
  record.strict_spf = strict("aspf");
  if (const std::string* percent = tags->find("pct")) {
    const auto value = parse_int(*percent);
    if (value && *value >= 0 && *value <= 100) record.percent = static_cast<int>(*value);
  }
  return record;
}

Result<std::string> author_domain(const HeaderBlock& header) {
  const auto refuse = [](std::string why) { return fail_permanent(ErrorCode::kRejected, std::move(why)); };
  if (header.count("From") != 1) return refuse("there is not exactly one From field");
  std::string domain;
  for (const HeaderAddress& address : read_addresses(header.find("From")->value)) {
    const std::size_t at = address.address.rfind('@');
    if (at == std::string::npos) continue;
    ASSIGN_OR_RETURN(const std::string one,
                     to_ascii_domain(trim(std::string_view(address.address).substr(at + 1))));
    if (!domain.empty() && one != domain) return refuse("From shows addresses of two domains");
    domain = one;
  }
  if (!is_hostname(domain)) return refuse("From shows no address");
  return domain;
}

std::variant<DnsQuestion, DmarcVerdict> check_dmarc(const DmarcQuery& query, const DnsAnswers& answers) {
  DmarcVerdict verdict{.author_domain = query.author_domain};
  std::optional<DmarcRecord> record;
  std::vector<std::string> domains{query.author_domain};
  if (const std::string parent = organizational_domain(query.author_domain); parent != query.author_domain)
    domains.push_back(parent);
  for (const std::string& domain : domains) {
    DnsQuestion question{DnsType::kTxt, "_dmarc." + domain};
    const DnsAnswer* answer = answers.find(question);
    if (answer == nullptr) return question;
    if (answer->status == DnsStatus::kFailed) {
      verdict.result = DmarcResult::kTemperror;
      return verdict;
    }
    record = record_in(*answer);
    verdict.policy_domain = domain;
    if (record) break;
  }
  if (!record) {
    verdict.policy_domain.clear();
    return verdict;
  }
  verdict.percent = record->percent;
  verdict.spf_aligned =
      query.spf == SpfResult::kPass && aligned(query.spf_domain, query.author_domain, record->strict_spf);
  if (query.dkim != nullptr) {
    const auto& signatures = query.dkim->signatures;
    verdict.dkim_aligned =
        std::any_of(signatures.begin(), signatures.end(), [&](const DkimVerdict& signature) {
          return signature.result == DkimResult::kPass &&
                 aligned(signature.domain, query.author_domain, record->strict_dkim);
        });
  }
  const bool pass = verdict.spf_aligned || verdict.dkim_aligned;
  verdict.result = pass ? DmarcResult::kPass : DmarcResult::kFail;
  const bool below = verdict.policy_domain != query.author_domain;
  if (!pass) verdict.action = below ? record->subdomain_policy.value_or(record->policy) : record->policy;
  return verdict;
}

}  // namespace postroad::mail
