#include "storage/pending_commit.h"

#include <algorithm>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include "storage/segment_format.h"

namespace postroad::storage {

PendingCommit::PendingCommit(Unit u) : unit(std::move(u)) {
  for (const std::string& content : unit.contents()) stored_bytes += record_bytes(content.size());
}

void Echoes::expect() {
  const std::lock_guard lock(mutex_);
  ++outstanding_;
}

void Echoes::arrived() {
  const std::lock_guard lock(mutex_);
  if (--outstanding_ == 0) back_.notify_all();
}

void Echoes::wait_for(std::chrono::nanoseconds most) {
  std::unique_lock lock(mutex_);
  back_.wait_for(lock, most, [this] { return outstanding_ == 0; });
}

void ResumeBatch::add(Waiter& waiter) {
  auto found = std::ranges::find(batches_, waiter.executor, &OnOne::executor);
  if (found == batches_.end()) found = batches_.insert(found, OnOne{waiter.executor, {}});
  found->resumes.push_back(std::move(waiter.resume));
}

void ResumeBatch::post(const std::shared_ptr<Echoes>& echoes) {
  for (OnOne& batch : batches_) {
    // The loop may run the last of its work, and be destroyed, before post() has returned: this keeps it.
    const auto keeps_loop = asio::prefer(batch.executor, asio::execution::outstanding_work.tracked);
    if (echoes != nullptr) echoes->expect();
    // Shared with the writer, who may be gone before the loop comes to this.
    asio::post(batch.executor, [resumes = std::move(batch.resumes), echoes]() mutable {
      for (auto& resume : resumes) resume();
      if (echoes != nullptr) echoes->arrived();
    });
  }
  batches_.clear();
}

}  // namespace postroad::storage
