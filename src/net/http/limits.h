#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace postroad::net::http {

inline constexpr std::size_t kHeadBytesMax = 32 * 1024;          ///< Request line and fields; beyond: 431.
inline constexpr std::size_t kRequestLineBytesMax = 16 * 1024;   ///< Beyond: 414.
inline constexpr std::size_t kHeaderFieldsMax = 100;             ///< Beyond: 431.
inline constexpr std::size_t kQueryParametersMax = 1000;
inline constexpr std::uint64_t kBodyBytesMax = 54'945'382;       ///< 52.4 MiB, as sent and as inflated; beyond: 413.
inline constexpr std::size_t kUnreadBodyBytesMax = 256 * 1024;   ///< What a handler leaves unread and we read over.

inline constexpr std::chrono::seconds kHeadTimeout{10};          ///< From its first byte; TLS handshake likewise.
inline constexpr std::chrono::seconds kIdleTimeout{60};          ///< Between requests.
inline constexpr std::chrono::seconds kBodyGrace{10};            ///< Before the least rate is asked for.
inline constexpr std::uint64_t kBodyBytesPerSecondMin = 1000;
inline constexpr std::chrono::seconds kWriteTimeout{30};
inline constexpr std::chrono::seconds kFinishTimeout{10};        ///< Reading on, so that a sender sees the refusal.

inline constexpr char kBodyTooLarge[] = "request size exceeds 52.4MiB limit";
inline constexpr char kUnexpectedEnd[] = "unable to parse request: unexpected EOF";
inline constexpr char kInvalidEscape[] = "unable to parse request: invalid URL escape";
inline constexpr char kMalformedMultipart[] = "malformed multipart/form-data request";

}  // namespace postroad::net::http
