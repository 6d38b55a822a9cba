// Whether receivers will find our addresses on a blocklist.
#include <fmt/format.h>

#include "app/doctor.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;

struct Blocklist {
  const char* zone;
  const char* removal;
};
/// Lists that anybody may ask, with where one asks to be taken off.
constexpr Blocklist kBlocklists[] = {
    {"zen.spamhaus.org", "https://check.spamhaus.org"},
    {"bl.spamcop.net", "https://www.spamcop.net/bl.shtml"},
    {"b.barracudacentral.org", "https://www.barracudacentral.org/rbl/removal-request"},
    {"psbl.surriel.com", "https://psbl.org"},
    {"dnsbl-1.uceprotect.net", "https://www.uceprotect.net/en/rblcheck.php"},
    {"bl.mailspike.net", "https://mailspike.org"},
    {"all.s5h.net", "https://www.usenix.org.uk/content/rbl.html"},
    {"dnsbl.dronebl.org", "https://dronebl.org/lookup"},
    {"truncate.gbudb.net", "https://www.gbudb.com/truncate"},
};
static_assert(std::size(kBlocklists) == 9);
constexpr const char* kTestAddress = "127.0.0.2";  ///< RFC 5782 §5: on every list.

/// A list that does not have its test entry says nothing by silence.
asio::awaitable<Findings> check_list(Patient patient, Blocklist list, std::vector<std::string> addresses) {
  const std::string check = list.zone;
  const std::string resolver = "let postroad ask the root servers or a resolver of your own: [dns] servers";
  const Result<net::DnsAnswer<std::string>> test = co_await patient.resolver.a(blocklist_name(kTestAddress, list.zone), patient.deadline);
  if (!test) co_return Findings{{"reputation", check, kSkipped, test.error().detail, resolver}};
  switch (listing_of(test->records)) {
    case Listing::kRefused: co_return Findings{{"reputation", check, kSkipped, "refuses to answer this resolver", resolver}};
    case Listing::kNone: co_return Findings{{"reputation", check, kSkipped, "does not have its own test entry: it is not reached", resolver}};
    case Listing::kListed: break;
  }
  Findings findings;
  for (const std::string& address : addresses) {
    const Result<net::DnsAnswer<std::string>> answer = co_await patient.resolver.a(blocklist_name(address, list.zone), patient.deadline);
    const std::string named = fmt::format("{} {}", list.zone, address);
    if (!answer) {
      findings.push_back({"reputation", named, kSkipped, answer.error().detail, resolver});
    } else if (listing_of(answer->records) == Listing::kListed) {
      findings.push_back({"reputation", named, kFailure, fmt::format("{} is listed: {}", address, answer->records.front()),
                          fmt::format("find out why it sent spam, then ask to be taken off: {}", list.removal)});
    } else if (listing_of(answer->records) == Listing::kRefused) {
      findings.push_back({"reputation", named, kSkipped, "refuses to answer this resolver", resolver});
    } else {
      findings.push_back({"reputation", named, kGood, "not listed", ""});
    }
  }
  co_return findings;
}

}  // namespace

asio::awaitable<Findings> check_reputation(Patient patient) {
  std::vector<std::string> ours = co_await sources(patient);
  if (ours.empty()) {
    co_return Findings{{"reputation", "blocklists", kSkipped, "no public address is known: the host name has none and delivery.ipv4 is empty",
                        "add an A record for the host name, or set delivery.ipv4"}};
  }
  std::vector<asio::awaitable<Findings>> work;
  for (const Blocklist& list : kBlocklists) work.push_back(check_list(patient, list, ours));
  co_return co_await all_of(std::move(work));
}

}  // namespace postroad::app::doctor
