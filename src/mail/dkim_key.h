#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_pkey_st;

namespace postroad::mail {

inline constexpr int kRsaBitsDefault = 2048;
inline constexpr int kRsaBitsMin = 1024;  ///< RFC 8301 §3.2
inline constexpr int kRsaBitsMax = 4096;
inline constexpr std::size_t kPemBytesMax = 16 * 1024;

enum class DkimAlgorithm : std::uint8_t { kRsaSha256, kEd25519Sha256 };

/// The signing key of one selector, parsed once and reused for every message. Copies share the parsed key,
/// which is immutable and safe to use from any thread.
class DkimKey {
 public:
  /// PKCS#8 or PKCS#1 PEM, RSA or Ed25519. Permanent error otherwise.
  static Result<DkimKey> from_pem(std::string_view pem);
  /// A fresh key from OpenSSL's generator. Fails only outside kRsaBitsMin..kRsaBitsMax.
  static Result<DkimKey> generate_rsa(int bits = kRsaBitsDefault);
  static Result<DkimKey> generate_ed25519();

  DkimAlgorithm algorithm() const { return algorithm_; }
  int bits() const;
  /// PKCS#8 PEM: secret.
  std::string private_pem() const;
  /// The TXT record's text: `v=DKIM1; k=rsa; p=...` (RFC 6376 §3.6.1, RFC 8463 §4).
  std::string dns_record() const;
  /// The signature over `data`, raw. For Ed25519 over its SHA-256 (RFC 8463 §3).
  std::string sign(std::string_view data) const;

 private:
  DkimKey(std::shared_ptr<evp_pkey_st> key, DkimAlgorithm algorithm)
      : key_(std::move(key)), algorithm_(algorithm) {}
  static Result<DkimKey> from_native(evp_pkey_st* owned);

  std::shared_ptr<evp_pkey_st> key_;  ///< shared by copies: OpenSSL keys are counted and immutable once made
  DkimAlgorithm algorithm_;
};

}  // namespace postroad::mail
