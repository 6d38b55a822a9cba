#include "net/acceptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"
#include "net/endpoint.h"
#include "net/socket_stream.h"

namespace postroad::net {
namespace {

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);

int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

Acceptor::Acceptor(asio::io_context& context, int listening, Endpoint local, Accepted accepted, std::shared_ptr<LoopShares> shares)
    : context_(context),
      listening_(context, listening),
      pause_(context),
      local_(std::move(local)),
      accepted_(std::move(accepted)),
      shares_(std::move(shares)),
      reserve_(open_reserve()) {}

Acceptor::~Acceptor() {
  if (reserve_ >= 0) ::close(reserve_);
}

void Acceptor::start() {
  asio::co_spawn(
      context_, [self = shared_from_this()] { return self->run(); }, asio::detached);
}

void Acceptor::close() {
  closing_ = true;
  asio::post(context_, [self = shared_from_this()] {
    boost::system::error_code ignored;
    self->listening_.close(ignored);
    self->pause_.cancel();
  });
}

asio::awaitable<void> Acceptor::run() {
  const auto self = shared_from_this();
  while (!closing_) {
    const auto [error] = co_await listening_.async_wait(asio::posix::stream_descriptor::wait_read, kAsResult);
    if (error) break;
    if (accept_waiting()) continue;
    pause_.expires_after(kPauseWithoutDescriptors);
    co_await pause_.async_wait(kAsResult);
  }
}

bool Acceptor::accept_waiting() {
  bool full = false;
  for (int i = 0; i < kAcceptsPerTurn && !closing_; ++i) {
    SocketAddress peer;
    peer.length = sizeof peer.storage;
    const int descriptor = accept4(listening_.native_handle(), peer.get(), &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      hand_over(Descriptor(descriptor), peer);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno == EMFILE || errno == ENFILE) {
      if (!full) log::warn("no_descriptor_left", {{"listener", local_.text()}, {"next", "closing newcomers"}});
      full = true;
      if (!shed_one()) break;
    } else if (errno == ENOBUFS || errno == ENOMEM) {
      return false;
    }  // anything else is about that one connection: it went away
  }
  return !full;
}

bool Acceptor::shed_one() {
  int descriptor = -1;
  if (reserve_ >= 0) {
    ::close(reserve_);
    descriptor = accept4(listening_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) ::close(descriptor);
  }
  reserve_ = open_reserve();
  return descriptor >= 0;
}

/// Who has been accepted is served, also when the listener is closed meanwhile.
void Acceptor::hand_over(Descriptor descriptor, const SocketAddress& peer) {
  const LoopShares::Place place = shares_->take(context_);
  if (&place.loop == &context_) return serve(std::move(descriptor), peer, place);
  asio::post(place.loop, [self = shared_from_this(), descriptor = std::move(descriptor), peer, place]() mutable {
    self->serve(std::move(descriptor), peer, place);
  });
}

void Acceptor::serve(Descriptor descriptor, const SocketAddress& peer, const LoopShares::Place& place) {
  SocketAddress local;
  local.length = sizeof local.storage;
  getsockname(descriptor.get(), local.get(), &local.length);
  const int on = 1;
  if (local.family() != AF_UNIX) setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  SocketStream::Socket socket(place.loop);
  boost::system::error_code error;
  socket.assign({local.family(), 0}, descriptor.get(), error);
  if (error) return;
  descriptor.release();
  auto stream = std::make_unique<SocketStream>(place.loop, std::move(socket), to_endpoint(local), to_endpoint(peer));
  stream->keep(place.held);
  accepted_(std::move(stream));
}

}  // namespace postroad::net
