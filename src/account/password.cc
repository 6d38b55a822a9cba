#include "account/password.h"

#include <argon2.h>
#include <fmt/format.h>

#include <array>

#include "base/assert.h"

namespace postroad::account {
namespace {

constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kMemoryKib = 19 * 1024;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

std::string encode(std::string_view password, std::span<const std::uint8_t> salt) {
  std::string text(argon2_encodedlen(kPasses, kMemoryKib, kLanes, static_cast<std::uint32_t>(salt.size()), kHashBytes, Argon2_id), '\0');
  const int done = argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.data(), password.size(), salt.data(),
                                         salt.size(), kHashBytes, text.data(), text.size());
  PR_ASSERT(done == ARGON2_OK);
  text.resize(text.find('\0'));
  return text;
}

}  // namespace

Result<void> check_password(std::string_view password) {
  if (password.size() >= kPasswordCharactersMin && password.size() <= kPasswordCharactersMax) return {};
  return fail_permanent(ErrorCode::kInvalidArgument,
                        fmt::format("Password is too {}. It must be between {} and {} characters.",
                                    password.size() < kPasswordCharactersMin ? "short" : "long", kPasswordCharactersMin,
                                    kPasswordCharactersMax));
}

std::string hash_password(std::string_view password, Random& random) {
  std::array<std::uint8_t, kSaltBytes> salt;
  random.fill(salt);
  return encode(password, salt);
}

bool verify_password(const std::string& hash, std::string_view password) {
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

const std::string& nobodys_hash() {
  static const std::string hash = encode("no password has 32 characters or", std::array<std::uint8_t, kSaltBytes>{});
  return hash;
}

}  // namespace postroad::account
