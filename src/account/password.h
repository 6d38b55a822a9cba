#pragma once
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace postroad::account {

inline constexpr std::size_t kPasswordCharactersMin = 5;   ///< contract/domains.md, SMTP credentials
inline constexpr std::size_t kPasswordCharactersMax = 32;

/// kInvalidArgument with the contract's text when the length is out of bounds.
Result<void> check_password(std::string_view password);

/// argon2id, 19 MiB, two passes, one lane (about 32 ms): for the "password" pool only. The result is self-describing text.
std::string hash_password(std::string_view password, Random& random);
/// Takes as long for a wrong password as for the right one.
bool verify_password(const std::string& hash, std::string_view password);
/// A hash that no password has: checked where there is no such user, so that both take the same time.
const std::string& nobodys_hash();

}  // namespace postroad::account
