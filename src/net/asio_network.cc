#include "net/asio_network.h"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "net/acceptor.h"
#include "net/endpoint.h"
#include "net/port_holder.h"
#include "net/socket_stream.h"

namespace postroad::net {
namespace {

Descriptor open_socket(int family) { return Descriptor(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }

void turn_on(const Descriptor& socket, int level, int option) {
  const int on = 1;
  setsockopt(socket.get(), level, option, &on, sizeof on);
}

std::unexpected<Error> cannot_listen(const Endpoint& at, int error_number) {
  std::string why = std::strerror(error_number);
  if (error_number == EADDRINUSE && !is_unix(at)) {
    const std::string holder = port_holder(at.port);
    why = fmt::format("port {} is taken by {}; stop it or choose another port", at.port,
                      holder.empty() ? "another process" : holder);
  } else if (error_number == EADDRINUSE) {
    why = "another process answers there; stop it or choose another path";
  } else if (error_number == EACCES && !is_unix(at)) {
    why = fmt::format("no right to use port {}: give CAP_NET_BIND_SERVICE or choose one above 1023", at.port);
    return fail_permanent(ErrorCode::kUnauthorized, fmt::format("cannot listen on {}: {}", at.text(), why));
  } else if (error_number == EADDRNOTAVAIL) {
    why = "this machine has no such address";
  } else if (error_number == EAFNOSUPPORT) {
    why = "this machine has no IPv6: write 0.0.0.0 for [::]";
  }
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("cannot listen on {}: {}", at.text(), why));
}

Result<Descriptor> bind_and_listen(const Endpoint& at, const SocketAddress& address, bool shared) {
  Descriptor socket = open_socket(address.family());
  if (socket.get() < 0) return cannot_listen(at, errno);
  if (!is_unix(at)) turn_on(socket, SOL_SOCKET, SO_REUSEADDR);
  if (shared) turn_on(socket, SOL_SOCKET, SO_REUSEPORT);
  if (address.family() == AF_INET6) {
    const int off = 0;
    setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (bind(socket.get(), address.get(), address.length) != 0) return cannot_listen(at, errno);
  if (::listen(socket.get(), SOMAXCONN) != 0) return cannot_listen(at, errno);
  return socket;
}

SocketAddress local_address(int descriptor) {
  SocketAddress address;
  address.length = sizeof address.storage;
  getsockname(descriptor, address.get(), &address.length);
  return address;
}

/// SO_REUSEPORT would let a second server of the same user in; a bind without it tells.
Result<std::vector<Descriptor>> open_tcp(const Endpoint& at, SocketAddress address, std::size_t loops) {
  std::vector<Descriptor> sockets;
  if (loops > 1 && at.port != 0) {
    if (Result<Descriptor> probe = bind_and_listen(at, address, false); !probe) return std::unexpected(probe.error());
  }
  for (std::size_t i = 0; i < loops; ++i) {
    ASSIGN_OR_RETURN(Descriptor socket, bind_and_listen(at, address, loops > 1));
    if (i == 0) address = local_address(socket.get());  // port 0 is now a number, the same for every loop
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

/// One open socket for every loop: whichever wakes first accepts.
Result<std::vector<Descriptor>> one_for_each(Descriptor socket, std::size_t loops) {
  std::vector<Descriptor> sockets;
  for (std::size_t i = 1; i < loops; ++i) {
    sockets.emplace_back(fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
    if (sockets.back().get() < 0) return fail_transient(ErrorCode::kInvalidArgument, fmt::format("no descriptor for a listener: {}", std::strerror(errno)));
  }
  sockets.push_back(std::move(socket));
  return sockets;
}

bool somebody_answers(const SocketAddress& address) {
  const Descriptor probe = open_socket(AF_UNIX);
  return connect(probe.get(), address.get(), address.length) == 0 || errno == EAGAIN;
}

Result<std::vector<Descriptor>> open_unix(const Endpoint& at, const SocketAddress& address, std::size_t loops) {
  if (somebody_answers(address)) return cannot_listen(at, EADDRINUSE);
  unlink(at.address.c_str() + 5);
  ASSIGN_OR_RETURN(Descriptor socket, bind_and_listen(at, address, false));
  return one_for_each(std::move(socket), loops);
}

class AsioListener final : public Listener {
 public:
  /// `owns_file`: a Unix socket's file goes when it is closed.
  AsioListener(Endpoint local, std::vector<std::shared_ptr<Acceptor>> acceptors, bool owns_file)
      : local_(std::move(local)), acceptors_(std::move(acceptors)), owns_file_(owns_file) {}
  ~AsioListener() override { AsioListener::close(); }
  const Endpoint& local() const override { return local_; }
  void close() override {
    if (acceptors_.empty()) return;
    for (const auto& acceptor : acceptors_) acceptor->close();
    acceptors_.clear();
    if (owns_file_) unlink(local_.address.c_str() + 5);
  }

 private:
  Endpoint local_;
  std::vector<std::shared_ptr<Acceptor>> acceptors_;  // shared with the accepting coroutines
  bool owns_file_;
};

Result<void> bind_source(const Descriptor& socket, const std::string& source) {
  if (source.empty()) return {};
  ASSIGN_OR_RETURN(const SocketAddress address, to_socket_address({source, 0}));
  if (bind(socket.get(), address.get(), address.length) == 0) return {};
  return fail_transient(ErrorCode::kConnectionLost,
                        fmt::format("cannot send from {}: {}", source, std::strerror(errno)));
}

std::vector<asio::io_context*> contexts_of(AsioExecutor& executor) {
  std::vector<asio::io_context*> contexts;
  for (std::size_t i = 0; i < executor.loops(); ++i) contexts.push_back(&executor.context(i));
  return contexts;
}

}  // namespace

AsioNetwork::AsioNetwork(AsioExecutor& executor) : executor_(executor), shares_(std::make_shared<LoopShares>(contexts_of(executor))) {}

asio::awaitable<Result<StreamPtr>> AsioNetwork::connect(Endpoint to, std::string source, Deadline deadline) {
  const asio::any_io_executor here = co_await asio::this_coro::executor;
  const auto* loop = here.target<asio::io_context::executor_type>();
  PR_ASSERT(loop != nullptr);
  CO_ASSIGN_OR_RETURN(const SocketAddress address, to_socket_address(to));
  Descriptor descriptor = open_socket(address.family());
  if (descriptor.get() < 0) {
    co_return fail_transient(ErrorCode::kConnectionLost, fmt::format("{}: {}", to.text(), std::strerror(errno)));
  }
  if (!is_unix(to)) turn_on(descriptor, IPPROTO_TCP, TCP_NODELAY);
  CO_RETURN_IF_ERROR(bind_source(descriptor, source));
  const int outcome = ::connect(descriptor.get(), address.get(), address.length);
  if (outcome != 0 && errno != EINPROGRESS) {
    co_return fail_transient(ErrorCode::kConnectionLost, fmt::format("{}: {}", to.text(), std::strerror(errno)));
  }
  SocketStream::Socket socket(loop->context());
  boost::system::error_code error;
  socket.assign({address.family(), 0}, descriptor.get(), error);
  if (error) co_return fail_transient(ErrorCode::kConnectionLost, fmt::format("{}: {}", to.text(), error.message()));
  descriptor.release();
  auto stream = std::make_unique<SocketStream>(loop->context(), std::move(socket), Endpoint{}, std::move(to));
  if (outcome != 0) {
    CO_RETURN_IF_ERROR(co_await stream->wait_connected(deadline));
  }
  stream->set_local(to_endpoint(local_address(stream->descriptor())));
  co_return StreamPtr(std::move(stream));
}

std::optional<Descriptor> AsioNetwork::take_handed(const Endpoint& at) {
  const auto found = std::ranges::find(handed_, at, &HandedSocket::local);
  if (found == handed_.end()) return std::nullopt;
  Descriptor socket = std::move(found->descriptor);
  handed_.erase(found);
  return socket;
}

Result<std::unique_ptr<Listener>> AsioNetwork::listen(const Endpoint& at, std::function<void(StreamPtr)> accepted) {
  ASSIGN_OR_RETURN(const SocketAddress address, to_socket_address(at));
  const std::size_t loops = executor_.loops();
  std::optional<Descriptor> handed = take_handed(at);
  const bool owns_file = is_unix(at) && !handed;
  ASSIGN_OR_RETURN(std::vector<Descriptor> sockets, handed         ? one_for_each(*std::move(handed), loops)
                                                    : is_unix(at) ? open_unix(at, address, loops)
                                                                  : open_tcp(at, address, loops));
  Endpoint local = at;
  if (!is_unix(at)) local.port = to_endpoint(local_address(sockets.front().get())).port;
  std::vector<std::shared_ptr<Acceptor>> acceptors;
  for (std::size_t i = 0; i < loops; ++i) {
    acceptors.push_back(std::make_shared<Acceptor>(executor_.context(i), sockets[i].release(), local, accepted, shares_));
    acceptors.back()->start();
  }
  return std::unique_ptr<Listener>(new AsioListener(std::move(local), std::move(acceptors), owns_file));
}

}  // namespace postroad::net
