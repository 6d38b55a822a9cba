#include "mail/dkim_key.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/assert.h"
#include "base/text.h"
#include "mail/digest.h"

namespace postroad::mail {
namespace {

auto refuse(std::string detail) {
  return fail_permanent(ErrorCode::kInvalidArgument, std::move(detail));
}

using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

/// A key with a passphrase must not make OpenSSL ask the terminal for it.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

std::string base64_public(EVP_PKEY* key, DkimAlgorithm algorithm) {
  if (algorithm == DkimAlgorithm::kEd25519Sha256) {
    std::string raw(32, '\0');
    std::size_t length = raw.size();
    PR_ASSERT(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &length) == 1);
    return base64_encode(raw);
  }
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  PR_ASSERT(length > 0);
  std::string encoded = base64_encode({reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)});
  OPENSSL_free(der);
  return encoded;
}

}  // namespace

Result<DkimKey> DkimKey::from_native(EVP_PKEY* owned) {
  std::shared_ptr<EVP_PKEY> key(owned, EVP_PKEY_free);
  if (EVP_PKEY_is_a(owned, "ED25519")) return DkimKey(std::move(key), DkimAlgorithm::kEd25519Sha256);
  if (!EVP_PKEY_is_a(owned, "RSA")) return refuse("DKIM key: neither RSA nor Ed25519");
  const int bits = EVP_PKEY_get_bits(owned);
  if (bits < kRsaBitsMin || bits > kRsaBitsMax)
    return refuse(fmt::format("DKIM key: RSA of {} bits, want 1024-4096", bits));
  return DkimKey(std::move(key), DkimAlgorithm::kRsaSha256);
}

Result<DkimKey> DkimKey::from_pem(std::string_view pem) {
  if (pem.size() > kPemBytesMax) return refuse("DKIM key: PEM text too long");
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  PR_ASSERT(bio != nullptr);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr);
  if (key == nullptr) return refuse("DKIM key: not a private key in PEM without a passphrase");
  return from_native(key);
}

Result<DkimKey> DkimKey::generate_rsa(int bits) {
  if (bits < kRsaBitsMin || bits > kRsaBitsMax) return refuse("DKIM key: RSA wants 1024-4096 bits");
  EVP_PKEY* key = EVP_RSA_gen(static_cast<unsigned>(bits));
  PR_ASSERT(key != nullptr);
  return from_native(key);
}

Result<DkimKey> DkimKey::generate_ed25519() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  PR_ASSERT(key != nullptr);
  return from_native(key);
}

int DkimKey::bits() const {
  return EVP_PKEY_get_bits(key_.get());
}

std::string DkimKey::private_pem() const {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free_all);
  PR_ASSERT(bio != nullptr);
  PR_ASSERT(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

std::string DkimKey::dns_record() const {
  return fmt::format("v=DKIM1; k={}; p={}", algorithm_ == DkimAlgorithm::kRsaSha256 ? "rsa" : "ed25519",
                     base64_public(key_.get(), algorithm_));
}

std::string DkimKey::sign(std::string_view data) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool rsa = algorithm_ == DkimAlgorithm::kRsaSha256;
  std::string hashed;
  if (!rsa) {
    Digest digest;
    digest.update(data);
    hashed = digest.finish();
    data = hashed;
  }
  PR_ASSERT(context != nullptr);
  PR_ASSERT(
      EVP_DigestSignInit(context.get(), nullptr, rsa ? sha256_method() : nullptr, nullptr, key_.get()) == 1);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t length = signature.size();
  PR_ASSERT(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                           reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1);
  signature.resize(length);
  return signature;
}

}  // namespace postroad::mail
