#pragma once
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/log_condition.h"
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

/// What `postroad log` was asked for: its words, with --event as one more, and --since.
class LogQuery {
 public:
  /// kInvalidArgument: --since is no time such as 1h, or as LogCondition::parse.
  static Result<LogQuery> parse(const LogArguments& arguments, WallTime now);
  /// Compared here, where a server could not.
  bool matches(const LogEntry& entry) const;
  void since(WallTime time);
  const std::vector<std::string>& terms() const { return terms_; }
  const LogCondition& condition() const { return condition_; }

 private:
  std::vector<std::string> terms_;
  LogCondition condition_;
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
