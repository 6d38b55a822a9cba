#include "spool/recent_contents.h"

#include <algorithm>

namespace postroad::spool {

std::shared_ptr<const std::string> RecentContents::find(MessageId id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(entries_, id, &Entry::id);
  return found == entries_.end() ? nullptr : found->content;
}

void RecentContents::keep(MessageId id, std::shared_ptr<const std::string> content) {
  if (content->size() > kBytesMax) return;
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(entries_, id, &Entry::id) != entries_.end()) return;
  bytes_ += content->size();
  entries_.push_back({id, std::move(content)});
  while (bytes_ > kBytesMax || entries_.size() > kContentsMax) {
    bytes_ -= entries_.front().content->size();
    entries_.pop_front();
  }
}

std::size_t RecentContents::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace postroad::spool
