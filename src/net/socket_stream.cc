#include "net/socket_stream.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <climits>

#include "base/assert.h"
#include "net/socket_bio.h"

namespace postroad::net {
namespace {

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);

}  // namespace

SocketStream::SocketStream(asio::io_context& context, Socket socket, Endpoint local, Endpoint peer)
    : Watched(asio::use_service<Sweeper>(context)),
      socket_(std::move(socket)),
      local_(std::move(local)),
      peer_(std::move(peer)) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
}

// Reading

asio::awaitable<Result<std::size_t>> SocketStream::read_some(std::span<char> into, Deadline deadline) {
  PR_ASSERT(!into.empty());
  if (ssl_) co_return co_await read_tls(into, deadline);
  if (timed_out_) co_return std::unexpected(lost(ETIMEDOUT));
  read_until_ = deadline;
  const auto [error, got] = co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), kAsResult);
  read_until_ = kNever;
  if (error) co_return std::unexpected(lost(error));
  co_return got;
}

asio::awaitable<Result<std::size_t>> SocketStream::read_tls(std::span<char> into, Deadline deadline) {
  const int size = static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX));
  for (;;) {
    if (!socket_.is_open()) co_return std::unexpected(lost(ECONNABORTED));
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), into.data(), size);
    if (got > 0) co_return static_cast<std::size_t>(got);
    CO_RETURN_IF_ERROR(co_await settle_tls(got, deadline));
  }
}

asio::awaitable<Result<char>> SocketStream::peek(Deadline deadline) {
  PR_ASSERT(!ssl_);
  for (;;) {
    char byte = 0;
    const auto got = recv(socket_.native_handle(), &byte, 1, MSG_PEEK);
    if (got == 1) co_return byte;
    if (got == 0) co_return std::unexpected(lost(asio::error::eof));
    if (errno != EAGAIN && errno != EINTR) co_return std::unexpected(lost(errno));
    CO_RETURN_IF_ERROR(co_await wait_readable(deadline));
  }
}

// Writing

asio::awaitable<Result<void>> SocketStream::write(std::string_view bytes, Deadline deadline) {
  if (ssl_) co_return co_await write_tls(bytes, deadline);
  co_return co_await write_plain(bytes, {}, deadline);
}

asio::awaitable<Result<void>> SocketStream::write(std::string_view first, std::string_view second,
                                                  Deadline deadline) {
  if (!ssl_) co_return co_await write_plain(first, second, deadline);
  if (first.size() + second.size() <= kTlsGatherBytesMax) {  // one record rather than two
    std::string both(first);
    both += second;
    co_return co_await write_tls(both, deadline);
  }
  CO_RETURN_IF_ERROR(co_await write_tls(first, deadline));
  co_return co_await write_tls(second, deadline);
}

asio::awaitable<Result<void>> SocketStream::write_plain(std::string_view first, std::string_view second,
                                                        Deadline deadline) {
  while (!first.empty() || !second.empty()) {
    iovec parts[2] = {{const_cast<char*>(first.data()), first.size()}, {const_cast<char*>(second.data()), second.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    const auto sent = sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
    if (sent >= 0) {
      const std::size_t of_first = std::min(static_cast<std::size_t>(sent), first.size());
      first.remove_prefix(of_first);
      second.remove_prefix(static_cast<std::size_t>(sent) - of_first);
    } else if (errno == EAGAIN) {
      CO_RETURN_IF_ERROR(co_await wait_writable(deadline));
    } else if (errno != EINTR) {
      co_return std::unexpected(lost(errno));
    }
  }
  co_return Result<void>{};
}

asio::awaitable<Result<void>> SocketStream::write_tls(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (!socket_.is_open()) co_return std::unexpected(lost(ECONNABORTED));
    ERR_clear_error();
    const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX)));
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else {
      CO_RETURN_IF_ERROR(co_await settle_tls(sent, deadline));
    }
  }
  co_return Result<void>{};
}

// TLS

asio::awaitable<Result<TlsInfo>> SocketStream::start_tls_server(ServerTls& tls, Deadline deadline) {
  SslPtr ssl = tls.make_session();
  if (ssl) SSL_set_accept_state(ssl.get());
  co_return co_await shake_hands(std::move(ssl), false, false, deadline);
}

asio::awaitable<Result<TlsInfo>> SocketStream::start_tls_client(ClientTls& tls, std::string server_name,
                                                                Deadline deadline) {
  SslPtr ssl = tls.make_session(server_name);
  if (ssl) SSL_set_connect_state(ssl.get());
  co_return co_await shake_hands(std::move(ssl), true, !server_name.empty(), deadline);
}

asio::awaitable<Result<TlsInfo>> SocketStream::shake_hands(SslPtr ssl, bool client, bool named, Deadline deadline) {
  PR_ASSERT(!ssl_);
  BIO* bio = ssl ? make_socket_bio(socket_.native_handle()) : nullptr;
  if (bio == nullptr) co_return fail_transient(ErrorCode::kTlsFailure, "no memory for a TLS session");
  SSL_set_bio(ssl.get(), bio, bio);
  ssl_ = std::move(ssl);
  for (;;) {
    if (!socket_.is_open()) co_return std::unexpected(lost(ECONNABORTED));
    ERR_clear_error();
    const int outcome = SSL_do_handshake(ssl_.get());
    if (outcome == 1) co_return describe_session(ssl_.get(), client, named);
    CO_RETURN_IF_ERROR(co_await settle_tls(outcome, deadline));
  }
}

asio::awaitable<Result<void>> SocketStream::settle_tls(int outcome, Deadline deadline) {
  const int error_number = errno;
  switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_WANT_READ: co_return co_await wait_readable(deadline);
    case SSL_ERROR_WANT_WRITE: co_return co_await wait_writable(deadline);
    case SSL_ERROR_ZERO_RETURN: co_return std::unexpected(lost(asio::error::eof));
    case SSL_ERROR_SYSCALL:
      if (outcome == 0 || error_number == 0) co_return std::unexpected(lost(asio::error::eof));
      co_return std::unexpected(lost(error_number));
    default:
      co_return fail_transient(ErrorCode::kTlsFailure, fmt::format("{}: TLS: {}", peer_.text(), take_openssl_error()));
  }
}

// Waiting and ending

asio::awaitable<Result<void>> SocketStream::wait_readable(Deadline deadline) {
  if (timed_out_) co_return std::unexpected(lost(ETIMEDOUT));
  read_until_ = deadline;
  const auto [error] = co_await socket_.async_wait(Socket::wait_read, kAsResult);
  read_until_ = kNever;
  if (error) co_return std::unexpected(lost(error));
  co_return Result<void>{};
}

asio::awaitable<Result<void>> SocketStream::wait_writable(Deadline deadline) {
  if (timed_out_) co_return std::unexpected(lost(ETIMEDOUT));
  write_until_ = deadline;
  const auto [error] = co_await socket_.async_wait(Socket::wait_write, kAsResult);
  write_until_ = kNever;
  if (error) co_return std::unexpected(lost(error));
  co_return Result<void>{};
}

asio::awaitable<Result<void>> SocketStream::wait_connected(Deadline deadline) {
  CO_RETURN_IF_ERROR(co_await wait_writable(deadline));
  int error_number = 0;
  socklen_t size = sizeof error_number;
  if (getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &error_number, &size) != 0) error_number = errno;
  if (error_number != 0) co_return std::unexpected(lost(error_number));
  co_return Result<void>{};
}

void SocketStream::sweep(MonoTime now) {
  if (now < read_until_ && now < write_until_) return;
  timed_out_ = true;
  close();
}

void SocketStream::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<void> SocketStream::finish(Deadline deadline) {
  if (!socket_.is_open()) co_return;
  if (ssl_) SSL_shutdown(ssl_.get());  // close_notify if it fits; the peer copes without
  ERR_clear_error();
  ::shutdown(socket_.native_handle(), SHUT_WR);
  std::vector<char> sink(16 * 1024);
  for (std::size_t discarded = 0; discarded < kFinishBytesMax && socket_.is_open();) {
    read_until_ = deadline;
    const auto [error, got] = co_await socket_.async_read_some(asio::buffer(sink), kAsResult);
    read_until_ = kNever;
    if (error) break;
    discarded += got;
  }
  close();
}

Error SocketStream::lost(const boost::system::error_code& error) const {
  if (error == asio::error::eof) {
    return {ErrorCode::kConnectionLost, Permanence::kTransient, "closed by peer"};
  }
  return lost(error.value());
}

Error SocketStream::lost(int error_number) const {
  if (timed_out_) {
    return {ErrorCode::kTimeout, Permanence::kTransient, fmt::format("{}: no answer in time", peer_.text())};
  }
  const std::string why =
      error_number == ECANCELED || error_number == EBADF || error_number == ECONNABORTED
          ? "closed here"
          : boost::system::error_code(error_number, boost::system::system_category()).message();
  return {ErrorCode::kConnectionLost, Permanence::kTransient, fmt::format("{}: {}", peer_.text(), why)};
}

}  // namespace postroad::net
