#include "ingress/smtp/server.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/log.h"
#include "mail/date.h"

namespace postroad::ingress::smtp {
namespace {

constexpr std::chrono::seconds kWriteMax{60};
constexpr std::chrono::milliseconds kStopPoll{10};

/// Counts what one session holds of a total, and gives it back.
class Share {
 public:
  explicit Share(std::atomic<std::size_t>& total) : total_(total) {}
  ~Share() { set(0); }
  std::size_t set(std::size_t bytes) {
    const std::size_t after = total_.fetch_add(bytes - mine_, std::memory_order_relaxed) + bytes - mine_;
    mine_ = bytes;
    return after;
  }

 private:
  std::atomic<std::size_t>& total_;
  std::size_t mine_ = 0;
};

}  // namespace

/// One connection while it is served; all of it belongs to its loop.
struct Server::Running {
  enum class Waits : std::uint8_t { kNot, kHandshake, kClient };
  net::StreamPtr stream;
  Session* session = nullptr;  ///< While `waits` is kClient.
  Waits waits = Waits::kNot;   ///< For what of the client; nobody writes meanwhile.
  bool dismissed = false;      ///< 421 has been said.
};

Result<void> Server::listen(const net::Endpoint& at, Tls tls) {
  if (tls == Tls::kFromTheFirstByte && parts_.tls == nullptr) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{} speaks TLS from the first byte, and tls.mode is off", at.text()));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<net::Listener> listener, parts_.network.listen(at, [this, tls](net::StreamPtr stream) {
    // The listener runs on the loop that accepted; the stream stays there.
    const asio::any_io_executor executor = stream->executor();
    asio::co_spawn(executor, serve(std::move(stream), tls), asio::detached);
  }));
  listeners_.push_back(std::move(listener));
  return {};
}

std::vector<net::Endpoint> Server::endpoints() const {
  std::vector<net::Endpoint> all;
  for (const auto& listener : listeners_) all.push_back(listener->local());
  return all;
}

asio::awaitable<void> Server::serve(net::StreamPtr stream, Tls tls) {
  const std::size_t now_running = sessions_.fetch_add(1, std::memory_order_relaxed) + 1;
  const auto running = std::make_shared<Running>();
  running->stream = std::move(stream);
  {
    const std::lock_guard lock(mutex_);
    running_.insert(running);
  }
  if (now_running > kSessionsMax) {
    const std::string busy = fmt::format("421 4.3.2 {} too many connections, try again later\r\n", hostname_);
    const Result<void> told = co_await running->stream->write(busy, parts_.clock.mono() + kWriteMax);
    (void)told;  // The answer is a courtesy; the connection is closed either way.
  } else {
    bool ready = tls == Tls::kStartTls;
    if (!ready) ready = co_await secure(*running);
    if (ready) co_await run(*running, tls);
  }
  running->stream->close();
  {
    const std::lock_guard lock(mutex_);
    running_.erase(running);
  }
  sessions_.fetch_sub(1, std::memory_order_relaxed);
}

asio::awaitable<bool> Server::secure(Running& running) {
  running.waits = Running::Waits::kHandshake;
  const Result<net::TlsInfo> secured = co_await running.stream->start_tls_server(*parts_.tls, parts_.clock.mono() + kCommandMax);
  running.waits = Running::Waits::kNot;
  co_return secured.has_value();
}

Deadline Server::read_deadline(const Session& session, MonoTime data_since, std::size_t data_bytes) const {
  const MonoTime now = parts_.clock.mono();
  if (!session.in_data()) return now + kCommandMax;
  const auto earned = std::chrono::seconds{data_bytes / kDataBytesPerSecondMin};
  return std::min<Deadline>(now + kCommandMax, data_since + kCommandMax + earned);
}

asio::awaitable<bool> Server::flush(net::Stream& stream, Session& session) {
  if (session.output().empty()) co_return true;
  const Result<void> written = co_await stream.write(session.output(), parts_.clock.mono() + kWriteMax);
  session.output().clear();
  co_return written.has_value();
}

asio::awaitable<void> Server::run(Running& running, Tls tls) {
  net::Stream& stream = *running.stream;
  Session session({.hostname = hostname_,
                   .message_bytes_max = parts_.admission.limits().message_bytes_max,
                   .recipients_max = parts_.admission.limits().recipients_max,
                   .offers_starttls = parts_.tls != nullptr,
                   .client_address = stream.peer().address},
                  parts_.policy);
  Share held(held_bytes_);
  std::string buffer(kReadBytes, '\0');
  MonoTime data_since{};
  std::size_t data_bytes = 0;
  if (tls == Tls::kFromTheFirstByte) session.tls_started();
  session.greet();
  for (;;) {
    if (!co_await flush(stream, session)) co_return;
    if (stopping_ && !session.in_transaction()) {
      session.refuse("is shutting down");
      co_await flush(stream, session);
      co_return;
    }
    const Deadline deadline = read_deadline(session, data_since, data_bytes);
    running.session = &session;
    running.waits = Running::Waits::kClient;
    Result<std::size_t> got = co_await stream.read_some(buffer, deadline);
    running.waits = Running::Waits::kNot;
    if (running.dismissed) co_return;
    if (!got) {
      if (got.error().code == ErrorCode::kTimeout) {
        session.refuse("waited too long");
        co_await flush(stream, session);
      }
      co_return;
    }
    std::string_view left(buffer.data(), *got);
    while (!left.empty()) {
      std::size_t consumed = 0;
      const bool was_in_data = session.in_data();
      const Session::Next next = session.consume(left, consumed);
      left.remove_prefix(consumed);
      if (session.in_data()) {
        if (!was_in_data) {
          data_since = parts_.clock.mono();
          data_bytes = 0;
        }
        data_bytes += consumed;
        if (held.set(session.held_bytes()) > kHeldBytesMax) {
          session.refuse("has too much mail in hand");
          co_await flush(stream, session);
          co_return;
        }
      }
      if (next == Session::Next::kSubmit) {
        Submission submission = session.take_submission();
        Result<std::string> accepted = co_await submit(std::move(submission), stream.peer().address);
        held.set(0);
        session.answer(accepted);
      } else if (next == Session::Next::kLogin) {
        Login login = session.take_login();
        const LoginAnswer answer = co_await parts_.policy.authenticate(std::move(login.user), std::move(login.password),
                                                                       stream.peer().address);
        if (!session.answer_login(answer)) {
          co_await flush(stream, session);
          co_return;
        }
      } else if (next == Session::Next::kStartTls) {
        // Bytes sent in clear behind STARTTLS must never be read as if they had come over TLS (CVE-2011-0411).
        if (!left.empty()) {
          session.output().clear();
          session.refuse("got commands behind STARTTLS");
          co_await flush(stream, session);
          co_return;
        }
        if (!co_await flush(stream, session)) co_return;
        if (!co_await secure(running)) co_return;
        session.tls_started();
      } else if (next == Session::Next::kClose) {
        co_await flush(stream, session);
        co_return;
      }
    }
  }
}

std::string Server::received_value(const Submission& submission, const std::string& client) const {
  const std::string literal = client.find(':') == std::string::npos ? client : "IPv6:" + client;
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(parts_.clock.wall());
  const std::string_view protocol = !submission.extended ? "SMTP" : submission.tls ? "ESMTPS" : "ESMTP";
  return fmt::format("from {} ([{}]) by {} with {}{}; {}", submission.helo, literal, hostname_, protocol,
                     submission.authenticated ? "A" : "", mail::format_date(now));
}

asio::awaitable<Result<std::string>> Server::submit(Submission submission, std::string client) {
  if (!parts_.store.writable()) co_return fail_transient(ErrorCode::kDiskFull, "the store takes no mail now");
  Result<account::DomainPtr> domain = co_await parts_.policy.domain_named(submission.domain);
  if (!domain) co_return std::unexpected(std::move(domain).error());
  admission::RawMail mail{
      .domain = *std::move(domain),
      .origin = {.method = "smtp", .address = client, .api_key_id = {}, .authenticated = submission.authenticated},
      .return_path = std::move(submission.return_path),
      .recipients = std::move(submission.recipients),
      .message = std::move(submission.message),
      .received = received_value(submission, client)};
  storage::Unit unit;
  Result<admission::Accepted> accepted = parts_.admission.submit(unit, std::move(mail));
  if (!accepted) co_return std::unexpected(std::move(accepted).error());
  Result<WallTime> committed = co_await parts_.store.commit(std::move(unit));
  if (!committed) co_return std::unexpected(std::move(committed).error());
  co_return std::move(accepted->message_id);
}

void Server::close_listeners() {
  for (const auto& listener : listeners_) listener->close();
}

asio::awaitable<void> Server::stop(Deadline deadline) {
  stopping_ = true;
  close_listeners();
  dismiss_all(Dismiss::kIdle);
  const std::pair<Deadline, Dismiss> later[] = {{std::min<Deadline>(deadline, parts_.clock.mono() + kHandshakeDrainMax), Dismiss::kHandshakes},
                                                {deadline - kLastWordMax, Dismiss::kAll}};
  std::size_t done = 0;
  while (sessions_ > 0 && parts_.clock.mono() < deadline) {
    if (done < std::size(later) && parts_.clock.mono() >= later[done].first) dismiss_all(later[done++].second);
    co_await parts_.timers.sleep_until(parts_.clock.mono() + kStopPoll);
  }
  if (sessions_ > 0) log::warn("submission_stop_forced", {{"sessions", sessions()}});
}

void Server::dismiss_all(Dismiss whom) {
  const std::lock_guard lock(mutex_);
  for (const RunningPtr& running : running_) {
    asio::co_spawn(running->stream->executor(), dismiss(running, whom), asio::detached);
  }
}

/// Who is not waited for sees `stopping_` behind what it does.
asio::awaitable<void> Server::dismiss(RunningPtr running, Dismiss whom) {
  if (running->waits == Running::Waits::kNot || running->dismissed) co_return;
  if (running->waits == Running::Waits::kHandshake && whom == Dismiss::kIdle) co_return;
  if (running->waits == Running::Waits::kClient) {
    if (whom != Dismiss::kAll && running->session->in_transaction()) co_return;
    running->dismissed = true;
    running->session->refuse("is shutting down");
    const std::string last = std::exchange(running->session->output(), {});
    const Result<void> told = co_await running->stream->write(last, parts_.clock.mono() + kLastWordMax);
    (void)told;  // The connection is closed either way.
  }
  running->stream->close();
}

}  // namespace postroad::ingress::smtp
