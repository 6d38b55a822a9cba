#pragma once
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "net/tls.h"

namespace postroad::net {

/// How long what we sign ourselves is valid.
inline constexpr std::chrono::hours kLeafLife{24 * 397};
inline constexpr std::chrono::hours kAuthorityLife{24 * 3650};

/// An ECDSA P-256 certificate for `names` (DNS names and numeric addresses, at least one), signed by its own key.
Result<TlsIdentity> make_self_signed(const std::vector<std::string>& names, const Clock& clock, Random& random);

/// A certificate for localhost, 127.0.0.1, ::1 and `names`, signed by the development authority in `directory`
/// (dev-ca.pem, and dev-ca.key with mode 0600), which is made when it is not there or within 30 days of its end.
/// A client that trusts dev-ca.pem trusts every certificate made so; the leaf itself is never on disk.
/// kDiskFailed when the directory cannot be written, kInvalidArgument when what lies there does not parse.
Result<TlsIdentity> dev_identity(const std::string& directory, const std::vector<std::string>& names,
                                 const Clock& clock, Random& random);

}  // namespace postroad::net
