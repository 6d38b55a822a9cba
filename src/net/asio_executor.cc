#include "net/asio_executor.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/assert.h"
#include "base/thread_turn.h"

namespace postroad::net {

AsioExecutor::AsioExecutor(Options options) {
  PR_ASSERT(options.loops > 0);
  for (std::size_t i = 0; i < options.loops; ++i) {
    contexts_.push_back(std::make_unique<asio::io_context>(1));
    guards_.emplace_back(contexts_.back()->get_executor());
  }
  for (const Pool& pool : options.pools) {
    pools_.push_back({pool.name, std::make_unique<asio::thread_pool>(pool.threads)});
    if (pool.nice == 0) continue;
    PR_ASSERT(pool.threads == 1);
    asio::post(*pools_.back().threads, [name = pool.name, nice = pool.nice] {
      begin_thread(name, nice);
    });
  }
}

AsioExecutor::~AsioExecutor() { stop(); }

asio::any_io_executor AsioExecutor::loop(std::size_t number) { return context(number).get_executor(); }

asio::io_context& AsioExecutor::context(std::size_t number) {
  PR_ASSERT(number < contexts_.size());
  return *contexts_[number];
}

void AsioExecutor::start() {
  PR_ASSERT(threads_ == nullptr);
  threads_ = std::make_unique<asio::thread_pool>(contexts_.size());
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    asio::post(*threads_, [context = contexts_[i].get(), name = "loop-" + std::to_string(i)] {
      begin_thread(name, 0);
      context->run();
    });
  }
}

void AsioExecutor::stop() {
  for (const auto& context : contexts_) context->stop();
  if (threads_ != nullptr) threads_->join();
  threads_.reset();
  for (const RunningPool& pool : pools_) {
    pool.threads->stop();
    pool.threads->join();
  }
}

asio::thread_pool& AsioExecutor::pool(std::string_view name) {
  for (const RunningPool& pool : pools_) {
    if (pool.name == name) return *pool.threads;
  }
  PR_ASSERT(!"a pool of this name");
  std::abort();
}

asio::awaitable<void> AsioExecutor::run_blocking(std::string_view name, std::function<void()> work) {
  asio::thread_pool& threads = pool(name);
  auto start = [&threads, &work](auto handler) {
    asio::post(threads, [&work, handler = std::move(handler)]() mutable {
      work();
      const auto home = asio::get_associated_executor(handler);
      asio::post(home, std::move(handler));
    });
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(std::move(start), asio::use_awaitable);
}

}  // namespace postroad::net
