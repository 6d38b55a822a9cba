#include "net/http/connection.h"

#include <fmt/format.h>

#include <cstring>
#include <ctime>

#include "base/log.h"
#include "base/text.h"
#include "net/accept_http.h"
#include "net/http/connection_body.h"

namespace postroad::net::http {
namespace {

constexpr std::size_t kReadBytes = 8 * 1024;
constexpr std::size_t kGatherBytesMax = 32 * 1024;  ///< Smaller bodies are written in one piece with the head.
constexpr std::size_t kRequestIdBytesMax = 128;
constexpr int kNobodyToAnswer = 0;  ///< A Refusal's status when the peer is gone.

bool is_sane_id(std::string_view id) {
  if (id.empty() || id.size() > kRequestIdBytesMax) return false;
  for (const char c : id) {
    const char lower = ascii_lower(c);
    const bool good = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (!good) return false;
  }
  return true;
}

}  // namespace

Connection::Connection(std::shared_ptr<ServerState> server, StreamPtr stream)
    : server_(std::move(server)), stream_(std::move(stream)) {
  request_.peer = stream_->peer();
}

asio::awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  const Result<void> accepted =
      co_await accept_http(*stream_, server_->world.tls, now() + server_->settings.head_timeout);
  if (accepted) {
    request_.tls = stream_->is_tls();
    while (co_await serve_one()) {
    }
  }
  stream_->close();
}

void Connection::drain() {
  const bool newcomer = requests_ <= 1;  // The one that is waited for counts.
  if (idle_ && !newcomer) stream_->close();
}

void Connection::drain_newcomer() {
  if (idle_) stream_->close();
}

asio::awaitable<bool> Connection::serve_one() {
  idle_ = true;
  const Outcome<Framing> framing = co_await read_request();
  if (!framing) co_return co_await refuse_request(framing.error());
  ConnectionBody body(*this, *framing);
  const Response response = co_await answer(body);
  log::debug("http", {{"id", request_.id}, {"method", request_.method}, {"path", request_.path}, {"status", response.status}});
  const bool wanted = framing->keep_alive && !response.close && !response.source && !server_->draining && !body.unasked();
  if (!co_await write_response(response, wanted)) co_return false;
  if (response.source) {
    if (request_.method != "HEAD") co_await write_source(*response.source);
    co_return false;  // Who listens sends nothing that would have to be read over.
  }
  const bool read_over = co_await body.discard();
  if (wanted && read_over) co_return true;
  co_await stream_->finish(now() + kFinishTimeout);
  co_return false;
}

asio::awaitable<Outcome<Framing>> Connection::read_request() {
  request_.clear();
  CO_RETURN_IF_ERROR(co_await read_head());
  Outcome<Framing> framing = parse_head(request_, server_->settings.body_bytes_max);
  choose_request_id();
  co_return framing;
}

asio::awaitable<Outcome<void>> Connection::read_head() {
  scanner_.reset();
  const bool first = requests_++ == 0;
  Deadline deadline = now() + (first ? server_->settings.head_timeout : server_->settings.idle_timeout);
  for (;;) {
    while (idle_ && buffered().starts_with("\r\n")) input_begin_ += 2;  // RFC 9112 §2.2: left by an older client
    CO_ASSIGN_OR_RETURN(const std::optional<std::size_t> size, scanner_.scan(buffered()));
    if (size) {
      request_.head.assign(buffered().substr(0, *size));
      input_begin_ += *size;
      idle_ = false;
      co_return Outcome<void>{};
    }
    if (idle_ && !buffered().empty() && buffered() != "\r") {
      idle_ = false;
      deadline = std::min(deadline, now() + server_->settings.head_timeout);
    }
    const Result<void> filled = co_await fill(deadline);
    if (!filled) co_return refuse(kNobodyToAnswer, filled.error().detail);
  }
}

asio::awaitable<Result<void>> Connection::fill(Deadline deadline) {
  if (input_begin_ > 0) {
    std::memmove(input_.data(), input_.data() + input_begin_, input_end_ - input_begin_);
    input_end_ -= input_begin_;
    input_begin_ = 0;
  }
  if (input_.size() - input_end_ < kReadBytes / 2) input_.resize(input_end_ + kReadBytes);
  const std::span<char> room = std::span(input_).subspan(input_end_);
  const Result<std::size_t> got = co_await stream_->read_some(room, deadline);
  if (!got) co_return std::unexpected(got.error());
  input_end_ += *got;
  co_return Result<void>{};
}

asio::awaitable<Response> Connection::answer(Body& body) {
  try {
    Response response = co_await server_->handler.handle(request_, body);
    co_return response;
  } catch (const std::exception& thrown) {
    log::error("http_handler_failed", {{"id", request_.id}, {"path", request_.path}, {"what", thrown.what()}});
  } catch (...) {
    log::error("http_handler_failed", {{"id", request_.id}, {"path", request_.path}, {"what", "unknown"}});
  }
  Response response = error(500, "Internal Server Error");
  response.close = true;
  co_return response;
}

asio::awaitable<bool> Connection::write_response(const Response& response, bool keep_alive) {
  refresh_date();
  output_.clear();
  append_response_head(output_, response, date_, request_.id, keep_alive);
  const bool without_content = request_.method == "HEAD" || response.status == 204 || response.status == 304;
  const std::string_view content = without_content ? std::string_view() : response.content();
  const Deadline deadline = now() + kWriteTimeout + std::chrono::seconds(content.size() / kBodyBytesPerSecondMin);
  if (content.size() <= kGatherBytesMax) {
    output_ += content;
    const Result<void> written = co_await stream_->write(output_, deadline);
    co_return written.has_value();
  }
  const Result<void> written = co_await stream_->write(output_, content, deadline);
  co_return written.has_value();
}

/// To its end, or to the client's or the server's.
asio::awaitable<void> Connection::write_source(BodySource& source) {
  while (!server_->draining) {
    const std::optional<std::string> piece = co_await source.next();
    if (!piece) co_return;
    if (piece->empty()) continue;
    const Result<void> written = co_await stream_->write(*piece, now() + kWriteTimeout);
    if (!written) co_return;
  }
}

asio::awaitable<bool> Connection::refuse_request(Refusal refusal) {
  if (refusal.status == kNobodyToAnswer) co_return false;
  log::debug("http_refused", {{"peer", request_.peer.text()}, {"status", refusal.status}, {"why", refusal.message}});
  const Response response = error(refusal);
  if (!co_await write_response(response, false)) co_return false;
  co_await stream_->finish(now() + kFinishTimeout);
  co_return false;
}

void Connection::choose_request_id() {
  if (const std::string_view given = request_.header("X-Request-Id"); is_sane_id(given)) {
    request_.id = given;
    return;
  }
  if (id_prefix_.empty()) id_prefix_ = server_->world.random.hex(8);
  request_.id = fmt::format("{}-{}", id_prefix_, requests_);
}

void Connection::refresh_date() {
  const auto second = std::chrono::floor<std::chrono::seconds>(server_->world.clock.wall()).time_since_epoch().count();
  if (second == date_second_) return;
  date_second_ = second;
  const std::time_t time = second;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[40];
  date_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts));
}

}  // namespace postroad::net::http
