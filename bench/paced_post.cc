// POST requests at a fixed rate:   paced_post PORT PATH AUTHORIZATION BODY_FILE RATE CONNECTIONS SECONDS
//
// Request i is due at i / RATE whether or not earlier ones were answered, and its latency counts from then: a server that
// stands still for a while is charged for every request that had to wait. Prints "RESULT answered failed p50 p99 max" in µs.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;
constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kAnswerHeadBytesMax = 16'384;

struct Load {
  std::string request;
  double rate;
  std::size_t count;
  SteadyClock::time_point begin;
  std::size_t next = 0;
  std::size_t failed = 0;
  std::vector<std::int64_t> micros;
};

/// The answer's head and body off `socket`; false unless it is a 200.
asio::awaitable<bool> read_answer(tcp::socket& socket, std::string& buffer) {
  const auto [error, head] = co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer, kAnswerHeadBytesMax), "\r\n\r\n", kToken);
  if (error) co_return false;
  const bool ok = buffer.starts_with("HTTP/1.1 200");
  const std::size_t field = buffer.find("ontent-Length: ");
  if (field == std::string::npos || field > head) co_return false;
  const std::size_t whole = head + std::strtoul(buffer.c_str() + field + 15, nullptr, 10);
  while (buffer.size() < whole) {
    std::array<char, 4096> piece;
    const auto [trouble, bytes] = co_await socket.async_read_some(asio::buffer(piece), kToken);
    if (trouble) co_return false;
    buffer.append(piece.data(), bytes);
  }
  buffer.erase(0, whole);
  co_return ok;
}

asio::awaitable<void> connection(Load& load, std::uint16_t port) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::socket socket(executor);
  const auto [refused] = co_await socket.async_connect({asio::ip::make_address_v4("127.0.0.1"), port}, kToken);
  if (refused) {
    ++load.failed;
    co_return;
  }
  socket.set_option(tcp::no_delay(true));
  asio::steady_timer timer(executor);
  std::string buffer;
  while (load.next < load.count) {
    const auto due = load.begin + std::chrono::microseconds(static_cast<std::int64_t>(static_cast<double>(load.next++) * 1e6 / load.rate));
    timer.expires_at(due);
    co_await timer.async_wait(kToken);
    const auto [error, sent] = co_await asio::async_write(socket, asio::buffer(load.request), kToken);
    const bool answered = !error && sent == load.request.size() && co_await read_answer(socket, buffer);
    if (!answered) {
      ++load.failed;
      co_return;
    }
    load.micros.push_back(std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - due).count());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    fmt::print(stderr, "usage: paced_post PORT PATH AUTHORIZATION BODY_FILE RATE CONNECTIONS SECONDS\n");
    return 2;
  }
  std::ifstream file(argv[4], std::ios::binary);
  const std::string body{std::istreambuf_iterator<char>(file), {}};
  Load load{.request = fmt::format("POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {}\r\n"
                                   "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{}",
                                   argv[2], argv[3], body.size(), body),
            .rate = std::atof(argv[5]),
            .count = static_cast<std::size_t>(std::atof(argv[5]) * std::atof(argv[7])),
            .begin = SteadyClock::now() + std::chrono::milliseconds(100),
            .micros = {}};
  asio::io_context loop;
  for (int i = 0; i < std::atoi(argv[6]); ++i) {
    asio::co_spawn(loop, connection(load, static_cast<std::uint16_t>(std::atoi(argv[1]))), asio::detached);
  }
  loop.run();
  std::ranges::sort(load.micros);
  const auto at = [&](double part) {
    return load.micros.empty() ? 0 : load.micros[static_cast<std::size_t>(static_cast<double>(load.micros.size() - 1) * part)];
  };
  fmt::print("RESULT {} {} {} {} {}\n", load.micros.size(), load.failed, at(0.5), at(0.99), at(1));
  return load.failed == 0 ? 0 : 1;
}
