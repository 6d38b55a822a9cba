#pragma once
#include <string>
#include <vector>

#include "account/accounts.h"
#include "account/credentials.h"
#include "admission/admission.h"
#include "admission/idempotent_calls.h"
#include "base/warp.h"
#include "events/journal.h"
#include "ingress/http/access.h"
#include "ingress/http/base_url_hints.h"
#include "ingress/http/inbox/inbox.h"
#include "net/http/form.h"
#include "net/http/server.h"
#include "net/timers.h"
#include "queue/cancellation.h"
#include "search/search.h"
#include "storage/store.h"

namespace postroad::ingress::http {

struct ApiOptions {
  std::string hostname;                 ///< In the DNS records that domains show.
  std::string public_url;               ///< Begins paging links: "https://mail.example.com"; empty: from the Host header.
  std::vector<std::string> hosts;       ///< When not empty, a Host (without port) that is none of these is refused.
  std::vector<std::string> cors_origins;  ///< Pages from there may call; "*": any.
  bool require_tls = false;             ///< Plain HTTP is refused, but from loopback.
  bool inbox = false;                   ///< The sandbox: browsers get a page of captured mail, without a key.
  std::string smtp;                     ///< Where the sandbox takes mail, for that page: "127.0.0.1:1025".
  std::string version;
  Warp warp;
  net::http::FormLimits form;
  std::uint64_t body_memory_bytes_max = std::uint64_t{512} << 20;  ///< All request bodies together; beyond: 503.
};

/// The Mailgun-compatible HTTP API: what a net::http::Server calls.
class Api final : public net::http::Handler {
 public:
  struct Parts {  ///< Borrowed; they outlive it.
    Clock& clock;
    net::Executor& executor;
    storage::Store& store;
    Random& random;
    account::Accounts& accounts;
    account::Credentials& credentials;
    admission::Admission& admission;
    const admission::IdempotentCalls& idempotent_calls;
    queue::Cancellation& cancellation;
    const events::Journal& journal;
    search::Search& search;
    const spool::Spool& spool;
    Access& access;
    net::Timers& timers;
  };
  Api(const Parts& parts, ApiOptions options);

  asio::awaitable<net::http::Response> handle(net::http::Request& request, net::http::Body& body) override;

  const Parts& parts() const { return parts_; }
  const ApiOptions& options() const { return options_; }
  net::http::MemoryBudget& memory() { return memory_; }
  /// Null: this is no sandbox.
  inbox::Inbox* inbox() { return inbox_.get(); }
  /// Calls that wait for something to happen end now.
  void stop() {
    if (inbox_ != nullptr) inbox_->stop();
  }

 private:
  asio::awaitable<net::http::Response> answer(net::http::Request& request, net::http::Body& body);
  bool is_known_host(const net::http::Request& request) const;

  Parts parts_;
  ApiOptions options_;
  net::http::MemoryBudget memory_;
  BaseUrlHints hints_;
  std::unique_ptr<inbox::Inbox> inbox_;
};

}  // namespace postroad::ingress::http
