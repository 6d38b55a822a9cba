// What the network says: the resolver, the way out, our own listeners.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/doctor.h"
#include "base/text.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;

/// Large receivers whose port 25 answers everybody that may use it.
constexpr std::array<const char*, 3> kLargeReceivers = {"gmail.com", "outlook.com", "yahoo.com"};
constexpr std::uint16_t kSmtpPort = 25;

Finding no_answer(std::string group, std::string check, const Error& error) {
  return {std::move(group), std::move(check), kFailure, error.detail, "let this machine ask its resolver: /etc/resolv.conf, or [dns] servers"};
}

/// Whether the first MX of a large receiver greets us.
asio::awaitable<Findings> check_way_out(Patient patient, std::string receiver) {
  const Deadline deadline = patient.deadline;
  const std::string check = "port 25 to " + receiver;
  const std::string fix = "your host filters port 25: ask them to open it";
  Result<net::DnsAnswer<net::MxRecord>> servers = co_await patient.resolver.mx(receiver, deadline);
  if (!servers) co_return Findings{{"network", check, kSkipped, servers.error().detail, "see the check of the resolver"}};
  if (servers->records.empty()) co_return Findings{{"network", check, kWarning, receiver + " names no mail server", "try again later"}};
  const net::MxRecord server = *std::ranges::min_element(servers->records, {}, &net::MxRecord::preference);
  std::string trouble;
  const std::vector<std::string> found = co_await addresses(patient.resolver, server.host, deadline, trouble);
  if (found.empty()) co_return Findings{{"network", check, kWarning, fmt::format("{} has no address {}", server.host, trouble), "try again later"}};
  net::Endpoint to{found.front(), kSmtpPort};
  Result<net::StreamPtr> stream = co_await patient.network.connect(std::move(to), patient.options.source_ipv4, deadline);
  if (!stream) co_return Findings{{"network", check, kFailure, stream.error().detail, fix}};
  std::array<char, 512> greeting{};
  const Result<std::size_t> got = co_await (*stream)->read_some(greeting, deadline);
  if (!got) co_return Findings{{"network", check, kFailure, fmt::format("{}: no greeting: {}", server.host, got.error().detail), fix}};
  const std::string line(trim(std::string_view(greeting.data(), *got)));
  const bool good = line.starts_with("220");
  co_return Findings{{"network", check, good ? kGood : kFailure, fmt::format("{}: {}", server.host, line.substr(0, line.find('\r'))),
                    good ? "" : "this receiver refuses our address: look at its answer, and at blocklists"}};
}

asio::awaitable<Findings> check_resolver(Patient patient) {
  const Result<net::DnsAnswer<net::MxRecord>> answer = co_await patient.resolver.mx("gmail.com", patient.deadline);
  if (!answer) co_return Findings{no_answer("network", "resolver", answer.error())};
  if (answer->records.empty()) {
    co_return Findings{{"network", "resolver", kWarning, "answers, but knows no mail server of gmail.com",
                      "it is cut off or filters: name another with [dns] servers"}};
  }
  co_return Findings{{"network", "resolver", kGood, fmt::format("answers, {} mail servers of gmail.com", answer->records.size()), ""}};
}

/// A domain whose signatures are broken on purpose: who validates does not get its address.
constexpr const char* kBrokenDomain = "dnssec-failed.org";

asio::awaitable<Findings> check_validation(Patient patient) {
  const std::string fix = patient.options.dnssec ? "name resolvers that pass DNSSEC records on: [dns] servers" : "dns.dnssec = true, or a resolver that validates";
  const Result<net::DnsAnswer<net::MxRecord>> whole = co_await patient.resolver.mx("gmail.com", patient.deadline);
  if (!whole || whole->records.empty()) co_return Findings{{"network", "DNSSEC", kSkipped, "the resolver does not answer", "see the check of the resolver"}};
  const Result<net::DnsAnswer<std::string>> broken = co_await patient.resolver.a(kBrokenDomain, patient.deadline);
  if (!broken) co_return Findings{{"network", "DNSSEC", kGood, fmt::format("{} is not believed: answers are validated", kBrokenDomain), ""}};
  if (broken->records.empty()) co_return Findings{{"network", "DNSSEC", kSkipped, fmt::format("{} is not there: it cannot be told", kBrokenDomain), "try again later"}};
  co_return Findings{{"network", "DNSSEC", kWarning, fmt::format("{} is believed: answers are not validated", kBrokenDomain), fix}};
}

/// Blocklists refuse resolvers that thousands share; receivers' answers are then unknown to us.
asio::awaitable<Findings> check_public_resolver(Patient patient) {
  const std::string fix = "let postroad ask the root servers or a resolver of your own: [dns] servers";
  const Result<net::DnsAnswer<std::string>> test = co_await patient.resolver.a(blocklist_name("127.0.0.2", "zen.spamhaus.org"), patient.deadline);
  if (!test) co_return Findings{{"network", "resolver and blocklists", kWarning, test.error().detail, fix}};
  switch (listing_of(test->records)) {
    case Listing::kListed: co_return Findings{{"network", "resolver and blocklists", kGood, "blocklists answer this resolver", ""}};
    case Listing::kRefused:
      co_return Findings{{"network", "resolver and blocklists", kWarning, fmt::format("blocklists refuse this resolver as a public one: {}", test->records.front()), fix}};
    case Listing::kNone: break;
  }
  co_return Findings{{"network", "resolver and blocklists", kWarning, "the resolver does not pass on what blocklists say", fix}};
}

asio::awaitable<Findings> check_listener(Patient patient, std::string what, net::Endpoint at) {
  at = from_here(std::move(at));
  const std::string place = at.text();
  const Result<net::StreamPtr> stream = co_await patient.network.connect(std::move(at), "", patient.deadline);
  co_return Findings{{"network", fmt::format("{} {}", what, place), stream ? kGood : kWarning, stream ? "answers" : stream.error().detail,
                    stream ? "" : "start the server: `postroad serve`; or see what `journalctl -u postroad` says"}};
}

}  // namespace

asio::awaitable<Findings> check_network(Patient patient) {
  std::vector<asio::awaitable<Findings>> work;
  work.push_back(check_resolver(patient));
  work.push_back(check_validation(patient));
  work.push_back(check_public_resolver(patient));
  for (const char* receiver : kLargeReceivers) work.push_back(check_way_out(patient, receiver));
  for (const net::Endpoint& at : patient.options.http_listen) work.push_back(check_listener(patient, "http", at));
  for (const net::Endpoint& at : patient.options.submission_listen) work.push_back(check_listener(patient, "submission", at));
  for (const net::Endpoint& at : patient.options.submission_listen_tls) work.push_back(check_listener(patient, "submission", at));
  work.push_back(check_port_25_here(patient));
  Findings findings = co_await all_of(std::move(work));
  findings.push_back({"network", "ports from outside", kSkipped, "only a machine elsewhere can tell", fmt::format("on another network: postroad doctor --outside {}", patient.options.hostname)});
  co_return findings;
}

}  // namespace postroad::app::doctor
