#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mail/dkim_key.h"

struct evp_pkey_st;

namespace postroad::mail {

/// The public half of a selector, from its TXT record (RFC 6376 §3.6.1, RFC 8463, RFC 8301).
class DkimPublicKey {
 public:
  /// Permanent error for a malformed, revoked (empty p=), unknown or too small key, or one that is not for
  /// mail.
  static Result<DkimPublicKey> from_record(std::string_view record, int rsa_bits_min = kRsaBitsMin);

  DkimAlgorithm algorithm() const { return algorithm_; }
  /// t=s: the identity's domain must be d= itself, no sub-domain.
  bool strict_identity() const { return strict_identity_; }
  bool verify(std::string_view data, std::string_view signature) const;

 private:
  DkimPublicKey(std::shared_ptr<evp_pkey_st> key, DkimAlgorithm algorithm)
      : key_(std::move(key)), algorithm_(algorithm) {}

  std::shared_ptr<evp_pkey_st> key_;  ///< shared by copies; immutable
  DkimAlgorithm algorithm_;
  bool strict_identity_ = false;
};

}  // namespace postroad::mail
