#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mail/date.h"
#include "mail/dkim_canonical.h"
#include "mail/dkim_key.h"
#include "mail/header_block.h"

namespace postroad::mail {

inline constexpr std::chrono::seconds kSignatureLifetime = std::chrono::days{7};

/// SHA-256 of a canonical body, fed piece by piece: computed once and reused for every signature over one
/// body.
class BodyHasher {
 public:
  explicit BodyHasher(Canonicalization mode = Canonicalization::kRelaxed);
  ~BodyHasher();
  BodyHasher(BodyHasher&&) noexcept;
  void update(std::string_view piece);
  /// 32 raw octets; the object is spent.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The whole body at once.
std::string body_hash(std::string_view body, Canonicalization mode = Canonicalization::kRelaxed);

struct DkimSigning {
  std::string_view domain;    ///< d=: A-labels
  std::string_view selector;  ///< s=
  UnixSeconds now{};          ///< t=; x= is kSignatureLifetime later
  Canonicalization header = Canonicalization::kRelaxed;
  Canonicalization body = Canonicalization::kRelaxed;
};

/// The `DKIM-Signature` field, CRLF and all, to go before the header it signs (RFC 6376 §3.5). Signs every
/// field of the kinds that readers trust and names each once more than it occurs, so that none can be added
/// later; no l=. `hash` is `body_hash` under the same canonicalisation. Fails, permanently, when domain or
/// selector is no host name.
Result<std::string> dkim_signature(const DkimKey& key, const DkimSigning& signing, const HeaderBlock& header,
                                   std::string_view hash);

}  // namespace postroad::mail
