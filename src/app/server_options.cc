#include "app/server_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "account/accounts.h"
#include "base/text.h"
#include "delivery/target.h"
#include "net/endpoint.h"

namespace postroad::app {
namespace {


Error bad(const Settings& settings, std::string_view name, std::string_view why) {
  return {ErrorCode::kInvalidArgument, Permanence::kPermanent, fmt::format("{}: {}: {}", settings.origin(name), name, why)};
}

Result<std::vector<net::Endpoint>> endpoints(const Settings& settings, std::string_view name) {
  std::vector<net::Endpoint> all;
  for (const std::string& text : settings.list(name)) {
    Result<net::Endpoint> endpoint = net::parse_endpoint(text);
    if (!endpoint) return std::unexpected(bad(settings, name, endpoint.error().detail));
    all.push_back(*std::move(endpoint));
  }
  return all;
}

Result<std::string> secret_from_file(const Settings& settings, std::string_view name) {
  const std::string& path = settings.text(name);
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::unexpected(bad(settings, name, fmt::format("cannot read {}", path)));
  return std::string(trim(line));
}

/// Every address that is listened on: of the settings, or handed over.
Result<void> read_listeners(const Settings& settings, const std::vector<HandedName>& handed, ServerOptions& options) {
  Listeners listeners;
  ASSIGN_OR_RETURN(listeners.http, endpoints(settings, "http.listen"));
  ASSIGN_OR_RETURN(const std::vector<net::Endpoint> submission, endpoints(settings, "submission.listen"));
  ASSIGN_OR_RETURN(listeners.submission_tls, endpoints(settings, "submission.listen_tls"));
  for (const net::Endpoint& at : submission) (at.port == kImplicitTlsPort ? listeners.submission_tls : listeners.submission).push_back(at);
  ASSIGN_OR_RETURN(options.replaced, replace_by_handed(listeners, handed));
  options.http_listen = std::move(listeners.http);
  options.submission_listen = std::move(listeners.submission);
  options.submission_listen_tls = std::move(listeners.submission_tls);
  return {};
}

std::string url_of(const std::vector<net::Endpoint>& listen) {
  return listen.empty() ? "http://localhost" : "http://" + listen.front().text();
}

std::string first(const std::vector<std::string>& list) { return list.empty() ? std::string() : list.front(); }

}  // namespace

Result<ServerOptions> server_options(const Settings& settings, const std::vector<HandedName>& handed) {
  ServerOptions options;
  options.hostname = settings.text("server.hostname");
  options.data_dir = settings.text("server.data_dir");
  options.capture = settings.text("server.mode") == "capture";
  RETURN_IF_ERROR(read_listeners(settings, handed, options));
  options.cors_origins = settings.list("http.cors_origins");
  options.public_url = settings.text("server.public_url");
  if (options.public_url.empty()) options.public_url = url_of(options.http_listen);
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  if (!options.public_url.starts_with("http://") && !options.public_url.starts_with("https://")) {
    return std::unexpected(bad(settings, "server.public_url", "begins with http:// or https://"));
  }

  options.auth_required = settings.flag("submission.auth_required");
  options.allow_plaintext_auth = settings.flag("submission.allow_plaintext_auth");
  std::vector<net::Endpoint> all_submission = options.submission_listen;
  std::ranges::copy(options.submission_listen_tls, std::back_inserter(all_submission));
  for (const net::Endpoint& endpoint : all_submission) {
    if (!options.auth_required && !net::is_loopback(endpoint)) {
      return std::unexpected(bad(settings, "submission.auth_required",
                                 fmt::format("may be false only where every [submission] listener is on loopback, and {} "
                                             "is not: anybody could send through this server", endpoint.text())));
    }
  }

  options.tls_mode = settings.text("tls.mode");
  options.tls_cert = settings.text("tls.cert");
  options.tls_key = settings.text("tls.key");
  options.require_tls = settings.flag("http.require_tls");
  if (options.require_tls && options.tls_mode == "off") {
    return std::unexpected(bad(settings, "http.require_tls", "needs TLS, and tls.mode is \"off\""));
  }
  const bool secure_socket = std::ranges::any_of(handed, [](const HandedName& one) { return one.name == "https"; });
  if (secure_socket && options.tls_mode == "off") {
    return std::unexpected(bad(settings, "tls.mode", "is \"off\", and a socket named https was handed over"));
  }
  if (options.tls_mode == "files" && (options.tls_cert.empty() || options.tls_key.empty())) {
    return std::unexpected(bad(settings, "tls.mode", "\"files\" needs tls.cert and tls.key"));
  }

  options.bootstrap_api_key = settings.text("bootstrap.api_key");
  if (!settings.text("bootstrap.api_key_file").empty()) {
    ASSIGN_OR_RETURN(options.bootstrap_api_key, secret_from_file(settings, "bootstrap.api_key_file"));
  }
  options.bootstrap_domains = settings.list("bootstrap.domains");
  for (const std::string& name : options.bootstrap_domains) {
    if (const auto normal = account::normal_domain_name(name); !normal) {
      return std::unexpected(bad(settings, "bootstrap.domains", normal.error().detail));
    }
  }

  options.retries.waits = settings.durations("delivery.retries");
  if (options.retries.waits.empty()) return std::unexpected(bad(settings, "delivery.retries", "needs at least one wait"));
  options.retries.attempt_for = settings.duration("delivery.attempt_for");
  options.queue_limits.jobs_max = static_cast<std::size_t>(settings.integer("delivery.max_connections"));
  options.queue_limits.jobs_per_lane_max = static_cast<std::size_t>(settings.integer("delivery.per_destination"));
  options.source_ipv4 = first(settings.list("delivery.ipv4"));
  options.source_ipv6 = first(settings.list("delivery.ipv6"));
  options.mx_port = static_cast<std::uint16_t>(settings.integer("delivery.mx_port"));
  options.sign_dkim = settings.flag("delivery.sign_dkim");
  options.next_hops = settings.table("delivery.next_hop");
  RETURN_IF_ERROR(delivery::NextHops::parse(options.next_hops));
  options.dns_servers = settings.list("dns.servers");
  options.dnssec = settings.flag("dns.dnssec");
  options.segment_bytes = static_cast<std::uint64_t>(settings.bytes("store.segment_size"));
  options.http_body_bytes_max = static_cast<std::uint64_t>(settings.bytes("http.max_body"));
  options.keep_events = settings.duration("retention.events");
  options.warp = Warp{static_cast<int>(settings.integer("dev.warp"))};
  if (options.warp.times() > 1 && !options.capture) {
    return std::unexpected(bad(settings, "dev.warp", "goes with server.mode = \"capture\": it would hurry real retries"));
  }
  if (options.capture) options.messages_max = settings.integer("dev.max_messages");
  if (!options.capture && settings.integer("dev.max_messages") != kCapturedMessagesMax) {
    return std::unexpected(bad(settings, "dev.max_messages", "goes with server.mode = \"capture\": mail that is delivered is kept for retention.messages"));
  }
  options.keep_messages = settings.duration("retention.messages");
  return options;
}

}  // namespace postroad::app
