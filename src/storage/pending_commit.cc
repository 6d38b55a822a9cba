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

void ResumeBatch::add(Waiter& waiter) {
  auto found = std::ranges::find(batches_, waiter.executor, &OnOne::executor);
  if (found == batches_.end()) found = batches_.insert(found, OnOne{waiter.executor, {}});
  found->resumes.push_back(std::move(waiter.resume));
}

void ResumeBatch::post() {
  for (OnOne& batch : batches_) {
    // The loop may run the last of its work, and be destroyed, before post() has returned: this keeps it.
    const auto keeps_loop = asio::prefer(batch.executor, asio::execution::outstanding_work.tracked);
    asio::post(batch.executor, [resumes = std::move(batch.resumes)]() mutable {
      for (auto& resume : resumes) resume();
    });
  }
  batches_.clear();
}

}  // namespace postroad::storage
