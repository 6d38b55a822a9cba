// What the network says: our name, the way out, our own listeners and their certificate.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "app/doctor.h"
#include "base/text.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;
using namespace asio::experimental::awaitable_operators;

/// Large receivers whose port 25 answers everybody that may use it.
constexpr std::array<const char*, 3> kLargeReceivers = {"gmail.com", "outlook.com", "yahoo.com"};
constexpr std::uint16_t kSmtpPort = 25;

Finding no_answer(std::string group, std::string check, const Error& error) {
  return {std::move(group), std::move(check), kFailure, error.detail, "let this machine ask its resolver: /etc/resolv.conf, or [dns] servers"};
}

asio::awaitable<std::vector<std::string>> addresses(net::Resolver& resolver, std::string name, Deadline deadline, std::string& trouble) {
  Result<net::DnsAnswer<std::string>> four = co_await resolver.a(name, deadline);
  Result<net::DnsAnswer<std::string>> six = co_await resolver.aaaa(name, deadline);
  std::vector<std::string> all;
  if (four) all = std::move(four->records);
  if (six) std::ranges::move(six->records, std::back_inserter(all));
  if (!four) trouble = four.error().detail;
  co_return all;
}

/// The reverse name of one address leads back to it.
asio::awaitable<Finding> check_reverse(Patient patient, std::string hostname, std::string address, Deadline deadline) {
  const std::string fix = fmt::format("ask your provider to set the reverse name of {} to {}", address, hostname);
  const Result<net::DnsAnswer<std::string>> names = co_await patient.resolver.ptr(address, deadline);
  if (!names) co_return Finding{"name", "reverse", kWarning, names.error().detail, fix};
  const bool good = std::ranges::any_of(names->records, [&](const std::string& name) { return ascii_iequals(name, hostname); });
  co_return Finding{"name", "reverse", good ? kGood : kFailure,
                    fmt::format("{} → {}", address, names->records.empty() ? "no name" : fmt::format("{}", fmt::join(names->records, ", "))), good ? "" : fix};
}

/// Whether the first MX of a large receiver greets us.
asio::awaitable<Finding> check_way_out(Patient patient, std::string receiver, Deadline deadline) {
  const std::string check = "port 25 to " + receiver;
  const std::string fix = "your host filters port 25: ask them to open it";
  Result<net::DnsAnswer<net::MxRecord>> servers = co_await patient.resolver.mx(receiver, deadline);
  if (!servers) co_return no_answer("network", check, servers.error());
  if (servers->records.empty()) co_return Finding{"network", check, kWarning, receiver + " names no mail server", "try again later"};
  const net::MxRecord server = *std::ranges::min_element(servers->records, {}, &net::MxRecord::preference);
  std::string trouble;
  const std::vector<std::string> found = co_await addresses(patient.resolver, server.host, deadline, trouble);
  if (found.empty()) co_return Finding{"network", check, kWarning, fmt::format("{} has no address {}", server.host, trouble), "try again later"};
  net::Endpoint to{found.front(), kSmtpPort};
  Result<net::StreamPtr> stream = co_await patient.network.connect(std::move(to), patient.options.source_ipv4, deadline);
  if (!stream) co_return Finding{"network", check, kFailure, stream.error().detail, fix};
  std::array<char, 512> greeting{};
  const Result<std::size_t> got = co_await (*stream)->read_some(greeting, deadline);
  if (!got) co_return Finding{"network", check, kFailure, fmt::format("{}: no greeting: {}", server.host, got.error().detail), fix};
  const std::string line(trim(std::string_view(greeting.data(), *got)));
  const bool good = line.starts_with("220");
  co_return Finding{"network", check, good ? kGood : kFailure, fmt::format("{}: {}", server.host, line.substr(0, line.find('\r'))),
                    good ? "" : "this receiver refuses our address: look at its answer, and at blocklists"};
}

asio::awaitable<Finding> check_resolver(Patient patient, Deadline deadline) {
  const Result<net::DnsAnswer<net::MxRecord>> answer = co_await patient.resolver.mx("gmail.com", deadline);
  if (!answer) co_return no_answer("network", "resolver", answer.error());
  if (answer->records.empty()) {
    co_return Finding{"network", "resolver", kWarning, "answers, but knows no mail server of gmail.com",
                      "it is cut off or filters: name another with [dns] servers"};
  }
  co_return Finding{"network", "resolver", kGood, fmt::format("answers, {} mail servers of gmail.com", answer->records.size()), ""};
}

asio::awaitable<Finding> check_listener(Patient patient, std::string what, net::Endpoint at, Deadline deadline) {
  if (at.address == "0.0.0.0") at.address = "127.0.0.1";
  if (at.address == "::") at.address = "::1";
  const std::string place = at.text();
  const Result<net::StreamPtr> stream = co_await patient.network.connect(std::move(at), "", deadline);
  co_return Finding{"network", fmt::format("{} {}", what, place), stream ? kGood : kWarning, stream ? "answers" : stream.error().detail,
                    stream ? "" : "start the server: `postroad serve`; or see what `journalctl -u postroad` says"};
}

}  // namespace

asio::awaitable<Findings> check_name(Patient patient) {
  const Deadline deadline = patient.clock.mono() + kQuestionMax;
  const std::string& hostname = patient.options.hostname;
  Findings findings;
  if (hostname == "localhost" || hostname.find('.') == std::string::npos) {
    findings.push_back({"name", "hostname", kFailure, fmt::format("server.hostname is {}", hostname),
                        "set server.hostname to the name that the world has for this machine, as mail.example.com"});
    co_return findings;
  }
  std::string trouble;
  const std::vector<std::string> found = co_await addresses(patient.resolver, hostname, deadline, trouble);
  if (found.empty()) {
    findings.push_back({"name", "hostname", kFailure, trouble.empty() ? fmt::format("{} has no address", hostname) : trouble,
                        fmt::format("add an A record for {} with this machine's address", hostname)});
    co_return findings;
  }
  findings.push_back({"name", "hostname", kGood, fmt::format("{} → {}", hostname, fmt::join(found, ", ")), ""});
  for (const std::string& address : found) {
    Finding finding = co_await check_reverse(patient, hostname, address, deadline);
    findings.push_back(std::move(finding));
  }
  co_return findings;
}

asio::awaitable<Findings> check_network(Patient patient) {
  const Deadline deadline = patient.clock.mono() + kQuestionMax;
  auto [resolver, first, second, third] =
      co_await (check_resolver(patient, deadline) && check_way_out(patient, kLargeReceivers[0], deadline) &&
                check_way_out(patient, kLargeReceivers[1], deadline) && check_way_out(patient, kLargeReceivers[2], deadline));
  Findings findings{std::move(resolver), std::move(first), std::move(second), std::move(third)};
  for (const net::Endpoint& at : patient.options.http_listen) {
    Finding finding = co_await check_listener(patient, "http", at, deadline);
    findings.push_back(std::move(finding));
  }
  for (const net::Endpoint& at : patient.options.submission_listen) {
    Finding finding = co_await check_listener(patient, "submission", at, deadline);
    findings.push_back(std::move(finding));
  }
  co_return findings;
}

asio::awaitable<Findings> check_tls(Patient patient) {
  const Deadline deadline = patient.clock.mono() + kQuestionMax;
  const ServerOptions& options = patient.options;
  const std::string fix = "tls.mode = \"files\" with a certificate for server.hostname";
  if (options.tls_mode == "off") co_return Findings{{"tls", "mode", kWarning, "tls.mode is off: keys and passwords travel in clear text", fix}};
  if (options.tls_mode == "files") {
    const Result<std::unique_ptr<net::ServerTls>> usable = net::ServerTls::from_files(options.tls_cert, options.tls_key);
    if (!usable) co_return Findings{{"tls", "certificate", kFailure, usable.error().detail, "renew it; tls.cert holds the chain, tls.key its key"}};
  }
  if (options.http_listen.empty()) co_return Findings{{"tls", "served", kSkipped, "no [http] listen", "nothing to do"}};
  net::Endpoint at = options.http_listen.front();
  if (at.address == "0.0.0.0") at.address = "127.0.0.1";
  if (at.address == "::") at.address = "::1";
  Result<net::StreamPtr> stream = co_await patient.network.connect(at, "", deadline);
  if (!stream) co_return Findings{{"tls", "served", kSkipped, "the server does not run", "start it, then ask again"}};
  const Result<net::TlsInfo> info = co_await (*stream)->start_tls_client(patient.tls, options.hostname, deadline);
  if (!info) co_return Findings{{"tls", "served", kFailure, info.error().detail, fix}};
  co_return Findings{{"tls", "served", info->peer_verified ? kGood : kWarning,
                      fmt::format("{} {}{}", info->version, info->cipher, info->peer_verified ? ", verifies" : ", does not verify: " + info->verify_error),
                      info->peer_verified ? "" : fix}};
}

}  // namespace postroad::app::doctor
