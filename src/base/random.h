#pragma once
#include <cstdint>
#include <random>
#include <span>
#include <string>

namespace postroad {

/// The seam for chance: secrets, ids, jitter. Safe to call from any thread.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;

  std::uint64_t number();
  /// Uniform in [0, bound); `bound` must not be 0.
  std::uint64_t below(std::uint64_t bound);
  /// `bytes` random bytes as lower-case hexadecimal.
  std::string hex(std::size_t bytes);
};

/// The operating system's generator, through OpenSSL; aborts if it fails.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

/// The same sequence for the same seed: simulation and tests. One thread only.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::mt19937_64 engine_;
};

}  // namespace postroad
