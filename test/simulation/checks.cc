#include "checks.h"

#include <fmt/format.h>

#include <algorithm>

namespace postroad::simulation {
namespace {

using events::EventType;

bool is_ending(const events::StoredEvent& event) {
  return event.type == EventType::kDelivered || event.type == EventType::kRejected || event.type == EventType::kCanceled ||
         (event.type == EventType::kFailed && event.body.contains("\"severity\":\"permanent\""));
}

/// The events of one recipient of one message, oldest first.
struct Story {
  std::vector<const events::StoredEvent*> events;
  std::size_t count(EventType type) const {
    return static_cast<std::size_t>(std::ranges::count(events, type, [](const auto* e) { return e->type; }));
  }
  std::size_t endings() const {
    return static_cast<std::size_t>(std::ranges::count_if(events, [](const auto* e) { return is_ending(*e); }));
  }
};

/// Canceled events carry no subject, so stories are found by message and address, and messages by the token of their accepted event.
using StoryKey = std::pair<std::int64_t, std::string>;

class Checker {
 public:
  Checker(const Model& model, const std::vector<events::StoredEvent>& journal) : model_(model) {
    for (const events::StoredEvent& event : journal) {
      stories_[{event.message, event.address}].events.push_back(&event);
      if (event.type != EventType::kAccepted) continue;
      const std::string token = token_of(event);
      if (token.empty()) {
        say("an accepted event names no message that was sent: {}", event.body.substr(0, 200));
      } else {
        messages_[token].insert(event.message);
      }
    }
  }

  std::vector<std::string> run(const events::Audit& audit) {
    if (!audit.balanced() || audit.waiting != 0) {
      say("audit: accepted {} ended {} waiting {} lost {} twice {} both {}", audit.accepted, audit.ended, audit.waiting, audit.lost,
          audit.ended_twice, audit.ended_and_waiting);
    }
    for (const auto& [token, sent] : model_.sent) check(sent);
    for (const auto& [key, story] : stories_) check(key.second, story);
    check_copies();
    return broken_;
  }

 private:
  template <class... T>
  void say(fmt::format_string<T...> text, T&&... values) {
    broken_.push_back(fmt::format(text, std::forward<T>(values)...));
  }

  static std::string token_of(const events::StoredEvent& event) {
    constexpr std::string_view kBefore = "\"subject\":\"";
    const std::size_t at = event.body.find(kBefore);
    if (at == std::string::npos) return {};
    const std::size_t from = at + kBefore.size();
    return event.body.substr(from, event.body.find('"', from) - from);
  }

  void check(const Sent& sent) {
    const auto found = messages_.find(sent.token);
    const std::size_t times = found == messages_.end() ? 0 : found->second.size();
    if (sent.told == Told::kAccepted && times == 0) say("{}: accepted, and nothing is known of it", sent.token);
    const bool not_taken = sent.told == Told::kRefused || (sent.told == Told::kDeferred && !model_.a_sync_failed);
    if (not_taken && times != 0) say("{}: refused, and yet taken", sent.token);
    if (times > 1) say("{}: is there {} times", sent.token, times);
    if (times == 0) return;
    for (const std::int64_t message : found->second) {
      for (const std::string& recipient : sent.recipients) {
        const auto story = stories_.find({message, recipient});
        if (story == stories_.end()) say("{}: has no event for {}", sent.token, recipient);
      }
    }
  }

  void check(const std::string& address, const Story& story) {
    if (story.count(EventType::kAccepted) != 1) say("{}: accepted {} times", address, story.count(EventType::kAccepted));
    if (story.endings() != 1) say("{}: {} endings", address, story.endings());
    for (std::size_t i = 0; i < story.events.size(); ++i) {
      const events::StoredEvent& event = *story.events[i];
      if (i == 0 && event.type != EventType::kAccepted) say("{}: its story begins with event type {}", address, static_cast<int>(event.type));
      if (i > 0 && event.time < story.events[i - 1]->time) say("{}: time falls", address);
      if (is_ending(event) && i + 1 != story.events.size()) say("{}: something happens after its ending", address);
    }
  }

  void check_copies() {
    std::map<std::pair<std::string, std::string>, std::vector<const Copy*>> copies;
    for (const Copy& copy : model_.copies) {
      copies[{copy.token, copy.recipient}].push_back(&copy);
      if (!copy.whole) say("{} to {}: another body arrived than was sent", copy.token, copy.recipient);
    }
    for (const auto& [key, arrived] : copies) {
      for (std::size_t i = 0; i + 1 < arrived.size(); ++i) {
        const Copy& earlier = *arrived[i];
        const bool crashed = std::ranges::any_of(model_.crashes, [&](MonoTime when) { return when >= earlier.at && when <= arrived[i + 1]->at; });
        if (!crashed && !earlier.reply_lost) say("{} to {}: arrived {} times for no reason", key.first, key.second, arrived.size());
      }
    }
    for (const auto& [key, story] : stories_) {
      if (story.count(EventType::kDelivered) == 0) continue;
      const std::string token = token_of(*story.events.front());
      if (!copies.contains({token, key.second})) say("{} to {}: told delivered, and nothing arrived", token, key.second);
    }
  }

  const Model& model_;
  std::map<StoryKey, Story> stories_;
  std::map<std::string, std::set<std::int64_t>> messages_;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> broken_promises(const Model& model, const events::Audit& audit, const std::vector<events::StoredEvent>& journal) {
  return Checker(model, journal).run(audit);
}

}  // namespace postroad::simulation
