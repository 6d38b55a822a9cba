#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"

namespace postroad::simulation {

/// What the server said to whoever handed it a message.
enum class Told : std::uint8_t {
  kNothing,   ///< The connection went before an answer came: it may have been taken or not.
  kAccepted,  ///< 200 or 250.
  kRefused,   ///< Refused for good: it must not have been taken.
  kDeferred,  ///< 451 or 503: not taken, unless the disk failed at that moment.
};

/// One call or SMTP transaction, known by a token that its subject and body carry.
struct Sent {
  std::string token;
  std::vector<std::string> recipients;
  Told told = Told::kNothing;
  MonoTime told_at{};
};

/// A copy that a destination took for good: it answered 250 after the end of DATA, or meant to.
struct Copy {
  std::string token;
  std::string recipient;
  MonoTime at{};
  bool whole = false;       ///< The body is the one that was sent.
  bool reply_lost = false;  ///< The connection went before the 250 can have been read.
};

/// What was promised and what the world outside saw. The checks are in `checks.h`.
struct Model {
  std::map<std::string, Sent> sent;
  std::vector<Copy> copies;
  std::vector<MonoTime> crashes;  ///< Kills, power cuts, and ends after a failed sync.
  bool a_sync_failed = false;     ///< Then a refusal that says "try later" may be of a unit that is there, whole.
};

/// The body of the message with this token: the same text from the sender and for the destination to compare with.
std::string body_of(const std::string& token);

}  // namespace postroad::simulation
