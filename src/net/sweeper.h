#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/clock.h"

namespace postroad::net {

namespace asio = boost::asio;

/// One per loop: looks every `kSweepInterval` at everything that waits there and ends what is overdue, so that an
/// operation with a deadline costs a store and no timer. Reached with `asio::use_service<Sweeper>(context)`; used from
/// that loop only, and outlives every coroutine of it.
class Sweeper final : public asio::execution_context::service {
 public:
  static constexpr std::chrono::milliseconds kSweepInterval{100};
  static inline asio::execution_context::id id;

  /// Something with a deadline. Watched from construction to destruction.
  class Watched {
   public:
    explicit Watched(Sweeper& sweeper) : sweeper_(sweeper) { sweeper_.add(*this); }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

   protected:
    ~Watched() { sweeper_.remove(*this); }
    /// Called at each sweep. May cancel operations; must not create or destroy anything watched.
    virtual void sweep(MonoTime now) = 0;

   private:
    friend class Sweeper;
    Sweeper& sweeper_;
    Watched* before_ = nullptr;
    Watched* after_ = nullptr;
  };

  explicit Sweeper(asio::execution_context& context);

 private:
  void add(Watched& watched);
  void remove(Watched& watched);
  void arm();
  void sweep();
  void shutdown() override;

  SystemClock clock_;
  asio::steady_timer timer_;
  Watched* first_ = nullptr;
  bool armed_ = false;
  bool down_ = false;
};

}  // namespace postroad::net
