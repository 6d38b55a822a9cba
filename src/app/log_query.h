#pragma once
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/machine.h"
#include "base/clock.h"

namespace postroad::app {

/// An event as `postroad log` handles it.
struct LogEntry {
  boost::json::object event;
  std::string type;
  std::string transcript;
  std::string place;  ///< Tells it from every other event of its source.

  double time() const;  ///< Seconds since 1970.
  std::string message_id() const;
  std::string subject() const;
};

/// What a person asks of the log: words that must all be there, some of them in one field.
class LogQuery {
 public:
  /// kInvalidArgument: --since is no time such as 1h.
  static Result<LogQuery> parse(const LogArguments& arguments, WallTime now);
  bool matches(const LogEntry& entry) const;
  void since(WallTime time) { since_ = time; }
  /// A text that stands in the body of every event that matches: for a first sieve. May be empty.
  std::string hint() const;

 private:
  enum class Field : std::uint8_t { kAny, kTo, kFrom, kSubject, kEvent };
  struct Term {
    Field field = Field::kAny;
    std::string text;  ///< In lower case.
  };
  static bool holds(const Term& term, const LogEntry& entry);

  std::vector<Term> terms_;
  std::optional<WallTime> since_;
};

/// Time passes for a command that polls.
class Waiting {
 public:
  explicit Waiting(Machine& machine) : machine_(machine) {}
  void pause(std::chrono::milliseconds length);
  WallTime now() const { return machine_.world().clock.wall(); }
  MonoTime mono() const { return machine_.world().clock.mono(); }

 private:
  Machine& machine_;
};

}  // namespace postroad::app
