#include "base/id_source.h"

#include <algorithm>

#include "base/text.h"

namespace postroad {
namespace {
constexpr std::int64_t kEpochMilliseconds = 1'577'836'800'000;  // 2020-01-01
constexpr int kCounterBits = 22;
}  // namespace

std::int64_t IdSource::next() {
  const std::int64_t milliseconds = clock_.wall().time_since_epoch().count() / 1000 - kEpochMilliseconds;
  const std::int64_t floor = milliseconds << kCounterBits;
  std::int64_t last = last_.load(std::memory_order_relaxed);
  for (;;) {
    const std::int64_t id = std::max(floor, last + 1);
    if (last_.compare_exchange_weak(last, id, std::memory_order_relaxed)) return id;
  }
}

void IdSource::continue_after(std::int64_t seen) {
  std::int64_t last = last_.load(std::memory_order_relaxed);
  while (last < seen && !last_.compare_exchange_weak(last, seen, std::memory_order_relaxed)) {
  }
}

std::string make_event_id(Clock& clock, Random& random) {
  std::uint8_t bytes[16];
  random.fill(bytes);
  const auto milliseconds = static_cast<std::uint64_t>(clock.wall().time_since_epoch().count() / 1000);
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return base64url_encode({reinterpret_cast<const char*>(bytes), sizeof bytes});
}

}  // namespace postroad
