#pragma once
#include <optional>
#include <string>
#include <vector>

#include "queue/lane_rules.h"

namespace postroad::app {

/// What is known of one lane, to be told in words.
struct LaneFacts {
  std::string lane;
  bool running = false;  ///< The server is.
  std::int64_t waiting = 0, in_flight = 0;
  std::int64_t held = 0;  ///< Beside those that wait.
  std::optional<queue::LaneRule> rule;
  WallTime now{}, next_due{}, oldest{}, expires{};  ///< `oldest`: accepted; `expires`: of the recipient due first.
  int attempts = 0;                                 ///< Of the recipient due first, or of those looked at the most.
  WallTime answered{};                              ///< Of the last answer; zero: there is none.
  std::string answer;                               ///< "mx.corp.test: 451 4.7.1 busy"
};

/// Why mail waits there, a sentence each, the reason first that an operator can do most about.
std::vector<std::string> lane_words(const LaneFacts& facts);
/// "2 h 5 min"; of less than a second "0 s".
std::string span_words(std::chrono::seconds span);

}  // namespace postroad::app
