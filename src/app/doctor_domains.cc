// What the world's DNS says of our sending domains.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "app/doctor.h"
#include "app/remote.h"
#include "base/text.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;

constexpr std::size_t kDomainsMax = 20;

/// The records that begin so; nullopt and a finding when DNS does not answer.
asio::awaitable<Result<std::vector<std::string>>> records(net::Resolver& resolver, std::string name, std::string_view begin, Deadline deadline) {
  Result<net::DnsAnswer<std::string>> answer = co_await resolver.txt(std::move(name), deadline);
  if (!answer) co_return std::unexpected(std::move(answer).error());
  std::erase_if(answer->records, [begin](const std::string& record) { return !ascii_istarts_with(record, begin); });
  co_return std::move(answer->records);
}

asio::awaitable<Finding> check_spf(net::Resolver& resolver, std::string domain, const std::string& hostname, Deadline deadline) {
  const Result<std::vector<std::string>> found = co_await records(resolver, domain, "v=spf1", deadline);
  const std::string fix = fmt::format("add a TXT record for {}: v=spf1 a:{} ~all", domain, hostname);
  if (!found) co_return Finding{"domains", domain + " SPF", kWarning, found.error().detail, fix};
  if (found->empty()) co_return Finding{"domains", domain + " SPF", kFailure, "there is none", fix};
  if (found->size() > 1) {
    co_return Finding{"domains", domain + " SPF", kFailure, fmt::format("there are {}, which counts as none", found->size()), "merge them into one record"};
  }
  co_return Finding{"domains", domain + " SPF", kGood, found->front(), ""};
}

std::string without_spaces(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t'; });
  return text;
}

/// Against the key that signs, not only whether something is there.
asio::awaitable<Finding> check_dkim(net::Resolver& resolver, std::string name, std::string wanted, Deadline deadline) {
  Result<net::DnsAnswer<std::string>> answer = co_await resolver.txt(name, deadline);
  const std::string fix = fmt::format("add a TXT record for {}: {}", name, wanted);
  if (!answer) co_return Finding{"domains", name, kWarning, answer.error().detail, fix};
  if (answer->records.empty()) co_return Finding{"domains", name, kFailure, "there is none", fix};
  const bool same = std::ranges::any_of(answer->records, [&](const std::string& record) { return without_spaces(record) == without_spaces(wanted); });
  co_return Finding{"domains", name, same ? kGood : kFailure, same ? "is the key that signs" : "is not the key that signs", same ? "" : fix};
}

asio::awaitable<Finding> check_dmarc(net::Resolver& resolver, std::string domain, Deadline deadline) {
  const Result<std::vector<std::string>> found = co_await records(resolver, "_dmarc." + domain, "v=DMARC1", deadline);
  const std::string fix = fmt::format("add a TXT record for _dmarc.{}: v=DMARC1; p=none", domain);
  if (!found) co_return Finding{"domains", domain + " DMARC", kWarning, found.error().detail, fix};
  if (found->empty()) co_return Finding{"domains", domain + " DMARC", kWarning, "there is none, which large receivers hold against senders", fix};
  co_return Finding{"domains", domain + " DMARC", kGood, found->front(), ""};
}

}  // namespace

asio::awaitable<Findings> check_domains(Patient patient, std::string domains) {
  const Deadline deadline = patient.clock.mono() + kQuestionMax;
  Findings findings;
  const boost::json::value list = boost::json::parse(domains);
  const boost::json::array& all = list.at("domains").as_array();
  for (std::size_t i = 0; i < std::min(all.size(), kDomainsMax); ++i) {
    const boost::json::object& domain = all[i].as_object();
    const std::string name = text_at(domain, "name");
    Finding spf = co_await check_spf(patient.resolver, name, patient.options.hostname, deadline);
    findings.push_back(std::move(spf));
    for (const boost::json::value& record : domain.at("records").as_array()) {
      Finding dkim = co_await check_dkim(patient.resolver, text_at(record.as_object(), "name"), text_at(record.as_object(), "value"), deadline);
      findings.push_back(std::move(dkim));
    }
    Finding dmarc = co_await check_dmarc(patient.resolver, name, deadline);
    findings.push_back(std::move(dmarc));
  }
  if (all.size() > kDomainsMax) {
    findings.push_back({"domains", "more", kSkipped, fmt::format("{} of {} domains were looked at", kDomainsMax, all.size()), "`postroad domain dns NAME` shows the rest"});
  }
  if (all.empty()) findings.push_back({"domains", "any", kSkipped, "there is no sending domain", "postroad domain add mail.example.com"});
  co_return findings;
}

}  // namespace postroad::app::doctor
