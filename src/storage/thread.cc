#include "storage/thread.h"

#include <pthread.h>

#include <thread>

namespace postroad::storage {

struct Thread::Running {
  std::thread thread;
};

Thread::Thread(std::string name, std::function<void()> body)
    : running_(new Running{std::thread([name = std::move(name), body = std::move(body)] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        body();
      })}) {}

Thread::~Thread() { running_->thread.join(); }

}  // namespace postroad::storage
