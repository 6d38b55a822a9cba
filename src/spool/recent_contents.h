#pragma once
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "base/id.h"

namespace postroad::spool {

/// Contents that were read from disk of late: a message for many is read and opened once, not for each of them. The oldest
/// make room. Any thread.
class RecentContents {
 public:
  static constexpr std::size_t kBytesMax = 8 * 1024 * 1024;
  static constexpr std::size_t kContentsMax = 64;

  /// Null when it is not here.
  std::shared_ptr<const std::string> find(MessageId id) const;
  /// One that is larger than kBytesMax is not kept.
  void keep(MessageId id, std::shared_ptr<const std::string> content);
  std::size_t bytes() const;

 private:
  struct Entry {
    MessageId id;
    std::shared_ptr<const std::string> content;
  };
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;  ///< Oldest first.
  std::size_t bytes_ = 0;
};

}  // namespace postroad::spool
