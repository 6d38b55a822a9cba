// What the world's DNS says of our sending domains.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <deque>

#include "app/doctor.h"
#include "app/domain_records.h"
#include "app/remote.h"
#include "base/text.h"
#include "mail/dkim_verifier.h"
#include "mail/dmarc.h"
#include "mail/spf.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;

constexpr int kSpfQuestionsMax = 200;

Finding finding(const std::string& domain, std::string_view what, Finding::Level level, std::string found, std::string fix = {}) {
  return {"domains", fmt::format("{} {}", domain, what), level, std::move(found), level == kGood ? "" : std::move(fix)};
}

mail::DnsAnswer told(Result<net::DnsAnswer<std::string>> answer) {
  if (!answer) return {mail::DnsStatus::kFailed, {}};
  return {answer->name_exists ? mail::DnsStatus::kAnswered : mail::DnsStatus::kNoSuchName, std::move(answer->records)};
}

asio::awaitable<mail::DnsAnswer> ask(Patient patient, mail::DnsQuestion question) {
  switch (question.type) {
    case mail::DnsType::kA: co_return told(co_await patient.resolver.a(question.name, patient.deadline));
    case mail::DnsType::kAaaa: co_return told(co_await patient.resolver.aaaa(question.name, patient.deadline));
    case mail::DnsType::kTxt: co_return told(co_await patient.resolver.txt(question.name, patient.deadline));
    case mail::DnsType::kPtr: co_return told(co_await patient.resolver.ptr(question.name, patient.deadline));
    case mail::DnsType::kMx: break;
  }
  Result<net::DnsAnswer<net::MxRecord>> answer = co_await patient.resolver.mx(question.name, patient.deadline);
  if (!answer) co_return mail::DnsAnswer{mail::DnsStatus::kFailed, {}};
  std::ranges::sort(answer->records, {}, [](const net::MxRecord& one) { return std::pair(one.preference, one.host); });
  mail::DnsAnswer found{answer->name_exists ? mail::DnsStatus::kAnswered : mail::DnsStatus::kNoSuchName, {}};
  for (const net::MxRecord& record : answer->records) found.values.push_back(record.host);
  co_return found;
}

/// Terms of the record, and of those it includes, that ask DNS (RFC 7208 §4.6.4); names with macros are not followed. Ends
/// above kSpfLookupsMax.
asio::awaitable<int> count_lookups(Patient patient, std::string domain) {
  std::deque<std::string> waiting{std::move(domain)};
  int count = 0;
  while (!waiting.empty() && count <= mail::kSpfLookupsMax) {
    const Result<net::DnsAnswer<std::string>> answer = co_await patient.resolver.txt(waiting.front(), patient.deadline);
    waiting.pop_front();
    if (!answer) continue;
    const auto text = std::ranges::find_if(answer->records, [](const std::string& one) { return mail::is_spf_record(one); });
    const std::optional<mail::SpfRecord> record = text == answer->records.end() ? std::nullopt : mail::parse_spf_record(*text);
    if (!record) continue;
    const auto follow = [&](const std::string& name) {
      if (name.find('%') == std::string::npos) waiting.push_back(name);
    };
    for (const mail::SpfMechanism& mechanism : record->mechanisms) {
      using enum mail::SpfMechanismKind;
      if (mechanism.kind == kAll || mechanism.kind == kIp4 || mechanism.kind == kIp6) continue;
      ++count;
      if (mechanism.kind == kInclude) follow(mechanism.domain_spec);
    }
    if (record->redirect) {
      ++count;
      follow(*record->redirect);
    }
  }
  co_return count;
}

asio::awaitable<mail::SpfVerdict> evaluate_spf(Patient patient, std::string domain, mail::IpAddress ip) {
  const mail::SpfQuery query{.ip = ip, .helo = patient.options.hostname, .mail_from = "bounce@" + domain, .receiver = "unknown", .now = std::nullopt};
  mail::DnsAnswers answers;
  for (int asked = 0; asked < kSpfQuestionsMax; ++asked) {
    std::variant<mail::DnsQuestion, mail::SpfVerdict> step = mail::check_spf(query, answers);
    if (mail::SpfVerdict* const verdict = std::get_if<mail::SpfVerdict>(&step)) co_return std::move(*verdict);
    const mail::DnsQuestion question = std::get<mail::DnsQuestion>(step);
    mail::DnsAnswer answer = co_await ask(patient, question);
    answers.add(question, std::move(answer));
  }
  co_return mail::SpfVerdict{.result = mail::SpfResult::kTemperror, .domain = domain, .explanation = {}};
}

asio::awaitable<Findings> check_spf(Patient patient, std::string domain) {
  const Result<net::DnsAnswer<std::string>> answer = co_await patient.resolver.txt(domain, patient.deadline);
  const std::string fix = fmt::format("add a TXT record for {}: v=spf1 a:{} ~all", domain, patient.options.hostname);
  if (!answer) co_return Findings{finding(domain, "SPF", kWarning, answer.error().detail, "ask again when DNS answers")};
  std::vector<std::string> records = answer->records;
  std::erase_if(records, [](const std::string& one) { return !mail::is_spf_record(one); });
  if (records.empty()) co_return Findings{finding(domain, "SPF", kFailure, "there is none", fix)};
  if (records.size() > 1) co_return Findings{finding(domain, "SPF", kFailure, fmt::format("there are {}, which counts as none", records.size()), "merge them into one record")};
  if (!mail::parse_spf_record(records.front())) co_return Findings{finding(domain, "SPF", kFailure, "it does not parse: " + records.front(), fix)};
  const int lookups = co_await count_lookups(patient, domain);
  Findings findings;
  const bool few = lookups <= mail::kSpfLookupsMax;
  findings.push_back(finding(domain, "SPF look-ups", few ? kGood : kFailure, fmt::format("{}{} of at most {}", few ? "" : "more than ", few ? lookups : mail::kSpfLookupsMax, mail::kSpfLookupsMax),
                             "take includes out that are not needed, or name networks with ip4: and ip6:"));
  const std::vector<std::string> ours = co_await sources(patient);
  if (ours.empty()) findings.push_back(finding(domain, "SPF", kSkipped, fmt::format("{}; no public address of ours is known", records.front()), "add an A record for the host name, or set delivery.ipv4"));
  for (const std::string& address : ours) {
    const mail::SpfVerdict verdict = co_await evaluate_spf(patient, domain, *mail::parse_ip(address));
    const bool pass = verdict.result == mail::SpfResult::kPass;
    findings.push_back(finding(domain, "SPF " + address, pass ? kGood : kFailure, fmt::format("{}: {}", mail::name_of(verdict.result), records.front()),
                               fmt::format("add a:{} to the record", patient.options.hostname)));
  }
  co_return findings;
}

/// In words, beyond what a receiver would say; empty when DNS does not answer.
asio::awaitable<std::string> trouble_of_key(Patient patient, std::string domain, boost::json::object record) {
  const std::string name = text_at(record, "name");
  const Result<net::DnsAnswer<std::string>> published = co_await patient.resolver.txt(name, patient.deadline);
  if (!published) co_return std::string();
  const Result<net::DnsAnswer<std::string>> doubled = co_await patient.resolver.txt(fmt::format("{}.{}", name, domain), patient.deadline);
  co_return dkim_trouble(text_at(record, "value"), published->records, doubled ? doubled->records : std::vector<std::string>{});
}

/// A message that our keys have signed is verified as a receiver does it: with what is published.
asio::awaitable<Findings> check_dkim(Patient patient, boost::json::object domain) {
  const std::string name = text_at(domain, "name"), probe = text_at(domain, "probe");
  const mail::HeaderBlock header = mail::HeaderBlock::scan(probe);
  const mail::DkimVerifier verifier(header);
  mail::DnsAnswers answers;
  for (const mail::DnsQuestion& question : verifier.questions()) {
    mail::DnsAnswer answer = co_await ask(patient, question);
    answers.add(question, std::move(answer));
  }
  const mail::DkimReport report = verifier.finish(answers);
  Findings findings;
  for (const boost::json::value& one : domain.at("records").as_array()) {
    const boost::json::object& record = one.as_object();
    const std::string selector = text_at(record, "selector");
    const auto verdict = std::ranges::find(report.signatures, selector, &mail::DkimVerdict::selector);
    const std::string fix = fmt::format("set the TXT record of {} to: {}", text_at(record, "name"), text_at(record, "value"));
    const bool pending = text_at(record, "state") == "pending";
    if (verdict == report.signatures.end()) {
      findings.push_back(finding(name, "DKIM " + selector, kSkipped, "more keys than receivers look at", "remove keys that are not used"));
    } else if (verdict->result == mail::DkimResult::kPass) {
      findings.push_back(finding(name, "DKIM " + selector, kGood, pending ? "the new key is published" : "a signature of ours verifies with the published key"));
    } else {
      const bool unsure = pending || verdict->result == mail::DkimResult::kTemperror;
      const std::string trouble = co_await trouble_of_key(patient, name, record);
      const std::string found = fmt::format("{}: {}{}{}", mail::name_of(verdict->result), verdict->reason, trouble.empty() ? "" : "; ", trouble);
      findings.push_back(finding(name, "DKIM " + selector, unsure ? kWarning : kFailure, found, fix));
    }
  }
  if (findings.empty()) findings.push_back(finding(name, "DKIM", kFailure, "the domain has no keys", "add the domain again: `postroad domain add`"));
  co_return findings;
}

asio::awaitable<Findings> check_dmarc(Patient patient, std::string domain) {
  const Result<net::DnsAnswer<std::string>> answer = co_await patient.resolver.txt("_dmarc." + domain, patient.deadline);
  const std::string fix = fmt::format("set the TXT record of _dmarc.{} to: v=DMARC1; p=none; rua=mailto:postmaster@{}", domain, domain);
  if (!answer) co_return Findings{finding(domain, "DMARC", kWarning, answer.error().detail, "ask again when DNS answers")};
  std::vector<std::string> records = answer->records;
  std::erase_if(records, [](const std::string& one) { return !ascii_istarts_with(one, "v=DMARC1"); });
  if (records.empty()) co_return Findings{finding(domain, "DMARC", kWarning, "there is none, which large receivers hold against senders", fix)};
  if (records.size() > 1) co_return Findings{finding(domain, "DMARC", kFailure, fmt::format("there are {}, which counts as none", records.size()), fix)};
  const std::optional<mail::DmarcRecord> record = mail::parse_dmarc_record(records.front());
  co_return Findings{finding(domain, "DMARC", record ? kGood : kFailure, record ? records.front() : "it does not count: " + records.front(), fix)};
}

/// Return paths are in the sending domain itself: it must be able to get mail.
asio::awaitable<Findings> check_mx(Patient patient, std::string domain) {
  const std::string fix = fmt::format("add an MX record for {}: 10 {}", domain, patient.options.hostname);
  const Result<net::DnsAnswer<net::MxRecord>> answer = co_await patient.resolver.mx(domain, patient.deadline);
  if (!answer) co_return Findings{finding(domain, "MX", kWarning, answer.error().detail, "ask again when DNS answers")};
  std::vector<std::string> hosts;
  for (const net::MxRecord& record : answer->records) hosts.push_back(record.host);
  const bool refuses = hosts.size() == 1 && hosts.front().empty();  // RFC 7505
  const std::string shown = hosts.empty() ? "there is none" : refuses ? "it is \".\": the domain takes no mail" : fmt::format("{}", fmt::join(hosts, ", "));
  Findings findings;
  findings.push_back(finding(domain, "MX", hosts.empty() ? kWarning : refuses ? kFailure : kGood, shown, fix));
  const bool here = std::ranges::any_of(hosts, [&](const std::string& host) { return ascii_iequals(host, patient.options.hostname); });
  if (refuses) {
    findings.push_back(finding(domain, "return path", kFailure, "receivers refuse a sender that takes no bounces", fix));
  } else {
    findings.push_back(finding(domain, "return path", kSkipped, fmt::format("late bounces go to {}; inbound mail is not built yet",
                                                                           here ? "this server" : hosts.empty() ? "nobody" : hosts.front()), "nothing to do"));
  }
  findings.push_back(finding(domain, "tracking CNAME", kSkipped, "tracking is not built yet", "nothing to do"));
  co_return findings;
}

}  // namespace

asio::awaitable<Findings> check_domains(Patient patient, std::string domains) {
  const boost::json::value list = boost::json::parse(domains);
  const boost::json::array& all = list.at("domains").as_array();
  if (all.empty()) co_return Findings{{"domains", "any", kSkipped, "there is no sending domain", "postroad domain add mail.example.com"}};
  std::vector<asio::awaitable<Findings>> work;
  for (const boost::json::value& one : all) {
    const std::string name = text_at(one.as_object(), "name");
    work.push_back(check_spf(patient, name));
    work.push_back(check_dkim(patient, one.as_object()));
    work.push_back(check_dmarc(patient, name));
    work.push_back(check_mx(patient, name));
  }
  Findings findings = co_await all_of(std::move(work));
  const auto total = static_cast<std::size_t>(number_at(list.as_object(), "total"));
  if (total > all.size()) {
    findings.push_back({"domains", "more", kSkipped, fmt::format("{} of {} domains were looked at", all.size(), total), "`postroad domain dns NAME` shows the rest"});
  }
  co_return findings;
}

}  // namespace postroad::app::doctor
