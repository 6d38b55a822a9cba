// Another machine's ports, as they are reached from here: what no server can tell of itself.
#include <fmt/format.h>

#include <array>

#include "app/doctor.h"
#include "base/text.h"
#include "mail/ip_text.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;

struct Port {
  std::uint16_t number;
  std::string_view what;
  bool greets;  ///< In clear text, with 220 (RFC 5321 §4.3.1).
};
constexpr std::array<Port, 5> kPorts = {{{443, "HTTPS", false}, {80, "HTTP", false}, {587, "submission", true}, {465, "submission over TLS", false}, {25, "mail from the world", true}}};

asio::awaitable<Findings> check_port(Patient patient, std::string host, std::string address, Port port) {
  const std::string check = fmt::format("{} port {}", host, port.number);
  const std::string what(port.what);
  const std::string fix = fmt::format("if it is to be used: let the server listen there for {}, and open it in every firewall on the way", what);
  const Result<net::StreamPtr> stream = co_await patient.network.connect({address, port.number}, "", patient.deadline);
  if (!stream) co_return Findings{{"outside", check, kWarning, stream.error().detail, fix}};
  if (!port.greets) co_return Findings{{"outside", check, kGood, what + ": it is open", ""}};
  std::array<char, 512> greeting{};
  const Result<std::size_t> got = co_await (*stream)->read_some(greeting, patient.deadline);
  if (!got) co_return Findings{{"outside", check, kFailure, "it is open, and says nothing: " + got.error().detail, "something on the way holds it: look at firewalls and proxies"}};
  const std::string_view line = trim(std::string_view(greeting.data(), *got));
  const bool good = line.starts_with("220");
  co_return Findings{{"outside", check, good ? kGood : kFailure, fmt::format("{}: {}", what, line.substr(0, line.find('\r'))), good ? "" : "see what answers there"}};
}

}  // namespace

asio::awaitable<Findings> check_outside(Patient patient, std::string host) {
  std::string trouble;
  std::vector<std::string> found{host};
  if (!mail::parse_ip(host)) found = co_await addresses(patient.resolver, host, patient.deadline, trouble);
  if (found.empty()) {
    co_return Findings{{"outside", host, kFailure, fmt::format("there is no address {}", trouble), fmt::format("add A and AAAA records for {}", host)}};
  }
  std::vector<asio::awaitable<Findings>> work;
  for (const Port port : kPorts) work.push_back(check_port(patient, host, found.front(), port));
  co_return co_await all_of(std::move(work));
}

asio::awaitable<Findings> check_port_25_here(Patient patient) {
  const std::string fix = "postroad takes no mail from the world yet; nothing to do";
  const Result<net::StreamPtr> stream = co_await patient.network.connect({"127.0.0.1", 25}, "", patient.deadline);
  if (!stream) co_return Findings{{"network", "port 25 in", kSkipped, "nobody listens there, and inbound mail is not built yet", fix}};
  std::array<char, 512> greeting{};
  const Result<std::size_t> got = co_await (*stream)->read_some(greeting, patient.deadline);
  const std::string_view line = got ? trim(std::string_view(greeting.data(), *got)) : std::string_view();
  if (!line.starts_with("220")) {
    co_return Findings{{"network", "port 25 in", kWarning, "something is there that does not greet", "see what listens: `ss -ltnp sport = :25`"}};
  }
  co_return Findings{{"network", "port 25 in", kGood, fmt::format("another server takes mail, late bounces too: {}", line.substr(0, line.find('\r'))), ""}};
}

}  // namespace postroad::app::doctor
