#include "queue/lane.h"

#include <algorithm>
#include <iterator>

namespace postroad::queue {

void Lane::add(spool::DueRecipient due) {
  if (known_.contains(due.recipient.id) || in_flight_.contains(due.recipient.id)) return;
  const bool after_window = window_.empty() || window_.rbegin()->recipient.due <= due.recipient.due;
  if (after_window && (more_on_disk_ || window_.size() >= kWindowMax)) {
    leave_to_disk();
    return;
  }
  if (window_.size() >= kWindowMax) {
    const auto last = std::prev(window_.end());
    known_.erase(last->recipient.id);
    window_.erase(last);
    leave_to_disk();
  }
  known_.insert(due.recipient.id);
  window_.insert(std::move(due));
}

void Lane::leave_to_disk() {
  more_on_disk_ = true;
  left_while_loading_ = loading_;
}

void Lane::ended(RecipientId id) {
  in_flight_.erase(id);
  if (loading_) ended_while_loading_.insert(id);
}

void Lane::withdraw(RecipientId id) {
  if (loading_) ended_while_loading_.insert(id);
  if (known_.erase(id) == 0) return;
  std::erase_if(window_, [id](const spool::DueRecipient& due) { return due.recipient.id == id; });
}

void Lane::begin_load() {
  loading_ = true;
  left_while_loading_ = false;
  forgotten_while_loading_ = false;
  ended_while_loading_.clear();
}

void Lane::end_load() {
  loading_ = false;
  left_while_loading_ = false;
  forgotten_while_loading_ = false;
  ended_while_loading_.clear();
}

void Lane::load_failed() { end_load(); }

void Lane::forget_window() {
  window_.clear();
  known_.clear();
  more_on_disk_ = true;
  forgotten_while_loading_ = loading_;
}

void Lane::loaded(std::vector<spool::DueRecipient> found, std::size_t asked) {
  const bool more =
      found.size() >= asked || left_while_loading_ || forgotten_while_loading_ || !ended_while_loading_.empty();
  more_on_disk_ = false;
  if (forgotten_while_loading_) found.clear();
  for (spool::DueRecipient& due : found) {
    if (!ended_while_loading_.contains(due.recipient.id)) add(std::move(due));
  }
  if (more) more_on_disk_ = true;
  end_load();
}

std::vector<spool::DueRecipient> Lane::take_due(WallTime now, std::size_t most) {
  std::vector<spool::DueRecipient> taken;
  if (!has_due(now)) return taken;
  const MessageId message = window_.begin()->message->id;
  for (auto at = window_.begin(); at != window_.end() && taken.size() < most;) {
    if (at->recipient.due > now || at->message->id != message) break;
    known_.erase(at->recipient.id);
    in_flight_.insert(at->recipient.id);
    taken.push_back(std::move(window_.extract(at++).value()));
  }
  return taken;
}

std::optional<WallTime> Lane::next_due() const {
  if (window_.empty()) return std::nullopt;
  return window_.begin()->recipient.due;
}

}  // namespace postroad::queue
