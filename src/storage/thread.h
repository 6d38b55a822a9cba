#pragma once
#include <functional>
#include <memory>
#include <string>

namespace postroad::storage {

/// A named thread that runs `body` once and is joined by the destructor: whoever owns it must have told the body to
/// end. The only place in storage that starts threads; with Threading::kCaller none is.
class Thread {
 public:
  /// As begin_thread() has it.
  Thread(std::string name, std::function<void()> body, int nice = 0);
  ~Thread();
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace postroad::storage
