#pragma once
#include <memory>
#include <mutex>
#include <string>

#include "net/stream.h"

struct ssl_st;
struct ssl_ctx_st;

namespace postroad::net {

struct SslFree {
  void operator()(ssl_st* ssl) const;
};
using SslPtr = std::unique_ptr<ssl_st, SslFree>;

/// A certificate chain (leaf first) and its private key, as PEM.
struct TlsIdentity {
  std::string certificate_pem;
  std::string key_pem;
};

/// What a server shows to those who connect. TLS 1.2 and 1.3, forward-secret suites with authenticated encryption
/// only, session tickets, ALPN "http/1.1" to those who ask. Safe from any thread.
class ServerTls {
 public:
  /// kInvalidArgument when the PEM does not parse or the key is not the certificate's.
  static Result<std::unique_ptr<ServerTls>> from_identity(const TlsIdentity& identity);
  /// The same from files; names the file that is at fault.
  static Result<std::unique_ptr<ServerTls>> from_files(const std::string& certificate, const std::string& key);

  /// For handshakes from now on; when it fails the old identity stays.
  Result<void> replace(const TlsIdentity& identity);
  Result<void> replace_from_files(const std::string& certificate, const std::string& key);
  /// A session for one connection; null only when memory is out.
  SslPtr make_session();

 private:
  using Context = std::shared_ptr<ssl_ctx_st>;  // shared with the sessions made from it
  explicit ServerTls(Context context) : context_(std::move(context)) {}
  static Result<Context> make_context(const TlsIdentity& identity);
  static Result<Context> context_of_files(const std::string& certificate, const std::string& key);

  std::mutex mutex_;
  Context context_;
};

/// How we ask others for TLS. The peer's certificate is always checked and the finding reported in TlsInfo, and the
/// handshake goes on whatever it is: policy is the caller's. Safe from any thread.
class ClientTls {
 public:
  struct Roots {
    bool system = true;      ///< The distribution's store.
    std::string file;        ///< And, or instead, the certificates in this PEM file; empty: none.
  };
  /// kInvalidArgument when the file cannot be read.
  static Result<std::unique_ptr<ClientTls>> with_roots(const Roots& roots);
  /// A session that asks for `server_name` (a DNS name or a numeric address; empty: no name is asked or checked).
  SslPtr make_session(const std::string& server_name);

 private:
  explicit ClientTls(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}
  std::shared_ptr<ssl_ctx_st> context_;  // shared with nobody; shared_ptr for its deleter
};

/// After a finished handshake. `named`: a name was asked for and therefore checked.
TlsInfo describe_session(ssl_st* ssl, bool client, bool named);
/// The first entry of OpenSSL's error queue as text, which is then empty.
std::string take_openssl_error();

}  // namespace postroad::net
