#pragma once
#include <string>
#include <vector>

#include "account/directory.h"
#include "base/result.h"

namespace postroad::account {

/// An RSA-2048 and an Ed25519 key for a domain, without ids; takes a while: for the "crypto" pool.
Result<std::vector<DkimKeyRecord>> make_dkim_keys(const std::string& selector);

}  // namespace postroad::account
