#include "app/lane_words.h"

#include <fmt/format.h>

#include "mail/date.h"

namespace postroad::app {
namespace {

std::string at(WallTime time) { return mail::format_date_gmt(std::chrono::time_point_cast<std::chrono::seconds>(time)); }

std::string ago(const LaneFacts& facts, WallTime time) { return span_words(std::chrono::duration_cast<std::chrono::seconds>(facts.now - time)); }

std::string count_words(std::int64_t count) { return count == 1 ? "1 recipient waits" : fmt::format("{} recipients wait", count); }

std::string rule_words(const LaneFacts& facts) {
  const queue::LaneRule& rule = *facts.rule;
  const bool paused = rule.action == queue::LaneRule::Action::kPause;
  const std::string lane = rule.lane == queue::LaneRules::kAllLanes ? "every lane" : "the lane";
  std::string words = paused ? fmt::format("An operator has paused {}", lane) : fmt::format("An operator has slowed {} to {} recipients an hour", lane, rule.per_hour);
  words += fmt::format(" {} ago", ago(facts, rule.created));
  if (rule.until != WallTime{}) words += fmt::format(", until {}", at(rule.until));
  if (!rule.reason.empty()) words += fmt::format(": {}", rule.reason);
  const std::string name = rule.lane == queue::LaneRules::kAllLanes ? "--all" : rule.lane;
  return words + fmt::format(". `postroad queue resume {}` ends that.", name);
}

std::string held_words(const LaneFacts& facts) {
  return fmt::format("{} more {} held and not tried: `postroad queue held` shows why, `postroad queue release {}` lets them go.", facts.held, facts.held == 1 ? "is" : "are", facts.lane);
}

std::string try_words(const LaneFacts& facts) {
  if (!facts.running) return "The server does not run: nothing is tried until it does.";
  const bool paused = facts.rule && facts.rule->action == queue::LaneRule::Action::kPause;
  if (facts.next_due > facts.now) {
    const auto wait = std::chrono::duration_cast<std::chrono::seconds>(facts.next_due - facts.now);
    const std::string what = facts.attempts == 0 ? "It is to be sent later: the first try is" : "The next try is";
    return fmt::format("{} at {}, in {}. `postroad queue retry {}` makes it now.", what, at(facts.next_due), span_words(wait), facts.lane);
  }
  if (paused) return "It is due, and will be tried when the pause ends.";
  if (facts.in_flight > 0) return "It is due: the next begins as others come to an end.";
  return "It is due and about to be tried.";
}

}  // namespace

std::string span_words(std::chrono::seconds span) {
  const std::int64_t s = std::max<std::int64_t>(0, span.count());
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min", s / 60);
  if (s < 86400) return s % 3600 < 60 ? fmt::format("{} h", s / 3600) : fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
  return s % 86400 < 3600 ? fmt::format("{} d", s / 86400) : fmt::format("{} d {} h", s / 86400, s % 86400 / 3600);
}

std::vector<std::string> lane_words(const LaneFacts& facts) {
  std::vector<std::string> words;
  if (facts.waiting == 0) {
    words.push_back(fmt::format("Nothing waits for {}.", facts.lane));
    if (facts.held > 0) words.push_back(held_words(facts));
    if (facts.rule) words.push_back(rule_words(facts));
    return words;
  }
  std::string first = fmt::format("{} for {}, the oldest for {}", count_words(facts.waiting), facts.lane, ago(facts, facts.oldest));
  if (facts.in_flight > 0) first += fmt::format("; {} {} under way", facts.in_flight, facts.in_flight == 1 ? "delivery is" : "deliveries are");
  words.push_back(first + ".");
  if (facts.rule) words.push_back(rule_words(facts));
  if (facts.held > 0) words.push_back(held_words(facts));
  words.push_back(try_words(facts));
  if (facts.answered != WallTime{}) {
    words.push_back(fmt::format("The last answer, {} ago, to attempt {}: {}", ago(facts, facts.answered), facts.attempts, facts.answer));
  } else if (facts.attempts == 0) {
    words.push_back("No attempt has come to an end yet.");
  }
  if (facts.expires > facts.now) {
    words.push_back(fmt::format("What is not delivered by {}, in {}, fails as too old.", at(facts.expires), span_words(std::chrono::duration_cast<std::chrono::seconds>(facts.expires - facts.now))));
  }
  return words;
}

}  // namespace postroad::app
