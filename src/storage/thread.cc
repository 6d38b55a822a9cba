#include "storage/thread.h"

#include <thread>

#include "base/thread_turn.h"

namespace postroad::storage {

struct Thread::Running {
  std::thread thread;
};

Thread::Thread(std::string name, std::function<void()> body, int nice)
    : running_(new Running{std::thread([name = std::move(name), body = std::move(body), nice] {
        begin_thread(name, nice);
        body();
      })}) {}

Thread::~Thread() { running_->thread.join(); }

}  // namespace postroad::storage
