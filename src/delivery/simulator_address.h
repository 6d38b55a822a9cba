#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mail/smtp/reply.h"

namespace postroad::delivery {

/// What a simulated mail server does with one recipient.
struct SimulatedFate {
  enum class Kind : std::uint8_t {
    kReply,       ///< Answers `reply`.
    kTimeout,     ///< Takes the connection and then says nothing.
    kTlsFailure,  ///< Insists on TLS and breaks its handshake.
    kNoDomain,    ///< There is no such domain.
  };
  enum class Stage : std::uint8_t { kMail, kRcpt, kData };

  Kind kind = Kind::kReply;
  Stage stage = Stage::kRcpt;  ///< Where it answers, or falls silent; what comes before is accepted.
  mail::smtp::Reply reply;
  bool only_first = false;  ///< From the second attempt on the message is accepted.
  std::chrono::seconds after{0};  ///< How long it takes over its answer, on the sandbox's clock.
  std::string_view unbuilt;  ///< What should follow a delivery and does not yet: "a complaint report". Empty: nothing.
};

/// "+after30s" beyond this is only a label.
inline constexpr std::chrono::seconds kSimulatedDelayMax{300};

/// Reads the local part of a simulator address, in any case:
///
///   [mail-|rcpt-|data-] word *( "+" label )
///
/// `word` is deliver, bounce, softbounce, full, blocked, greylist, timeout, any reply code 400-499 or 500-599; or
/// tlsfail, nxdomain, complain, unsubscribe, open, click, ooo, which have no stage. A label `after<N>s` delays the answer
/// by N seconds; any other label says nothing. nullopt: an ordinary address.
std::optional<SimulatedFate> parse_simulator_address(std::string_view local_part);

}  // namespace postroad::delivery
