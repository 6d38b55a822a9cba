#include "net/sweeper.h"

namespace postroad::net {

Sweeper::Sweeper(asio::execution_context& context)
    : service(context), timer_(static_cast<asio::io_context&>(context)) {}

void Sweeper::add(Watched& watched) {
  watched.after_ = first_;
  if (first_ != nullptr) first_->before_ = &watched;
  first_ = &watched;
  arm();
}

void Sweeper::remove(Watched& watched) {
  if (watched.before_ != nullptr) watched.before_->after_ = watched.after_;
  if (watched.after_ != nullptr) watched.after_->before_ = watched.before_;
  if (first_ == &watched) first_ = watched.after_;
}

void Sweeper::arm() {
  if (armed_ || down_) return;
  armed_ = true;
  timer_.expires_after(kSweepInterval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    armed_ = false;
    if (!error) sweep();
  });
}

void Sweeper::sweep() {
  const MonoTime now = clock_.mono();
  for (Watched* watched = first_; watched != nullptr; watched = watched->after_) watched->sweep(now);
  if (first_ != nullptr) arm();
}

void Sweeper::shutdown() { down_ = true; }

}  // namespace postroad::net
