#include "lines.h"

namespace postroad::simulation {

namespace asio = net::asio;

asio::awaitable<Result<void>> Lines::more(Deadline deadline) {
  char buffer[2048];
  const Result<std::size_t> got = co_await stream_.read_some(buffer, deadline);
  if (!got) co_return std::unexpected(got.error());
  held_.append(buffer, *got);
  co_return Result<void>{};
}

asio::awaitable<Result<std::string>> Lines::line(Deadline deadline) {
  for (;;) {
    const std::size_t end = held_.find('\n');
    if (end != std::string::npos) {
      std::string line = held_.substr(0, end);
      held_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      co_return line;
    }
    CO_RETURN_IF_ERROR(co_await more(deadline));
  }
}

asio::awaitable<Result<std::string>> Lines::octets(std::size_t count, Deadline deadline) {
  while (held_.size() < count) CO_RETURN_IF_ERROR(co_await more(deadline));
  std::string octets = held_.substr(0, count);
  held_.erase(0, count);
  co_return octets;
}

}  // namespace postroad::simulation
