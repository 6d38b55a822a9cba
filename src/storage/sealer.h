#pragma once
#include <openssl/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"

namespace postroad::storage {

using SealKey = std::array<std::uint8_t, 32>;
using SealNonce = std::array<std::uint8_t, 12>;
using SealTag = std::array<std::uint8_t, 16>;

/// AES-256-GCM (NIST SP 800-38D) under one key, with its cipher contexts kept. Safe from any thread.
///
/// No nonce is used twice: 64 random bits drawn for each Sealer, then a counter of 32 bits, and new random bits when it
/// is used up.
class Sealer {
 public:
  Sealer(const SealKey& key, Random& random);
  ~Sealer();

  /// For one seal() alone.
  SealNonce next_nonce();
  /// Writes plain.size() bytes to `out`; `associated` is covered by the tag but not written. Cannot fail.
  SealTag seal(const SealNonce& nonce, std::string_view associated, std::string_view plain, char* out);
  /// Turns sealed bytes back in place. False when any bit of them, of `associated` or of the tag differs.
  [[nodiscard]] bool open(const SealNonce& nonce, const SealTag& tag, std::string_view associated,
                          std::span<char> bytes);

 private:
  struct ContextDeleter {
    void operator()(EVP_CIPHER_CTX* context) const;
  };
  using Context = std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter>;
  static constexpr std::size_t kIdleContextsMax = 16;

  Context take(std::vector<Context>& idle, bool sealing);
  void put_back(std::vector<Context>& idle, Context context);

  SealKey key_;
  Random& random_;
  std::mutex mutex_;
  std::vector<Context> sealing_;
  std::vector<Context> opening_;
  std::uint64_t nonce_prefix_;
  std::uint32_t nonce_counter_ = 0;
};

}  // namespace postroad::storage
