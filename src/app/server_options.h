#pragma once
#include <map>
#include <string>
#include <vector>

#include "app/handed_listeners.h"
#include "base/setting.h"
#include "net/stream.h"
#include "queue/queue.h"
#include "queue/retry.h"

namespace postroad::app {

/// The default of dev.max_messages, and what `postroad dev` keeps.
inline constexpr std::int64_t kCapturedMessagesMax = 5000;

inline constexpr std::uint16_t kImplicitTlsPort = 465;  ///< Submission here speaks TLS from the first byte (RFC 8314 §3.3).

/// What `serve` and `dev` start, in types.
struct ServerOptions {
  std::string hostname;
  std::string data_dir;
  bool capture = false;  ///< Nothing leaves this machine.
  bool sandbox = false;  ///< `postroad dev`: any key, any password, domains on demand.
  std::string public_url;
  std::vector<net::Endpoint> http_listen;
  std::vector<std::string> cors_origins;
  std::vector<net::Endpoint> submission_listen;
  std::vector<net::Endpoint> submission_listen_tls;  ///< TLS from the first byte, as on port 465.
  bool auth_required = true;
  bool allow_plaintext_auth = false;
  std::string tls_mode = "self_signed";
  std::string tls_cert, tls_key;
  std::vector<std::string> tls_names;  ///< Of a certificate of our own, beside the hostname.
  bool require_tls = false;  ///< Of HTTP, off loopback.
  std::string bootstrap_api_key;
  std::vector<std::string> bootstrap_domains;
  queue::RetrySchedule retries;
  queue::QueueLimits queue_limits;
  Warp warp;  ///< Of retries and schedules; only where mail is captured.
  std::string source_ipv4, source_ipv6;
  std::uint16_t mx_port = 25;
  bool sign_dkim = true;
  std::map<std::string, std::string> next_hops;
  std::vector<std::string> dns_servers;
  bool dnssec = true;
  std::uint64_t segment_bytes = 256u << 20;
  std::int64_t messages_max = 0;  ///< Where mail is captured: the newest that are kept; 0: all, until keep_messages.
  std::chrono::seconds keep_messages = std::chrono::hours{72};
  std::chrono::seconds keep_events = std::chrono::days{30};
  std::uint64_t http_body_bytes_max = 54'945'382;
  std::size_t loops = 0;  ///< 0: one for each core.
  std::vector<Replaced> replaced;  ///< Listeners whose sockets were handed over.
};

/// Checks what single settings cannot: addresses, files, which go together. Errors name setting and origin.
/// `handed` are sockets that listen already, in the place of the configured addresses of their kind (app/handed_listeners.h).
Result<ServerOptions> server_options(const Settings& settings, const std::vector<HandedName>& handed = {});

}  // namespace postroad::app
