#include "storage/thread.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

namespace postroad::storage {

struct Thread::Running {
  std::thread thread;
};

Thread::Thread(std::string name, std::function<void()> body, int nice)
    : running_(new Running{std::thread([name = std::move(name), body = std::move(body), nice] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        if (nice > 0) (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice);  // Refused: as usual.
        body();
      })}) {}

Thread::~Thread() { running_->thread.join(); }

}  // namespace postroad::storage
