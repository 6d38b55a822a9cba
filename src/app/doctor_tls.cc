// Certificates: the one in the configuration, and what every listener shows.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "app/doctor.h"
#include "app/remote.h"
#include "mail/date.h"
#include "mail/smtp/reply_parser.h"
#include "net/certificate.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;

constexpr std::chrono::days kExpiresSoon{14};
constexpr unsigned kOthers = 007;  ///< A group may read a key: that of the certificates.

const char* const kCertificateFix = "tls.mode = \"files\" with a certificate and its chain for server.hostname";

void check_file(Patient patient, Findings& findings) {
  const ServerOptions& options = patient.options;
  const Result<std::unique_ptr<net::ServerTls>> usable = net::ServerTls::from_files(options.tls_cert, options.tls_key);
  if (!usable) {
    findings.push_back({"tls", "certificate", kFailure, usable.error().detail, "renew it; tls.cert holds the chain, tls.key its key"});
    return;
  }
  const Result<std::string> pem = read_whole_file(options.tls_cert);
  const Result<net::CertificateFacts> facts = pem ? net::read_certificate(*pem, options.hostname) : std::unexpected(pem.error());
  if (!facts) {
    findings.push_back({"tls", "certificate", kFailure, facts.error().detail, kCertificateFix});
    return;
  }
  const std::size_t first = findings.size();
  findings.push_back({"tls", "name", facts->names_host ? kGood : kFailure,
                      fmt::format("{} {} {}", options.tls_cert, facts->names_host ? "is for" : "is not for", options.hostname),
                      facts->names_host ? "" : fmt::format("get a certificate for {}", options.hostname)});
  const bool whole = facts->chain_holds && !facts->self_signed && facts->chain > 0;
  findings.push_back({"tls", "chain", whole ? kGood : kWarning,
                      facts->self_signed          ? std::string("it is signed by itself")
                      : !facts->chain_holds       ? std::string("one certificate of the chain is not signed by the next")
                      : facts->chain == 0         ? std::string("there is no certificate of who issued it")
                                                  : fmt::format("{} certificates behind it, each signs the one before", facts->chain),
                      whole ? "" : "put the certificates of the authority behind yours in tls.cert (fullchain.pem)"});
  const auto now = std::chrono::floor<std::chrono::seconds>(patient.clock.wall());
  const bool over = facts->not_after <= now, soon = facts->not_after <= now + kExpiresSoon;
  findings.push_back({"tls", "expiry", over ? kFailure : soon ? kWarning : kGood, fmt::format("it {} {}", over ? "ended" : "is good until", mail::format_date(facts->not_after)),
                      over || soon ? "renew it, and see why that did not happen by itself" : ""});
  if (!facts->self_signed || facts->chain != 0) return;
  for (std::size_t i = first; i < findings.size(); ++i) {
    const bool renewable = findings[i].level != kGood && findings[i].check != "chain";
    if (renewable) findings[i].remedy = Remedy{Remedy::Kind::kCertificate, fmt::format("make a new certificate, signed by itself, for {}", options.hostname), options.tls_cert, {}};
  }
}

void check_key_file(const ServerOptions& options, Findings& findings) {
  struct ::stat facts {};
  std::error_code ignored;
  const std::string path = std::filesystem::canonical(options.tls_key, ignored).string();
  if (path.empty() || ::stat(path.c_str(), &facts) != 0) return;
  Finding finding = rights_finding("tls", "key file", path, facts.st_mode & 07777, kOthers);
  if (finding.level != kGood) findings.push_back(std::move(finding));
}

/// From the first byte, or after EHLO and STARTTLS.
asio::awaitable<Result<void>> ask_for_tls(net::Stream& stream, const std::string& hostname, Deadline deadline) {
  mail::smtp::ReplyParser parser;
  char byte = 0;
  const std::vector<std::string> lines = {"", "EHLO " + hostname + "\r\n", "STARTTLS\r\n"};
  for (const std::string& line : lines) {
    if (!line.empty()) CO_RETURN_IF_ERROR(co_await stream.write(line, deadline));
    while (!parser.reply()) {  // Byte by byte: nothing behind the last reply may be taken in before the handshake.
      CO_ASSIGN_OR_RETURN(const std::size_t got, co_await stream.read_some({&byte, 1}, deadline));
      const std::string_view piece(&byte, got);
      CO_RETURN_IF_ERROR(parser.consume(piece));
    }
    const std::optional<mail::smtp::Reply> reply = parser.take();
    if (!reply->positive()) co_return fail_permanent(ErrorCode::kTlsFailure, fmt::format("{}: {}", line.empty() ? "greeting" : line.substr(0, line.size() - 2), reply->summary()));
  }
  co_return Result<void>{};
}

asio::awaitable<Findings> check_served(Patient patient, std::string what, net::Endpoint at, bool starttls) {
  at = from_here(std::move(at));
  const std::string check = fmt::format("{} {}", what, at.text());
  Result<net::StreamPtr> stream = co_await patient.network.connect(at, "", patient.deadline);
  if (!stream) co_return Findings{{"tls", check, kSkipped, "the server does not run: " + stream.error().detail, "start it, then ask again"}};
  if (starttls) {
    const Result<void> asked = co_await ask_for_tls(**stream, patient.options.hostname, patient.deadline);
    if (!asked) co_return Findings{{"tls", check, kFailure, asked.error().detail, "STARTTLS is offered when tls.mode is not off; see the server's log"}};
  }
  const Result<net::TlsInfo> info = co_await (*stream)->start_tls_client(patient.tls, patient.options.hostname, patient.deadline);
  if (!info) co_return Findings{{"tls", check, kFailure, info.error().detail, kCertificateFix}};
  co_return Findings{{"tls", check, info->peer_verified ? kGood : kWarning,
                      fmt::format("{} {}{}", info->version, info->cipher, info->peer_verified ? ", verifies" : ", does not verify: " + info->verify_error),
                      info->peer_verified ? "" : kCertificateFix}};
}

}  // namespace

asio::awaitable<Findings> check_tls(Patient patient) {
  const ServerOptions& options = patient.options;
  if (options.tls_mode == "off") co_return Findings{{"tls", "mode", kWarning, "tls.mode is off: keys and passwords travel in clear text", kCertificateFix}};
  Findings findings;
  if (options.tls_mode == "files") {
    check_file(patient, findings);
    check_key_file(options, findings);
  }
  std::vector<asio::awaitable<Findings>> work;
  for (const net::Endpoint& at : options.http_listen) work.push_back(check_served(patient, "http", at, false));
  for (const net::Endpoint& at : options.submission_listen) work.push_back(check_served(patient, "submission", at, true));
  for (const net::Endpoint& at : options.submission_listen_tls) work.push_back(check_served(patient, "submission", at, false));
  Findings served = co_await all_of(std::move(work));
  std::ranges::move(served, std::back_inserter(findings));
  co_return findings;
}

}  // namespace postroad::app::doctor
