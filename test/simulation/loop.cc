#include "loop.h"

#include <boost/asio/post.hpp>
#include <vector>

namespace postroad::simulation {
namespace {
constexpr std::uint64_t kFnvPrime = 1099511628211u;
constexpr std::uint64_t kPoolWorkMicrosecondsMax = 2000;
}  // namespace

void Trace::note(std::string_view what, std::uint64_t number) {
  ++notes_;
  for (const char c : what) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * kFnvPrime;
  for (int i = 0; i < 8; ++i) hash_ = (hash_ ^ ((number >> (8 * i)) & 0xff)) * kFnvPrime;
}

SimLoop::SimLoop(SimClock& clock, Random& random, Trace& trace)
    : clock_(clock), random_(random), trace_(trace), server_(std::make_unique<asio::io_context>(1)) {}

SimLoop::~SimLoop() {
  closing_ = true;  // What still ends sets no new events.
  events_.clear();
  while (!parked_.empty()) {
    const auto gone = std::exchange(parked_, {});
  }
}

void SimLoop::at(MonoTime when, std::function<void()> event) {
  if (!closing_) events_.emplace(std::max(when, clock_.mono()), std::move(event));
}

void SimLoop::wake(std::uint64_t number) {
  auto found = parked_.extract(number);
  if (found.empty()) return;
  asio::post(found.mapped().executor, std::move(found.mapped().resume));
}

asio::awaitable<void> SimLoop::sleep_until(MonoTime until) {
  co_await park([this, until](std::uint64_t me) { at(until, [this, me] { wake(me); }); });
}

asio::awaitable<void> SimLoop::run_blocking(std::string_view, std::function<void()> work) {
  const auto took = std::chrono::microseconds(1 + random_.below(kPoolWorkMicrosecondsMax));
  co_await park([this, took, &work](std::uint64_t me) {
    after(took, [this, me, &work] {
      if (!is_parked(me)) return;  // The frame that holds `work` is gone.
      work();
      wake(me);
    });
  });
}

bool SimLoop::step() {
  for (std::size_t ran = 1; ran > 0;) {
    server_->restart();
    ran = server_->poll();
    world_.restart();
    ran += world_.poll();
  }
  if (events_.empty()) return false;
  auto next = events_.extract(events_.begin());
  if (next.key() > clock_.mono()) clock_.advance_to(next.key());
  trace_.note("event", static_cast<std::uint64_t>(next.key().time_since_epoch().count()));
  next.mapped()();
  return true;
}

bool SimLoop::run_until(const std::function<bool()>& done, MonoTime limit) {
  while (!done()) {
    if (clock_.mono() > limit || !step()) return done();
  }
  return true;
}

void SimLoop::kill_server() {
  const asio::any_io_executor dead = server_->get_executor();
  for (;;) {
    std::vector<Parked> gone;
    for (auto it = parked_.begin(); it != parked_.end();) {
      if (it->second.executor == dead) {
        gone.push_back(std::move(it->second));
        it = parked_.erase(it);
      } else {
        ++it;
      }
    }
    if (gone.empty()) break;
  }
  server_ = std::make_unique<asio::io_context>(1);
}

}  // namespace postroad::simulation
