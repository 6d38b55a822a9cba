#include "base/random.h"

#include <openssl/rand.h>

#include <cstring>

#include "base/assert.h"
#include "base/text.h"

namespace postroad {

std::uint64_t Random::number() {
  std::uint64_t value = 0;
  fill({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  PR_ASSERT(bound != 0);
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    if (const std::uint64_t value = number(); value < limit) return value % bound;
  }
}

std::string Random::hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  fill({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
  return hex_encode(raw);
}

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
  PR_ASSERT(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
}

void SeededRandom::fill(std::span<std::uint8_t> bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    const std::uint64_t word = engine_();
    std::memcpy(bytes.data() + at, &word, std::min<std::size_t>(8, bytes.size() - at));
  }
}

}  // namespace postroad
