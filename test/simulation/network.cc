#include "network.h"

#include <algorithm>

namespace postroad::simulation {
namespace {
constexpr std::size_t kSegmentBytesMax = 4096;
constexpr std::uint64_t kResetAfterBytesMax = 20'000;

Error lost(std::string detail) { return {ErrorCode::kConnectionLost, Permanence::kTransient, std::move(detail)}; }
Error late() { return {ErrorCode::kTimeout, Permanence::kTransient, "deadline passed"}; }
}  // namespace

/// One direction of a connection.
struct SimNetwork::Pipe {
  std::string arrived;         ///< Delivered and not read yet.
  bool ended = false;          ///< No more will arrive: the other side said so, or it is gone.
  bool reset = false;
  std::uint64_t reader = 0;    ///< Parked, or 0.
  MonoTime last_delivery{};    ///< Segments arrive in order.
  std::uint64_t bytes_sent = 0;
  std::uint64_t reset_after = UINT64_MAX;
};

class SimStream final : public net::Stream {
 public:
  using PipePtr = std::shared_ptr<SimNetwork::Pipe>;
  SimStream(SimNetwork& network, PipePtr in, PipePtr out, net::Endpoint local, net::Endpoint peer)
      : network_(network), in_(std::move(in)), out_(std::move(out)), local_(std::move(local)), peer_(std::move(peer)) {}
  ~SimStream() override { SimStream::close(); }

  asio::awaitable<Result<std::size_t>> read_some(std::span<char> into, Deadline deadline) override {
    const Result<void> ready = co_await wait_readable(deadline);
    if (!ready) co_return std::unexpected(ready.error());
    std::size_t count = std::min(into.size(), in_->arrived.size());
    count = 1 + network_.random_.below(count);
    std::ranges::copy_n(in_->arrived.begin(), static_cast<std::ptrdiff_t>(count), into.begin());
    in_->arrived.erase(0, count);
    co_return count;
  }

  asio::awaitable<Result<char>> peek(Deadline deadline) override {
    const Result<void> ready = co_await wait_readable(deadline);
    if (!ready) co_return std::unexpected(ready.error());
    co_return in_->arrived.front();
  }

  asio::awaitable<Result<void>> write(std::string_view bytes, Deadline) override {
    if (closed_) co_return std::unexpected(lost("closed"));
    if (out_->reset) co_return std::unexpected(lost("reset by peer"));
    while (!bytes.empty()) {
      const std::size_t size = 1 + network_.random_.below(std::min(bytes.size(), kSegmentBytesMax));
      send(std::string(bytes.substr(0, size)));
      bytes.remove_prefix(size);
    }
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> write(std::string_view first, std::string_view second, Deadline deadline) override {
    std::string both(first);
    both += second;
    co_return co_await write(both, deadline);
  }

  asio::awaitable<Result<net::TlsInfo>> start_tls_server(net::ServerTls&, Deadline) override { co_return std::unexpected(lost("no TLS here")); }
  asio::awaitable<Result<net::TlsInfo>> start_tls_client(net::ClientTls&, std::string, Deadline) override {
    co_return std::unexpected(lost("no TLS here"));
  }
  bool is_tls() const override { return false; }
  const net::Endpoint& peer() const override { return peer_; }
  const net::Endpoint& local() const override { return local_; }
  asio::any_io_executor executor() override { return network_.loop_.server(); }

  void close() override {
    if (std::exchange(closed_, true)) return;
    end_output();
    in_->reset = true;  // Whoever still writes to us hears of it.
    network_.loop_.wake(std::exchange(in_->reader, 0));
  }

  asio::awaitable<void> finish(Deadline deadline) override {
    end_output();
    for (;;) {
      const Result<void> ready = co_await wait_readable(deadline);
      if (!ready) break;
      in_->arrived.clear();
    }
    close();
  }

 private:
  asio::awaitable<Result<void>> wait_readable(Deadline deadline) {
    SimLoop& loop = network_.loop_;
    while (in_->arrived.empty()) {
      if (closed_) co_return std::unexpected(lost("closed"));
      if (in_->reset) co_return std::unexpected(lost("reset by peer"));
      if (in_->ended) co_return std::unexpected(lost("closed by peer"));
      if (network_.clock_.mono() >= deadline) co_return std::unexpected(late());
      const PipePtr in = in_;
      co_await loop.park([&loop, &in, deadline](std::uint64_t me) {
        in->reader = me;
        if (deadline != Deadline::max()) loop.at(deadline, [&loop, me] { loop.wake(me); });
      });
    }
    co_return Result<void>{};
  }

  /// One segment, delivered after what was sent before it.
  void send(std::string segment) {
    const PipePtr out = out_;
    SimNetwork& network = network_;
    out->bytes_sent += segment.size();
    if (out->bytes_sent > out->reset_after && !out->reset) {
      const PipePtr back = in_;
      deliver([&network, out, back] {
        network.trace_.note("reset");
        for (const PipePtr& pipe : {out, back}) {
          pipe->reset = true;
          pipe->arrived.clear();
          network.loop_.wake(std::exchange(pipe->reader, 0));
        }
      });
      return;
    }
    deliver([&network, out, segment = std::move(segment)] {
      if (out->reset || out->ended) return;
      network.trace_.note(segment);
      out->arrived += segment;
      network.loop_.wake(std::exchange(out->reader, 0));
    });
  }

  void end_output() {
    if (std::exchange(ended_, true)) return;
    const PipePtr out = out_;
    SimNetwork& network = network_;
    deliver([&network, out] {
      out->ended = true;
      network.loop_.wake(std::exchange(out->reader, 0));
    });
  }

  void deliver(std::function<void()> what) {
    out_->last_delivery = std::max(out_->last_delivery, network_.clock_.mono() + network_.latency());
    network_.loop_.at(out_->last_delivery, std::move(what));
  }

  SimNetwork& network_;
  PipePtr in_, out_;  // shared with the deliveries under way and the stream at the other end
  net::Endpoint local_, peer_;
  bool closed_ = false, ended_ = false;
};

class SimNetwork::SimListener final : public net::Listener {
 public:
  SimListener(SimNetwork& network, net::Endpoint at, std::function<void(net::StreamPtr)> accepted)
      : accepted(std::move(accepted)), network_(network), at_(std::move(at)) {
    network_.listeners_[at_.text()] = this;
  }
  ~SimListener() override { SimListener::close(); }
  const net::Endpoint& local() const override { return at_; }
  void close() override {
    const auto found = network_.listeners_.find(at_.text());
    if (found != network_.listeners_.end() && found->second == this) network_.listeners_.erase(found);
  }
  std::function<void(net::StreamPtr)> accepted;

 private:
  SimNetwork& network_;
  net::Endpoint at_;
};

Result<std::unique_ptr<net::Listener>> SimNetwork::listen(const net::Endpoint& at, std::function<void(net::StreamPtr)> accepted) {
  if (listens(at)) return fail_permanent(ErrorCode::kInvalidArgument, at.text() + " is taken");
  return std::make_unique<SimListener>(*this, at, std::move(accepted));
}

asio::awaitable<Result<net::StreamPtr>> SimNetwork::connect(net::Endpoint to, std::string, Deadline deadline) {
  if (happens(faults.black_hole)) {
    co_await loop_.sleep_until(deadline);
    co_return std::unexpected(late());
  }
  co_await loop_.sleep_until(clock_.mono() + latency());
  const auto found = listeners_.find(to.text());
  if (found == listeners_.end() || happens(faults.refuse)) co_return std::unexpected(lost(to.text() + ": refused"));
  auto there = std::make_shared<Pipe>(), back = std::make_shared<Pipe>();
  if (happens(faults.reset)) (random_.below(2) == 0 ? there : back)->reset_after = random_.below(kResetAfterBytesMax);
  net::Endpoint from{"127.0.0.1", ++next_port_};
  trace_.note(to.text(), next_port_);
  found->second->accepted(std::make_unique<SimStream>(*this, there, back, to, from));
  co_return std::make_unique<SimStream>(*this, back, there, from, to);
}

}  // namespace postroad::simulation
