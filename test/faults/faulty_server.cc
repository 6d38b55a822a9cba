// The server that ships, over a network that ends the process when a marked message is written to a mail server: what a bug in
// the delivery of one message would do. For scenarios; nothing of it is in the product.
//
//   faulty_server CONFIG     as `postroad serve --config CONFIG`
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>

#include "app/commands.h"
#include "app/machine.h"
#include "app/server.h"

namespace postroad::faults {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kMark = "X-Ends-The-Process:";

class FaultyStream final : public net::Stream {
 public:
  explicit FaultyStream(net::StreamPtr stream) : stream_(std::move(stream)) {}
  asio::awaitable<Result<std::size_t>> read_some(std::span<char> into, Deadline deadline) override {
    return stream_->read_some(into, deadline);
  }
  asio::awaitable<Result<void>> write(std::string_view bytes, Deadline deadline) override {
    look_at(bytes);
    return stream_->write(bytes, deadline);
  }
  asio::awaitable<Result<void>> write(std::string_view first, std::string_view second, Deadline deadline) override {
    look_at(first);
    look_at(second);
    return stream_->write(first, second, deadline);
  }
  asio::awaitable<Result<net::TlsInfo>> start_tls_server(net::ServerTls& tls, Deadline deadline) override {
    return stream_->start_tls_server(tls, deadline);
  }
  asio::awaitable<Result<net::TlsInfo>> start_tls_client(net::ClientTls& tls, std::string name, Deadline deadline) override {
    return stream_->start_tls_client(tls, std::move(name), deadline);
  }
  bool is_tls() const override { return stream_->is_tls(); }
  const net::Endpoint& peer() const override { return stream_->peer(); }
  const net::Endpoint& local() const override { return stream_->local(); }
  void close() override { stream_->close(); }
  asio::any_io_executor executor() override { return stream_->executor(); }
  asio::awaitable<Result<char>> peek(Deadline deadline) override { return stream_->peek(deadline); }
  asio::awaitable<void> finish(Deadline deadline) override { return stream_->finish(deadline); }

 private:
  static void look_at(std::string_view bytes) {
    if (bytes.find(kMark) != std::string_view::npos) std::abort();
  }
  net::StreamPtr stream_;
};

/// Of outgoing connections; those that come in are the machine's.
class FaultyNetwork final : public net::Network {
 public:
  explicit FaultyNetwork(net::Network& network) : network_(network) {}
  asio::awaitable<Result<net::StreamPtr>> connect(net::Endpoint to, std::string source, Deadline deadline) override {
    Result<net::StreamPtr> stream = co_await network_.connect(std::move(to), std::move(source), deadline);
    if (!stream) co_return stream;
    co_return std::make_unique<FaultyStream>(*std::move(stream));
  }
  Result<std::unique_ptr<net::Listener>> listen(const net::Endpoint& at, std::function<void(net::StreamPtr)> accepted) override {
    return network_.listen(at, std::move(accepted));
  }

 private:
  net::Network& network_;
};

template <class T>
T or_die(Result<T> result) {
  if (result) return *std::move(result);
  fmt::print(stderr, "{}\n", result.error().detail);
  std::exit(1);
}

void or_die(const Result<void>& result) {
  if (result) return;
  fmt::print(stderr, "{}\n", result.error().detail);
  std::exit(1);
}

int serve(const std::string& config) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  app::ServerOptions options = or_die(app::server_options(or_die(app::load_settings(config))));
  const std::unique_ptr<app::Machine> machine =
      or_die(app::Machine::make({.loops = 2, .resolve = true, .dns_servers = options.dns_servers, .dnssec = options.dnssec}));
  const app::World real = machine->world();
  FaultyNetwork network(real.network);
  const app::World world{.clock = real.clock, .random = real.random, .disk = real.disk, .executor = real.executor,
                         .timers = real.timers, .network = network, .resolver = real.resolver,
                         .boot_id = real.boot_id};
  std::unique_ptr<app::Server> server = or_die(app::Server::build(std::move(options), world));
  machine->executor().start();
  or_die(machine->executor().run_on(0, server->bootstrap()));
  or_die(server->begin());
  int got = 0;
  sigwait(&ends, &got);
  machine->executor().run_on(0, server->drain());
  machine->executor().stop();
  std::_Exit(0);  // As `postroad serve`: the end of the process takes all at once.
}

}  // namespace
}  // namespace postroad::faults

int main(int count, char** words) {
  if (count == 2) return postroad::faults::serve(words[1]);
  fmt::print(stderr, "usage: faulty_server CONFIG\n");
  return 2;
}
