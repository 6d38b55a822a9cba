#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include "net/stream.h"
#include "net/sweeper.h"
#include "net/tls.h"

namespace postroad::net {

/// TCP or a Unix socket, plain or under TLS. Deadlines are kept by the loop's Sweeper, so they are late by at most
/// Sweeper::kSweepInterval. One reader and one writer may be in flight at once on a plain stream.
class SocketStream final : public Stream, private Sweeper::Watched {
 public:
  using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;
  static constexpr std::size_t kTlsGatherBytesMax = 16 * 1024;
  static constexpr std::size_t kFinishBytesMax = 256 * 1024 * 1024;

  SocketStream(asio::io_context& context, Socket socket, Endpoint local, Endpoint peer);

  asio::awaitable<Result<std::size_t>> read_some(std::span<char> into, Deadline deadline) override;
  asio::awaitable<Result<void>> write(std::string_view bytes, Deadline deadline) override;
  asio::awaitable<Result<void>> write(std::string_view first, std::string_view second, Deadline deadline) override;
  asio::awaitable<Result<TlsInfo>> start_tls_server(ServerTls& tls, Deadline deadline) override;
  asio::awaitable<Result<TlsInfo>> start_tls_client(ClientTls& tls, std::string server_name,
                                                    Deadline deadline) override;
  bool is_tls() const override { return ssl_ != nullptr; }
  const Endpoint& peer() const override { return peer_; }
  const Endpoint& local() const override { return local_; }
  void close() override;
  asio::any_io_executor executor() override { return socket_.get_executor(); }
  asio::awaitable<Result<char>> peek(Deadline deadline) override;
  asio::awaitable<void> finish(Deadline deadline) override;

  /// Waits until connect() is through.
  asio::awaitable<Result<void>> wait_connected(Deadline deadline);
  void set_local(Endpoint local) { local_ = std::move(local); }
  /// Lives as long as the stream.
  void keep(std::shared_ptr<void> held) { held_ = std::move(held); }
  int descriptor() { return socket_.native_handle(); }

 private:
  static constexpr Deadline kNever = Deadline::max();

  void sweep(MonoTime now) override;
  asio::awaitable<Result<void>> wait_readable(Deadline deadline);
  asio::awaitable<Result<void>> wait_writable(Deadline deadline);
  asio::awaitable<Result<std::size_t>> read_tls(std::span<char> into, Deadline deadline);
  asio::awaitable<Result<void>> write_tls(std::string_view bytes, Deadline deadline);
  asio::awaitable<Result<void>> write_plain(std::string_view first, std::string_view second, Deadline deadline);
  asio::awaitable<Result<TlsInfo>> shake_hands(SslPtr ssl, bool client, bool named, Deadline deadline);
  /// Waits for what SSL_* asked for after returning `outcome`; an error when it asked for nothing.
  asio::awaitable<Result<void>> settle_tls(int outcome, Deadline deadline);
  Error lost(const boost::system::error_code& error) const;
  Error lost(int error_number) const;

  Socket socket_;
  SslPtr ssl_;
  std::shared_ptr<void> held_;
  Endpoint local_;
  Endpoint peer_;
  Deadline read_until_ = kNever;
  Deadline write_until_ = kNever;
  bool timed_out_ = false;
};

}  // namespace postroad::net
