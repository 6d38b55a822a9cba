#include "delivery/smtp_connection.h"

#include <gtest/gtest.h>

#include <fstream>

#include "net/loopback_fixture.h"
#include "net/tls_identity.h"
#include "storage/testing/store_fixture.h"

namespace postroad::delivery {
namespace {

using Tls = SmtpConnection::Tls;

/// What a server has to offer.
enum class Offer { kNothing, kRefusedStartTls, kStrangersCertificate, kGoodCertificate };

class ConnectionTls : public testing::Test {
 protected:
  ConnectionTls() {
    identity_ = net::dev_identity(directory_.path(), {"mx.north.test"}, loopback_.clock, random_).value();
    std::ofstream(directory_.path() + "/roots.pem") << identity_.certificate_pem;
    server_tls_ = net::ServerTls::from_identity(identity_).value();
    trusting_ = net::ClientTls::with_roots({.system = false, .file = directory_.path() + "/roots.pem"}).value();
    doubting_ = net::ClientTls::with_roots({}).value();
  }

  asio::awaitable<void> serve(net::StreamPtr stream, Offer offer) {
    co_await say(*stream, "220 mx\r\n");
    for (;;) {
      const std::string line = co_await read_line(*stream);
      if (line.empty() || line.starts_with("QUIT")) co_return;
      if (line.starts_with("EHLO")) {
        const bool tls = offer != Offer::kNothing && !stream->is_tls();
        co_await say(*stream, tls ? "250-mx\r\n250 STARTTLS\r\n" : "250 mx\r\n");
      } else if (offer == Offer::kRefusedStartTls) {
        co_await say(*stream, "454 not now\r\n");
      } else {
        co_await say(*stream, "220 go on\r\n");
        const auto secured = co_await stream->start_tls_server(*server_tls_, loopback_.soon());
        if (!secured) co_return;
      }
    }
  }
  asio::awaitable<void> say(net::Stream& stream, std::string text) {
    const Result<void> said = co_await stream.write(text, loopback_.soon());
    (void)said;
  }
  asio::awaitable<std::string> read_line(net::Stream& stream) {
    std::string line;
    char c = 0;
    while (!line.ends_with('\n')) {
      const auto got = co_await stream.read_some({&c, 1}, loopback_.soon());
      if (!got) co_return std::string();
      line += c;
    }
    co_return line;
  }
  /// "clear", "any", "verified", or "none".
  std::string connect(Offer offer, Tls tls) {
    const auto listener = loopback_.serve([this, offer](net::StreamPtr stream) { return serve(std::move(stream), offer); });
    Transcript transcript(loopback_.clock);
    net::ClientTls& roots = offer == Offer::kGoodCertificate ? *trusting_ : *doubting_;
    Target target{"mx.north.test", listener->local()};
    const ConnectionOptions options{.hostname = "postroad.test", .source_ipv4 = {}, .source_ipv6 = {}};
    auto opened = loopback_.run(SmtpConnection::open(loopback_.network, roots, loopback_.clock, std::move(target), options, tls,
                                                     transcript, loopback_.soon()));
    if (!opened) {
      EXPECT_EQ(opened.error().code, ErrorCode::kTlsFailure) << opened.error().detail;
      EXPECT_EQ(opened.error().permanence, Permanence::kTransient);
      return "none";
    }
    const std::string seen = !(*opened)->is_tls() ? "clear" : (*opened)->tls_info().peer_verified ? "verified" : "any";
    loopback_.run((*opened)->quit());
    return seen;
  }

  net::Loopback loopback_;
  SystemRandom random_;
  storage::testing::TemporaryDirectory directory_;
  net::TlsIdentity identity_;
  std::unique_ptr<net::ServerTls> server_tls_;
  std::unique_ptr<net::ClientTls> trusting_, doubting_;
};

TEST_F(ConnectionTls, IsWhatTheMessageAsksForOrThereIsNone) {
  struct Case {
    std::string_view about;
    bool require, skip;
    std::string_view nothing, refused, stranger, good;
  };
  for (const auto& [about, require, skip, nothing, refused, stranger, good] : {
           Case{"opportunistic", false, false, "clear", "clear", "any", "verified"},
           Case{"skip verification", false, true, "clear", "clear", "any", "verified"},
           Case{"require TLS", true, false, "none", "none", "none", "verified"},
           Case{"require TLS, skip verification", true, true, "none", "none", "any", "verified"},
       }) {
    SCOPED_TRACE(about);
    const Tls tls = SmtpConnection::needed_by({.require_tls = require, .skip_verification = skip});
    EXPECT_EQ(connect(Offer::kNothing, tls), nothing);
    EXPECT_EQ(connect(Offer::kRefusedStartTls, tls), refused);
    EXPECT_EQ(connect(Offer::kStrangersCertificate, tls), stranger);
    EXPECT_EQ(connect(Offer::kGoodCertificate, tls), good);
  }
}

}  // namespace
}  // namespace postroad::delivery
