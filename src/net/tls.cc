#include "net/tls.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <iterator>

#include "base/assert.h"

namespace postroad::net {
namespace {

constexpr const char* kTls12Suites = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view kHttp11 = "http/1.1";

template <auto Free>
struct Freed {
  void operator()(auto* thing) const { Free(thing); }
};
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

std::unexpected<Error> unusable(std::string_view what) {
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}: {}", what, take_openssl_error()));
}

BioPtr reader_of(const std::string& pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned in_size, void*) {
  for (unsigned at = 0; at < in_size;) {
    const unsigned size = in[at];
    if (at + 1 + size > in_size) break;
    const std::string_view name(reinterpret_cast<const char*>(in) + at + 1, size);
    if (name == kHttp11) {
      *out = in + at + 1;
      *out_size = static_cast<unsigned char>(size);
      return SSL_TLSEXT_ERR_OK;
    }
    at += 1 + size;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

std::shared_ptr<SSL_CTX> make_bare_context(const SSL_METHOD* method) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(method), SSL_CTX_free);
  PR_ASSERT(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(), kTls12Suites);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  return context;
}

Result<void> use_chain(SSL_CTX* context, const std::string& pem) {
  const BioPtr bio = reader_of(pem);
  CertificatePtr leaf(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) return unusable("the certificate is not usable");
  for (;;) {
    CertificatePtr next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) return unusable("the certificate chain is not usable");
    next.release();  // the context owns it now
  }
  ERR_clear_error();  // the end of the file reads as an error
  return {};
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}: cannot be read", path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool is_numeric(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 || inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

}  // namespace

void SslFree::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Result<ServerTls::Context> ServerTls::make_context(const TlsIdentity& identity) {
  ERR_clear_error();
  Context context = make_bare_context(TLS_server_method());
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  RETURN_IF_ERROR(use_chain(context.get(), identity.certificate_pem));
  const BioPtr bio = reader_of(identity.key_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) return unusable("the private key is not usable");
  if (SSL_CTX_check_private_key(context.get()) != 1) return unusable("the private key is not the certificate's");
  return context;
}

Result<std::unique_ptr<ServerTls>> ServerTls::from_identity(const TlsIdentity& identity) {
  ASSIGN_OR_RETURN(Context context, make_context(identity));
  return std::unique_ptr<ServerTls>(new ServerTls(std::move(context)));
}

Result<ServerTls::Context> ServerTls::context_of_files(const std::string& certificate, const std::string& key) {
  TlsIdentity identity;
  ASSIGN_OR_RETURN(identity.certificate_pem, read_file(certificate));
  ASSIGN_OR_RETURN(identity.key_pem, read_file(key));
  Result<Context> made = make_context(identity);
  if (!made) made.error().detail = fmt::format("{}, {}: {}", certificate, key, made.error().detail);
  return made;
}

Result<std::unique_ptr<ServerTls>> ServerTls::from_files(const std::string& certificate, const std::string& key) {
  ASSIGN_OR_RETURN(Context context, context_of_files(certificate, key));
  return std::unique_ptr<ServerTls>(new ServerTls(std::move(context)));
}

Result<void> ServerTls::replace_from_files(const std::string& certificate, const std::string& key) {
  ASSIGN_OR_RETURN(Context context, context_of_files(certificate, key));
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
  return {};
}

Result<void> ServerTls::replace(const TlsIdentity& identity) {
  ASSIGN_OR_RETURN(Context context, make_context(identity));
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
  return {};
}

SslPtr ServerTls::make_session() {
  const std::lock_guard lock(mutex_);
  return SslPtr(SSL_new(context_.get()));
}

Result<std::unique_ptr<ClientTls>> ClientTls::with_roots(const Roots& roots) {
  ERR_clear_error();
  auto context = make_bare_context(TLS_client_method());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // checked all the same, and reported
  if (roots.system) SSL_CTX_set_default_verify_paths(context.get());
  if (!roots.file.empty() && SSL_CTX_load_verify_file(context.get(), roots.file.c_str()) != 1) {
    return unusable(roots.file);
  }
  return std::unique_ptr<ClientTls>(new ClientTls(std::move(context)));
}

SslPtr ClientTls::make_session(const std::string& server_name) {
  SslPtr ssl(SSL_new(context_.get()));
  if (!ssl || server_name.empty()) return ssl;
  if (is_numeric(server_name)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), server_name.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl.get(), server_name.c_str());
    SSL_set1_host(ssl.get(), server_name.c_str());
  }
  return ssl;
}

TlsInfo describe_session(ssl_st* ssl, bool client, bool named) {
  TlsInfo info;
  info.version = SSL_get_version(ssl);
  info.cipher = SSL_get_cipher_name(ssl);
  if (!client) return info;
  const long finding = SSL_get_verify_result(ssl);
  if (SSL_get0_peer_certificate(ssl) == nullptr) {
    info.verify_error = "the peer showed no certificate";
  } else if (finding != X509_V_OK) {
    info.verify_error = X509_verify_cert_error_string(finding);
  } else if (!named) {
    info.verify_error = "no name to check the certificate against";
  }
  info.peer_verified = info.verify_error.empty();
  return info;
}

std::string take_openssl_error() {
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (code == 0) return "no detail from OpenSSL";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : fmt::format("OpenSSL error {:x}", code);
}

}  // namespace postroad::net
