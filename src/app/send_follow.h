#pragma once
#include <boost/json.hpp>
#include <map>
#include <string>

#include "app/remote.h"

namespace postroad::app {

/// How it stands with one recipient.
struct Standing {
  bool ended = false, failed = false;
  std::string state = "waiting", code, message;
};

/// Follows the events of one message that was sent to a server, and prints each unless it is `quiet`. Blocks.
class Follower {
 public:
  Follower(Remote& remote, std::string domain, std::string id, bool quiet)
      : remote_(remote), domain_(std::move(domain)), id_(std::move(id)), quiet_(quiet) {}

  /// From `since` (seconds since 1970) on; true when every recipient has ended before `deadline`.
  Result<bool> follow(std::int64_t since, MonoTime deadline);
  const std::map<std::string, Standing>& standings() const { return standings_; }
  const std::string& storage_key() const { return storage_key_; }

 private:
  Result<void> read_pages();
  void take(const boost::json::object& event);
  void print(const boost::json::object& event, const std::string& type, bool temporary) const;

  Remote& remote_;
  const std::string domain_, id_;
  const bool quiet_;
  std::string next_, storage_key_;
  double begun_ = 0;
  std::map<std::string, Standing> standings_;
};

}  // namespace postroad::app
