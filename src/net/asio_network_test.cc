#include "net/asio_network.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <future>

#include "base/log.h"
#include "net/loopback_fixture.h"

namespace postroad::net {
namespace {

using testing::HasSubstr;

asio::awaitable<void> echo(StreamPtr stream) {
  char buffer[4096];
  for (;;) {
    const auto got = co_await stream->read_some(buffer, Deadline::max());
    if (!got) co_return;
    const std::string_view bytes(buffer, *got);
    if (!co_await stream->write(bytes, Deadline::max())) co_return;
  }
}

/// Sends `text` to an echo and gives back what returns.
asio::awaitable<std::string> talk(Loopback& world, const Listener& listener, std::string text) {
  const StreamPtr stream = co_await world.dial(listener);
  const auto written = co_await stream->write(text, world.soon());
  if (!written) co_return written.error().detail;
  co_return co_await read_exactly(*stream, text.size(), world.soon());
}

class ListensOn : public testing::TestWithParam<std::string> {};

TEST_P(ListensOn, AndCarriesBytesBothWays) {
  Loopback world(2);
  const auto listener = world.serve(echo, {GetParam(), 0});
  const std::string large(1 << 20, 'x');
  EXPECT_EQ(world.run(talk(world, *listener, "hello")), "hello");
  // Larger than the socket buffers: the writer has to wait for the reader, so both run at once.
  auto both = [&]() -> asio::awaitable<std::size_t> {
    const StreamPtr stream = co_await world.dial(*listener);
    auto write = [](Stream& to, const std::string& bytes, Deadline deadline) -> asio::awaitable<void> {
      (void)co_await to.write(bytes, bytes, deadline);
    };
    auto writing = asio::co_spawn(co_await asio::this_coro::executor, write(*stream, large, world.soon()), asio::use_future);
    const std::string back = co_await read_exactly(*stream, 2 * large.size(), world.soon());
    writing.wait();
    co_return back.size();
  };
  EXPECT_EQ(world.run(both()), 2 * large.size());
}

INSTANTIATE_TEST_SUITE_P(EveryFamily, ListensOn,
                         testing::Values("127.0.0.1", "::1", "unix:/tmp/postroad-net-test-" + std::to_string(getpid())));

TEST(AsioNetwork, SharesOnePortAmongTheLoops) {
  Loopback world(3);
  std::atomic<int> connections{0};
  const auto listener = world.serve([&](StreamPtr stream) -> asio::awaitable<void> {
    ++connections;
    co_await echo(std::move(stream));
  });
  EXPECT_NE(listener->local().port, 0);
  for (int i = 0; i < 32; ++i) EXPECT_EQ(world.run(talk(world, *listener, "x")), "x");
  EXPECT_EQ(connections, 32);
}

/// The kernel deals by chance: of 60 on three loops one would have 20 by luck alone.
TEST(AsioNetwork, HandsConnectionsToTheLoopThatServesFewest) {
  constexpr int kEach = 20, kLoops = 3;
  Loopback world(kLoops);
  std::array<std::atomic<int>, kLoops> served{};
  const auto listener = world.serve([&](StreamPtr stream) -> asio::awaitable<void> {
    const auto here = co_await asio::this_coro::executor;
    EXPECT_EQ(here, stream->executor());
    for (std::size_t i = 0; i < kLoops; ++i) {
      if (world.executor.loop(i) == here) ++served[i];
    }
    co_await echo(std::move(stream));
  });
  auto connected = [&]() -> asio::awaitable<void> {
    std::vector<StreamPtr> open;  // All at once, and ended on their loop.
    for (int i = 0; i < kEach * kLoops; ++i) {
      open.push_back(co_await world.dial(*listener));
      const Result<void> written = co_await open.back()->write("x", world.soon());
      EXPECT_TRUE(written.has_value());
      EXPECT_EQ(co_await read_exactly(*open.back(), 1, world.soon()), "x");
    }
  };
  world.run(connected());
  for (const std::atomic<int>& one : served) EXPECT_EQ(one, kEach);
}

TEST(LoopShares, APlaceThatIsGivenBackIsTheNextOneTaken) {
  asio::io_context first, second, third;
  const auto shares = std::make_shared<LoopShares>(std::vector{&first, &second, &third});
  std::vector<LoopShares::Place> places;
  for (int i = 0; i < 6; ++i) places.push_back(shares->take(second));
  EXPECT_EQ(&places[0].loop, &second) << "its own, where none has fewer";
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(shares->served(i), 2u);
  for (LoopShares::Place& one : places) {
    if (&one.loop == &third) one.held.reset();
  }
  EXPECT_EQ(shares->served(2), 0u);
  EXPECT_EQ(&shares->take(first).loop, &third);
  EXPECT_EQ(shares->served(2), 0u) << "it was not kept";
}

TEST(AsioNetwork, NamesThePortAndItsHolderWhenTaken) {
  for (const std::size_t loops : {1, 2}) {
    Loopback world(loops);
    const auto listener = world.serve(echo);
    const auto second = world.network.listen(listener->local(), [](StreamPtr) {});
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(second.error().detail, HasSubstr("port " + std::to_string(listener->local().port)));
    EXPECT_THAT(second.error().detail, HasSubstr("(pid " + std::to_string(getpid()) + ")"));
  }
}

TEST(AsioNetwork, ReplacesASocketFileThatNobodyAnswers) {
  Loopback world;
  const Endpoint at{"unix:/tmp/postroad-net-stale-" + std::to_string(getpid()), 0};
  const std::string path = at.address.substr(5);
  ASSERT_EQ(symlink("/nonexistent", path.c_str()), 0);
  {
    const auto listener = world.serve(echo, at);
    EXPECT_EQ(world.run(talk(world, *listener, "x")), "x");
    EXPECT_FALSE(world.network.listen(at, [](StreamPtr) {}).has_value());
  }
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

TEST(AsioNetwork, SaysWhyAConnectionFails) {
  Loopback world;
  Endpoint closed;
  {
    const auto listener = world.serve(echo);
    closed = listener->local();
  }
  auto work = [&](Endpoint to, std::string source) -> asio::awaitable<Error> {
    const auto stream = co_await world.network.connect(std::move(to), std::move(source), world.soon());
    co_return stream ? Error{} : stream.error();
  };
  Error refused = world.run(work({"127.0.0.1", 1}, ""));
  EXPECT_EQ(refused.code, ErrorCode::kConnectionLost);
  EXPECT_EQ(refused.permanence, Permanence::kTransient);
  EXPECT_THAT(refused.detail, HasSubstr("127.0.0.1:1: Connection refused"));
  EXPECT_THAT(world.run(work({"127.0.0.1", 1}, "203.0.113.77")).detail, HasSubstr("cannot send from 203.0.113.77"));
  EXPECT_EQ(world.run(work({"not-numeric", 1}, "")).code, ErrorCode::kInvalidArgument);
}

TEST(AsioNetwork, SendsFromTheSourceAsked) {
  Loopback world;
  std::promise<std::string> seen;
  const auto listener = world.serve([&](StreamPtr stream) -> asio::awaitable<void> {
    seen.set_value(stream->peer().address);
    co_return;
  });
  auto work = [&]() -> asio::awaitable<std::string> {
    const auto stream = co_await world.network.connect(listener->local(), "127.0.0.9", world.soon());
    co_return stream ? (*stream)->local().address : stream.error().detail;
  };
  EXPECT_EQ(world.run(work()), "127.0.0.9");
  EXPECT_EQ(seen.get_future().get(), "127.0.0.9");
}

TEST(SocketStream, GivesUpAtItsDeadline) {
  Loopback world;
  const auto silent = world.serve([](StreamPtr stream) -> asio::awaitable<void> {
    char byte[1];
    (void)co_await stream->read_some(byte, Deadline::max());
  });
  auto work = [&]() -> asio::awaitable<std::vector<Error>> {
    std::vector<Error> errors;
    const StreamPtr stream = co_await world.dial(*silent);
    char byte[1];
    const auto got = co_await stream->read_some(byte, world.clock.mono());
    if (!got) errors.push_back(got.error());
    const auto again = co_await stream->read_some(byte, world.soon());
    if (!again) errors.push_back(again.error());
    co_return errors;
  };
  const std::vector<Error> errors = world.run(work());
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].code, ErrorCode::kTimeout);
  EXPECT_EQ(errors[1].code, ErrorCode::kTimeout);
}

TEST(SocketStream, FailsAWriteThatNobodyReadsAtItsDeadline) {
  Loopback world;
  const auto deaf = world.serve([](StreamPtr stream) -> asio::awaitable<void> {
    char byte[1];
    (void)co_await stream->read_some(byte, Deadline::max());
    co_await AsioTimers().sleep_until(Deadline::max());
  });
  auto work = [&]() -> asio::awaitable<ErrorCode> {
    const StreamPtr stream = co_await world.dial(*deaf);
    const std::string large(64 << 20, 'x');
    const auto written = co_await stream->write(large, world.clock.mono());
    co_return written ? ErrorCode::kConflict : written.error().code;
  };
  EXPECT_EQ(world.run(work()), ErrorCode::kTimeout);
}

TEST(SocketStream, TellsTheEndOfTheStream) {
  Loopback world;
  const auto closing = world.serve([](StreamPtr) -> asio::awaitable<void> { co_return; });
  auto work = [&]() -> asio::awaitable<std::string> {
    const StreamPtr stream = co_await world.dial(*closing);
    char byte[1];
    const auto got = co_await stream->read_some(byte, world.soon());
    co_return got ? "read" : got.error().detail;
  };
  EXPECT_EQ(world.run(work()), "closed by peer");
}

TEST(SocketStream, PeeksWithoutTaking) {
  Loopback world;
  const auto listener = world.serve(echo);
  auto work = [&]() -> asio::awaitable<std::string> {
    const StreamPtr stream = co_await world.dial(*listener);
    (void)co_await stream->write("ab", world.soon());
    const auto peeked = co_await stream->peek(world.soon());
    if (!peeked) co_return peeked.error().detail;
    co_return *peeked + co_await read_exactly(*stream, 2, world.soon());
  };
  EXPECT_EQ(world.run(work()), "aab");
}

TEST(SocketStream, FinishLetsThePeerReadTheLastAnswerWhileItStillSends) {
  Loopback world;
  const auto listener = world.serve([&](StreamPtr stream) -> asio::awaitable<void> {
    (void)co_await stream->write("too large", world.soon());
    co_await stream->finish(world.soon());
  });
  auto work = [&]() -> asio::awaitable<std::string> {
    const StreamPtr stream = co_await world.dial(*listener);
    const std::string large(8 << 20, 'x');
    const auto written = co_await stream->write(large, world.soon());
    if (!written) co_return written.error().detail;
    co_return co_await read_exactly(*stream, 9, world.soon());
  };
  EXPECT_EQ(world.run(work()), "too large");
}

TEST(Acceptor, ShedsNewcomersWithoutDescriptorsAndRecovers) {
  // Formatting a warning without descriptors trips UBSan's vptr check, which wants to read /proc/self/maps.
  log::configure(log::Format::kText, log::Level::kError);
  Loopback world;
  const auto listener = world.serve(echo);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  auto work = [&]() -> asio::awaitable<std::string> {
    const StreamPtr starved = co_await world.dial(*listener);  // its client descriptor exists before the famine
    co_return co_await read_to_end(*starved, world.soon());
  };
  // Client descriptors first, so that only the accepting side starves.
  std::vector<int> hoard;
  const int lowered = 256;
  rlimit tight{static_cast<rlim_t>(lowered), before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  for (int fd = open("/dev/null", O_RDONLY); fd >= 0; fd = open("/dev/null", O_RDONLY)) hoard.push_back(fd);
  ASSERT_FALSE(hoard.empty());
  close(hoard.back());  // one for the client, none for the server
  hoard.pop_back();
  EXPECT_EQ(world.run(work()), "");  // accepted and closed, not left hanging
  for (const int fd : hoard) close(fd);
  setrlimit(RLIMIT_NOFILE, &before);
  log::configure(log::Format::kText, log::Level::kInfo);
  EXPECT_EQ(world.run(talk(world, *listener, "again")), "again");
}

}  // namespace
}  // namespace postroad::net
