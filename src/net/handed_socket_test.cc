#include "net/handed_socket.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

#include "net/endpoint.h"
#include "net/loopback_fixture.h"

namespace postroad::net {
namespace {

using testing::HasSubstr;

/// As a service manager opens one: blocking, and open for children.
int open_listening(const std::string& address, int type = SOCK_STREAM, bool listens = true) {
  const SocketAddress at = *to_socket_address({address, 0});
  const int number = socket(at.family(), type, 0);
  PR_ASSERT(bind(number, at.get(), at.length) == 0);
  if (listens) PR_ASSERT(listen(number, 16) == 0);
  return number;
}

TEST(HandedSocket, TakesWhatListens) {
  const std::string path = "/tmp/postroad-handed-" + std::to_string(getpid());
  for (const std::string& address : {std::string("127.0.0.1"), std::string("::1"), "unix:" + path}) {
    SCOPED_TRACE(address);
    const auto handed = take_handed_socket(open_listening(address), "submission");
    ASSERT_TRUE(handed.has_value()) << handed.error().detail;
    EXPECT_EQ(handed->local.address, address);
    EXPECT_EQ(handed->local.port != 0, !is_unix(handed->local));
    EXPECT_EQ(handed->name, "submission");
    EXPECT_NE(fcntl(handed->descriptor.get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NE(fcntl(handed->descriptor.get(), F_GETFL) & O_NONBLOCK, 0);
  }
  unlink(path.c_str());
}

TEST(HandedSocket, SaysWhatElseIsWrong) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const Descriptor one(ends[0]), other(ends[1]);
  const Descriptor file(open("/dev/null", O_RDONLY)), datagrams(open_listening("127.0.0.1", SOCK_DGRAM, false)), bound(open_listening("127.0.0.1", SOCK_STREAM, false));
  for (const auto& [number, why] : {std::pair<int, std::string>{file.get(), "is not a socket"},
                                    {datagrams.get(), "is not a stream socket"},
                                    {bound.get(), "does not listen"},
                                    {one.get(), "does not listen"},
                                    {9999, "is not open"}}) {
    SCOPED_TRACE(why);
    const auto handed = take_handed_socket(number, "http");
    ASSERT_FALSE(handed.has_value());
    EXPECT_THAT(handed.error().detail, HasSubstr(why));
    EXPECT_THAT(handed.error().detail, HasSubstr("descriptor " + std::to_string(number) + " that was handed over as \"http\""));
  }
}

asio::awaitable<std::string> talk(Loopback& world, const Endpoint& to) {
  Result<StreamPtr> stream = co_await world.network.connect(to, "", world.soon());
  if (!stream) co_return stream.error().detail;
  co_return co_await read_exactly(**stream, 4, world.soon());
}

TEST(HandedSocket, IsListenedOnByEveryLoopAndKeepsWhoWaits) {
  const Descriptor kept(open_listening("127.0.0.1"));  // As the service manager does.
  Endpoint at;
  std::atomic<int> greeted{0};
  const auto greet = [&greeted](StreamPtr stream) -> asio::awaitable<void> {
    ++greeted;
    const Result<void> told = co_await stream->write("220\n", Deadline::max());
    (void)told;
  };
  for (int life = 0; life < 2; ++life) {
    Loopback world(2);
    Result<HandedSocket> handed = take_handed_socket(dup(kept.get()), "submission");
    ASSERT_TRUE(handed.has_value());
    at = handed->local;
    if (life == 1) {  // Between the two nobody accepted; the second finds who has waited.
      const SocketAddress to = *to_socket_address(at);
      const Descriptor waiting(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      ASSERT_EQ(connect(waiting.get(), to.get(), to.length), 0);
      world.network.hand_over(*std::move(handed));
      const auto listener = world.serve(greet, at);
      char banner[4] = {};
      EXPECT_EQ(recv(waiting.get(), banner, sizeof banner, MSG_WAITALL), 4);
      EXPECT_EQ(std::string(banner, 4), "220\n");
      continue;
    }
    world.network.hand_over(*std::move(handed));
    const auto listener = world.serve(greet, at);
    EXPECT_EQ(listener->local(), at);
    for (int i = 0; i < 32; ++i) EXPECT_EQ(world.run(talk(world, at)), "220\n");
  }
  EXPECT_EQ(greeted, 33);
}

TEST(HandedSocket, OfAUnixPathLeavesItsFile) {
  const std::string path = "/tmp/postroad-handed-file-" + std::to_string(getpid());
  Loopback world(2);
  Result<HandedSocket> handed = take_handed_socket(open_listening("unix:" + path), "http");
  ASSERT_TRUE(handed.has_value());
  const Endpoint at = handed->local;
  world.network.hand_over(*std::move(handed));
  auto listener = world.serve([](StreamPtr) -> asio::awaitable<void> { co_return; }, at);
  listener.reset();
  EXPECT_EQ(access(path.c_str(), F_OK), 0);
  unlink(path.c_str());
}

}  // namespace
}  // namespace postroad::net
