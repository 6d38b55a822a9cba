#include "net/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "net/http/read_form.h"
#include "net/loopback_fixture.h"
#include "net/tls.h"
#include "net/tls_identity.h"

namespace postroad::net::http {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Counts up, a line a piece, to `last`; then the end, or silence for ever.
class Counting final : public BodySource {
 public:
  Counting(Loopback& world, int last, bool ends) : world_(world), last_(last), ends_(ends) {}
  asio::awaitable<std::optional<std::string>> next() override {
    co_await world_.timers.sleep_until(world_.clock.mono() + std::chrono::milliseconds{1});
    if (at_ < last_) co_return std::to_string(++at_) + "\n";
    if (ends_) co_return std::nullopt;
    co_return std::string();
  }

 private:
  Loopback& world_;
  const int last_;
  const bool ends_;
  int at_ = 0;
};

/// Answers with what it was asked; some paths do other things.
class Echo final : public Handler {
 public:
  explicit Echo(Loopback& world) : world_(world) {}

  asio::awaitable<Response> handle(Request& request, Body& body) override {
    ++calls;
    if (request.path == "/throw") throw std::runtime_error("a bug");
    if (request.path == "/ignore") co_return text(200, "ignored");
    if (request.path == "/large") co_return text(200, std::string(200'000, 'L'));
    if (request.path == "/inject") {
      Response response = text(200, "");
      response.headers.push_back({"X-Evil", "a\r\nSet-Cookie: b"});
      co_return response;
    }
    if (request.path == "/count" || request.path == "/endless") {
      Response response = text(200, "");
      response.source = std::make_shared<Counting>(world_, 3, request.path == "/count");
      waiting = true;
      co_return response;
    }
    if (request.path == "/wait") {
      waiting = true;
      while (!let_go) co_await world_.timers.sleep_until(world_.clock.mono() + std::chrono::milliseconds{1});
    }
    std::string content;
    char buffer[37];
    for (;;) {
      const auto got = co_await body.read(buffer, world_.soon());
      if (!got) co_return error(got.error());
      if (*got == 0) break;
      content.append(buffer, *got);
    }
    co_return text(200, std::string(request.method) + " " + std::string(request.path) + " " + content);
  }

  std::atomic<int> calls{0};
  std::atomic<bool> waiting{false};
  std::atomic<bool> let_go{false};

 private:
  Loopback& world_;
};

class HttpServer : public testing::Test {
 protected:
  void SetUp() override { start(ServerSettings{}, nullptr); }
  void start(const ServerSettings& settings, ServerTls* tls) {
    const Server::World world{world_.clock, random_, world_.timers, tls};
    server_ = std::make_unique<Server>(world, handler_, settings);
    auto listener = world_.network.listen({"127.0.0.1", 0}, [this](StreamPtr stream) { server_->accept(std::move(stream)); });
    ASSERT_TRUE(listener.has_value());
    listener_ = std::move(*listener);
  }
  void TearDown() override {
    handler_.let_go = true;
    listener_->close();
    world_.run(server_->stop(world_.soon()));
  }

  /// Sends `pieces` one after the other and reads until the server closes.
  asio::awaitable<std::string> talk(std::vector<std::string> pieces) {
    const StreamPtr stream = co_await world_.dial(*listener_);
    for (const std::string& piece : pieces) {
      (void)co_await stream->write(piece, world_.soon());
      co_await world_.timers.sleep_until(world_.clock.mono());  // lets the other side run in between
    }
    co_return co_await read_to_end(*stream, world_.soon());
  }
  std::string ask(std::string bytes) { return world_.run(talk({std::move(bytes)})); }

  Loopback world_{2};
  SystemRandom random_;
  Echo handler_{world_};
  std::unique_ptr<Server> server_;
  std::unique_ptr<Listener> listener_;
};

constexpr char kClose[] = "Host: a\r\nConnection: close\r\n";

TEST_F(HttpServer, AnswersARequest) {
  const std::string answer = ask(std::string("POST /x HTTP/1.1\r\nContent-Length: 5\r\n") + kClose + "\r\nhello");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr(" GMT\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\nX-Request-Id: "));
  EXPECT_THAT(answer, EndsWith("\r\nConnection: close\r\n\r\nPOST /x hello"));
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrderWhateverTheSplit) {
  const std::string bytes =
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
      "POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nzz\r\n"  // with an older client's extra line end
      "GET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  for (const std::size_t piece : {1ul, 7ul, bytes.size()}) {
    SCOPED_TRACE(piece);
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < bytes.size(); at += piece) pieces.push_back(bytes.substr(at, piece));
    const std::string answer = world_.run(talk(std::move(pieces)));
    const std::size_t one = answer.find("GET /1 "), two = answer.find("POST /2 abc"), three = answer.find("POST /3 zz"),
                      four = answer.find("GET /4 ");
    EXPECT_NE(four, std::string::npos) << answer;
    EXPECT_LT(one, two);
    EXPECT_LT(two, three);
    EXPECT_LT(three, four);
  }
}

TEST_F(HttpServer, RefusesAndClosesOnAmbiguousLengths) {
  const std::string answer = ask(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
      "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("\"http_response_code\":400"));
  EXPECT_THAT(answer, Not(HasSubstr("smuggled")));
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(HttpServer, RefusesABareLineFeedAtOnce) {
  EXPECT_THAT(ask("GET / HTTP/1.1\nHost: a\n\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServer, RefusesALargeBodyBeforeItComes) {
  const std::string answer = ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n" + std::string(1 << 20, 'x'));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("request size exceeds 52.4MiB limit"));
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(HttpServer, RefusesAMalformedChunkAndCloses) {
  const std::string answer =
      ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, Not(HasSubstr("smuggled")));
}

TEST_F(HttpServer, SaysThatABodyWasCutOff) {
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  socket.connect({asio::ip::make_address("127.0.0.1"), listener_->local().port});
  asio::write(socket, asio::buffer(std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")));
  socket.shutdown(asio::ip::tcp::socket::shutdown_send);
  std::string answer;
  boost::system::error_code end;
  asio::read(socket, asio::dynamic_buffer(answer), end);
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("unable to parse request: unexpected EOF")));
}

TEST_F(HttpServer, AnswersHeadWithoutTheBody) {
  const std::string answer = ask(std::string("HEAD /x HTTP/1.1\r\n") + kClose + "\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServer, SendsContinueBeforeItReads) {
  auto work = [&]() -> asio::awaitable<std::string> {
    const StreamPtr stream = co_await world_.dial(*listener_);
    const std::string head = std::string("POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n") + kClose + "\r\n";
    (void)co_await stream->write(head, world_.soon());
    std::string answer = co_await read_exactly(*stream, 25, world_.soon());
    (void)co_await stream->write("ok", world_.soon());
    answer += co_await read_to_end(*stream, world_.soon());
    co_return answer;
  };
  EXPECT_THAT(world_.run(work()), AllOf(StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"), EndsWith("POST /x ok")));
}

TEST_F(HttpServer, ClosesWhenTheBodyWasNeverAskedFor) {
  const std::string answer = ask("POST /ignore HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close"), Not(HasSubstr("Continue"))));
}

TEST_F(HttpServer, ReadsOverWhatTheHandlerLeft) {
  const std::string answer = ask("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" +
                                 std::string(100'000, 'x') + "GET /next HTTP/1.1\r\n" + kClose + "\r\n");
  EXPECT_THAT(answer, AllOf(HasSubstr("ignored"), EndsWith("GET /next ")));
}

TEST_F(HttpServer, WritesLargeBodies) {
  const std::string answer = ask(std::string("GET /large HTTP/1.1\r\n") + kClose + "\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 200000\r\n"));
  EXPECT_THAT(answer, EndsWith(std::string(1000, 'L')));
}

TEST_F(HttpServer, AnswersABugWith500) {
  const std::string answer = ask("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 500 "), HasSubstr("\"message\":\"Internal Server Error\"")));
}

TEST_F(HttpServer, NeverWritesALineEndFromAValue) {
  const std::string answer = ask(std::string("GET /inject HTTP/1.1\r\n") + kClose + "\r\n");
  EXPECT_THAT(answer, HasSubstr("X-Evil: a  Set-Cookie: b\r\n"));
}

TEST_F(HttpServer, EchoesASaneRequestIdOnly) {
  EXPECT_THAT(ask(std::string("GET / HTTP/1.1\r\nX-Request-Id: abc-1.2\r\n") + kClose + "\r\n"),
              HasSubstr("X-Request-Id: abc-1.2\r\n"));
  EXPECT_THAT(ask(std::string("GET / HTTP/1.1\r\nX-Request-Id: <b>\r\n") + kClose + "\r\n"), Not(HasSubstr("<b>")));
}

TEST_F(HttpServer, FinishesRequestsUnderWayWhenItStops) {
  auto work = [&]() -> asio::awaitable<std::string> {
    const StreamPtr busy = co_await world_.dial(*listener_);
    (void)co_await busy->write("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n", world_.soon());
    const StreamPtr idle = co_await world_.dial(*listener_);
    (void)co_await idle->write("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", world_.soon());
    std::string first = co_await read_exactly(*idle, 20, world_.soon());
    while (!handler_.waiting) co_await world_.timers.sleep_until(world_.clock.mono() + std::chrono::milliseconds{1});
    auto stopping = asio::co_spawn(world_.executor.context(1), server_->stop(world_.soon()), asio::use_future);
    (void)co_await read_to_end(*idle, world_.soon());  // closed although the other is still at work
    handler_.let_go = true;
    co_return co_await read_to_end(*busy, world_.soon());
  };
  EXPECT_THAT(world_.run(work()), AllOf(HasSubstr("Connection: close"), EndsWith("GET /wait ")));
}

TEST_F(HttpServer, AnswersWhoCameJustBeforeItStops) {
  auto work = [&]() -> asio::awaitable<std::string> {
    const StreamPtr newcomer = co_await world_.dial(*listener_);
    const StreamPtr silent = co_await world_.dial(*listener_);
    while (server_->connections() < 2) co_await world_.timers.sleep_until(world_.clock.mono() + std::chrono::milliseconds{1});
    auto stopping = asio::co_spawn(world_.executor.context(1), server_->stop(world_.soon()), asio::use_future);
    co_await world_.timers.sleep_until(world_.clock.mono() + std::chrono::milliseconds{100});
    (void)co_await newcomer->write("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", world_.soon());
    const std::string answer = co_await read_to_end(*newcomer, world_.soon());
    const MonoTime answered = world_.clock.mono();
    const std::string nothing = co_await read_to_end(*silent, world_.soon());
    EXPECT_EQ(nothing, "");
    EXPECT_LT(world_.clock.mono() - answered, std::chrono::seconds{5}) << "who says nothing is not waited for";
    co_return answer;
  };
  EXPECT_THAT(world_.run(work()), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close")));
}

TEST_F(HttpServer, SendsABodyAsItIsMadeAndEndsTheConnectionBehindIt) {
  const std::string got = world_.run(talk({"GET /count HTTP/1.1\r\nHost: a\r\n\r\nGET /never HTTP/1.1\r\nHost: a\r\n\r\n"}));
  EXPECT_THAT(got, AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("\r\nConnection: close\r\n"), Not(HasSubstr("Content-Length")),
                         EndsWith("\r\n\r\n1\n2\n3\n")));
  EXPECT_EQ(handler_.calls, 1);
  const std::string head = world_.run(talk({"HEAD /count HTTP/1.1\r\nHost: a\r\n\r\n"}));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServer, EndsAnEndlessBodyWhenItStops) {
  constexpr std::chrono::seconds kPatience{5};
  const MonoTime begun = world_.clock.mono();
  auto work = [&]() -> asio::awaitable<std::string> {
    const StreamPtr stream = co_await world_.dial(*listener_);
    (void)co_await stream->write("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n", world_.soon());
    while (!handler_.waiting) co_await world_.timers.sleep_until(world_.clock.mono() + std::chrono::milliseconds{1});
    auto stopping = asio::co_spawn(world_.executor.context(1), server_->stop(begun + kPatience), asio::use_future);
    co_return co_await read_to_end(*stream, world_.soon());
  };
  EXPECT_THAT(world_.run(work()), HasSubstr("\r\n\r\n"));
  EXPECT_LT(world_.clock.mono() - begun, kPatience) << "it was closed by force";
}

TEST_F(HttpServer, ServesTlsAndPlainOnOnePort) {
  auto identity = make_self_signed({"localhost"}, world_.clock, random_);
  ASSERT_TRUE(identity.has_value());
  auto tls = ServerTls::from_identity(*identity);
  ASSERT_TRUE(tls.has_value());
  TearDown();
  start(ServerSettings{}, tls->get());
  auto client = ClientTls::with_roots({.system = false});
  auto work = [&](bool secure) -> asio::awaitable<std::string> {
    const StreamPtr stream = co_await world_.dial(*listener_);
    if (secure) (void)co_await stream->start_tls_client(**client, "localhost", world_.soon());
    const std::string request = std::string("GET /large HTTP/1.1\r\n") + kClose + "\r\n";
    (void)co_await stream->write(request, world_.soon());
    co_return co_await read_to_end(*stream, world_.soon());
  };
  EXPECT_THAT(world_.run(work(true)), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(world_.run(work(false)), StartsWith("HTTP/1.1 200 "));
  TearDown();
  start(ServerSettings{}, nullptr);
}

class SmallHttpServer : public HttpServer {
 protected:
  void SetUp() override { start({.body_bytes_max = 10}, nullptr); }
};

TEST_F(SmallHttpServer, HoldsBodiesOfEitherFramingToItsLimit) {
  EXPECT_THAT(ask(std::string("POST / HTTP/1.1\r\nContent-Length: 10\r\n") + kClose + "\r\n0123456789"), EndsWith("POST / 0123456789"));
  EXPECT_THAT(ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n0123456789a"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

class ImpatientHttpServer : public HttpServer {
 protected:
  void SetUp() override {
    start({.connections_max = 1, .head_timeout = std::chrono::seconds{0}, .idle_timeout = std::chrono::seconds{0}}, nullptr);
  }
};

TEST_F(ImpatientHttpServer, ClosesSilentAndSlowConnections) {
  EXPECT_EQ(ask(""), "");
  EXPECT_EQ(ask("GET / HT"), "");
  EXPECT_EQ(handler_.calls, 0);
}

}  // namespace
}  // namespace postroad::net::http
