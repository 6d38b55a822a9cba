#include "net/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "net/accept_http.h"
#include "net/loopback_fixture.h"
#include "net/tls_identity.h"

namespace postroad::net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Tls : public testing::Test {
 protected:
  Tls() : directory_(std::filesystem::path(testing::TempDir()) / ("tls-" + SystemRandom().hex(8))) {
    std::filesystem::create_directory(directory_);
  }
  ~Tls() override { std::filesystem::remove_all(directory_); }

  TlsIdentity identity(std::vector<std::string> names = {}) {
    auto made = dev_identity(directory_, names, world_.clock, random_);
    EXPECT_TRUE(made.has_value());
    return *made;
  }
  std::unique_ptr<ServerTls> server(const TlsIdentity& from) {
    auto made = ServerTls::from_identity(from);
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }
  std::unique_ptr<ClientTls> client(std::string roots) {
    auto made = ClientTls::with_roots({.system = false, .file = std::move(roots)});
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }
  std::string authority() const { return (directory_ / "dev-ca.pem").string(); }

  /// Serves an echo that says "TLS " or "plain " first, on whatever the first byte decides.
  std::unique_ptr<Listener> serve(ServerTls* tls) {
    return world_.serve([this, tls](StreamPtr stream) -> asio::awaitable<void> {
      const auto accepted = co_await accept_http(*stream, tls, world_.soon());
      if (!accepted) co_return;
      const std::string text = co_await read_exactly(*stream, 5, world_.soon());
      const std::string_view kind = stream->is_tls() ? "TLS " : "plain ";
      (void)co_await stream->write(kind, text, world_.soon());
    });
  }

  struct Spoken {
    TlsInfo info;
    std::string answer;
  };
  asio::awaitable<Spoken> speak(const Listener& listener, ClientTls& tls, std::string name) {
    Spoken spoken;
    const StreamPtr stream = co_await world_.dial(listener);
    auto info = co_await stream->start_tls_client(tls, std::move(name), world_.soon());
    if (!info) {
      spoken.answer = info.error().detail;
      co_return spoken;
    }
    spoken.info = *info;
    (void)co_await stream->write("hello", world_.soon());
    spoken.answer = co_await read_to_end(*stream, world_.soon());
    co_return spoken;
  }

  Loopback world_;
  SystemRandom random_;
  std::filesystem::path directory_;
};

TEST_F(Tls, CarriesBytesAndVerifiesTheDevelopmentAuthority) {
  const auto tls = server(identity({"mail.example.com"}));
  const auto listener = serve(tls.get());
  const auto roots = client(authority());
  for (const std::string name : {"localhost", "127.0.0.1", "::1", "mail.example.com"}) {
    SCOPED_TRACE(name);
    const Spoken spoken = world_.run(speak(*listener, *roots, name));
    EXPECT_EQ(spoken.answer, "TLS hello");
    EXPECT_EQ(spoken.info.version, "TLSv1.3");
    EXPECT_TRUE(spoken.info.peer_verified) << spoken.info.verify_error;
  }
}

TEST_F(Tls, ReportsWhyACertificateIsNotTrustedAndGoesOn) {
  const auto tls = server(identity());
  const auto listener = serve(tls.get());
  const auto roots = client(authority());
  const auto strangers = client("");
  const Spoken wrong_name = world_.run(speak(*listener, *roots, "example.net"));
  EXPECT_EQ(wrong_name.answer, "TLS hello");
  EXPECT_FALSE(wrong_name.info.peer_verified);
  EXPECT_THAT(wrong_name.info.verify_error, HasSubstr("ostname mismatch"));
  const Spoken unknown_root = world_.run(speak(*listener, *strangers, "localhost"));
  EXPECT_EQ(unknown_root.answer, "TLS hello");
  EXPECT_FALSE(unknown_root.info.peer_verified);
  const Spoken unnamed = world_.run(speak(*listener, *roots, ""));
  EXPECT_FALSE(unnamed.info.peer_verified);
}

TEST_F(Tls, FirstByteDecidesBetweenTlsAndPlainText) {
  const auto tls = server(identity());
  const auto listener = serve(tls.get());
  auto plain = [&]() -> asio::awaitable<std::string> {
    const StreamPtr stream = co_await world_.dial(*listener);
    (void)co_await stream->write("hello", world_.soon());
    co_return co_await read_to_end(*stream, world_.soon());
  };
  EXPECT_EQ(world_.run(plain()), "plain hello");
}

TEST_F(Tls, RefusesATlsClientWhereThereIsNoCertificate) {
  const auto listener = serve(nullptr);
  const auto roots = client("");
  EXPECT_NE(world_.run(speak(*listener, *roots, "localhost")).answer, "TLS hello");
}

TEST_F(Tls, CarriesMoreThanOneRecordAndMoreThanTheSocketHolds) {
  const auto tls = server(identity());
  const std::string large(4 << 20, 'y');
  const auto listener = world_.serve([&](StreamPtr stream) -> asio::awaitable<void> {
    (void)co_await stream->start_tls_server(*tls, world_.soon());
    (void)co_await stream->write("head", large, world_.soon());
    co_await stream->finish(world_.soon());
  });
  const auto roots = client(authority());
  auto work = [&]() -> asio::awaitable<std::string> {
    const StreamPtr stream = co_await world_.dial(*listener);
    (void)co_await stream->start_tls_client(*roots, "localhost", world_.soon());
    co_return co_await read_to_end(*stream, world_.soon());
  };
  EXPECT_EQ(world_.run(work()), "head" + large);
}

TEST_F(Tls, FailsAHandshakeThatNeverComes) {
  const auto tls = server(identity());
  const auto silent = world_.serve([&](StreamPtr stream) -> asio::awaitable<void> {
    co_await world_.timers.sleep_until(Deadline::max());
    stream->close();
  });
  const auto roots = client("");
  auto work = [&]() -> asio::awaitable<ErrorCode> {
    const StreamPtr stream = co_await world_.dial(*silent);
    const auto info = co_await stream->start_tls_client(*roots, "localhost", world_.clock.mono());
    co_return info ? ErrorCode::kConflict : info.error().code;
  };
  EXPECT_EQ(world_.run(work()), ErrorCode::kTimeout);
}

TEST_F(Tls, GarbageInsteadOfAHandshakeIsATlsFailure) {
  const auto talker = world_.serve([&](StreamPtr stream) -> asio::awaitable<void> {
    (void)co_await stream->write("220 this is not TLS at all\r\n", world_.soon());
    co_await stream->finish(world_.soon());
  });
  const auto roots = client("");
  auto work = [&]() -> asio::awaitable<ErrorCode> {
    const StreamPtr stream = co_await world_.dial(*talker);
    const auto info = co_await stream->start_tls_client(*roots, "localhost", world_.soon());
    co_return info ? ErrorCode::kConflict : info.error().code;
  };
  EXPECT_EQ(world_.run(work()), ErrorCode::kTlsFailure);
}

TEST_F(Tls, ReplacesItsIdentityForHandshakesToCome) {
  const auto tls = server(identity());
  const auto listener = serve(tls.get());
  const auto roots = client(authority());
  EXPECT_FALSE(world_.run(speak(*listener, *roots, "new.example.com")).info.peer_verified);
  ASSERT_TRUE(tls->replace(identity({"new.example.com"})).has_value());
  EXPECT_TRUE(world_.run(speak(*listener, *roots, "new.example.com")).info.peer_verified);
  EXPECT_FALSE(tls->replace({"nonsense", "nonsense"}).has_value());
  EXPECT_TRUE(world_.run(speak(*listener, *roots, "new.example.com")).info.peer_verified);
}

TEST_F(Tls, KeepsItsAuthorityAcrossStartsAndItsKeyPrivate) {
  (void)identity();
  const auto roots = client(authority());
  const auto tls = server(identity());  // a second start
  const auto listener = serve(tls.get());
  EXPECT_TRUE(world_.run(speak(*listener, *roots, "localhost")).info.peer_verified);
  struct stat key {};
  ASSERT_EQ(stat((directory_ / "dev-ca.key").c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 0777, 0600u);
}

TEST_F(Tls, RefusesADamagedAuthorityRatherThanReplaceIt) {
  (void)identity();
  std::ofstream(authority()) << "not a certificate";
  const auto made = dev_identity(directory_, {}, world_.clock, random_);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(made.error().detail, HasSubstr("dev-ca.pem"));
}

TEST_F(Tls, RefusesAKeyOfAnotherCertificateAndNamesMissingFiles) {
  const auto one = make_self_signed({"a.example"}, world_.clock, random_);
  const auto two = make_self_signed({"a.example"}, world_.clock, random_);
  ASSERT_TRUE(one && two);
  EXPECT_FALSE(ServerTls::from_identity({one->certificate_pem, two->key_pem}).has_value());
  EXPECT_TRUE(ServerTls::from_identity(*one).has_value());
  const auto missing = ServerTls::from_files("/nonexistent/cert.pem", "/nonexistent/key.pem");
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().detail, StartsWith("/nonexistent/cert.pem"));
  EXPECT_FALSE(make_self_signed({"bad name,DNS:evil"}, world_.clock, random_).has_value());
}

}  // namespace
}  // namespace postroad::net
