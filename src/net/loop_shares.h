#pragma once
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

namespace postroad::net {

/// How many accepted connections each loop serves. The kernel deals newcomers out by chance, so that of a few busy connections most
/// may come to one loop; a newcomer goes on to the loop that has fewest. Any thread.
class LoopShares : public std::enable_shared_from_this<LoopShares> {  // shared by those who listen and every connection
 public:
  explicit LoopShares(std::vector<boost::asio::io_context*> loops) : loops_(std::move(loops)), served_(loops_.size()) {}

  /// A connection's place on a loop, until the last copy of `held` goes.
  struct Place {
    boost::asio::io_context& loop;
    std::shared_ptr<void> held;
  };
  /// On the loop that serves fewest; on `own`, where no other serves fewer.
  Place take(const boost::asio::io_context& own);
  std::size_t served(std::size_t loop) const { return served_[loop].load(std::memory_order_relaxed); }

 private:
  const std::vector<boost::asio::io_context*> loops_;
  std::vector<std::atomic<std::size_t>> served_;
};

}  // namespace postroad::net
