#include "net/http/connection_body.h"

#include <algorithm>
#include <cstring>

namespace postroad::net::http {
namespace {

constexpr std::size_t kDiscardBytes = 16 * 1024;

std::unexpected<Refusal> read_failed(const Error& error) {
  if (error.code == ErrorCode::kTimeout) return refuse(408, "the request body came too slowly");
  return refuse(400, kUnexpectedEnd);
}

}  // namespace

bool ConnectionBody::done() const {
  switch (framing_.kind) {
    case Framing::Kind::kNone: return true;
    case Framing::Kind::kLength: return received_ == framing_.length;
    case Framing::Kind::kChunked: return chunks_.done();
  }
  return true;
}

asio::awaitable<Outcome<std::size_t>> ConnectionBody::read(std::span<char> into, Deadline deadline) {
  if (done() || into.empty()) co_return std::size_t{0};
  if (framing_.expects_continue) CO_RETURN_IF_ERROR(co_await say_continue(deadline));
  auto reading = framing_.kind == Framing::Kind::kLength ? read_length(into, deadline) : read_chunked(into, deadline);
  CO_ASSIGN_OR_RETURN(const std::size_t got, co_await std::move(reading));
  received_ += got;
  if (received_ > connection_.server_->settings.body_bytes_max) co_return refuse(413, kBodyTooLarge);
  co_return got;
}

asio::awaitable<Outcome<void>> ConnectionBody::say_continue(Deadline deadline) {
  framing_.expects_continue = false;
  if (!connection_.buffered().empty()) co_return Outcome<void>{};  // it did not wait
  const auto written = co_await connection_.stream_->write("HTTP/1.1 100 Continue\r\n\r\n", deadline);
  if (!written) co_return read_failed(written.error());
  co_return Outcome<void>{};
}

Deadline ConnectionBody::least_rate_deadline() const {
  return begun_ + kBodyGrace + std::chrono::seconds(received_ / kBodyBytesPerSecondMin);
}

std::size_t ConnectionBody::take_buffered(std::span<char> into) {
  const std::string_view bytes = connection_.buffered().substr(0, into.size());
  std::memcpy(into.data(), bytes.data(), bytes.size());
  connection_.input_begin_ += bytes.size();
  return bytes.size();
}

asio::awaitable<Outcome<std::size_t>> ConnectionBody::read_length(std::span<char> into, Deadline deadline) {
  into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), framing_.length - received_)));
  if (const std::size_t ready = take_buffered(into); ready > 0) co_return ready;
  const Result<std::size_t> got =
      co_await connection_.stream_->read_some(into, std::min(deadline, least_rate_deadline()));
  if (!got) co_return read_failed(got.error());
  co_return *got;
}

asio::awaitable<Outcome<std::size_t>> ConnectionBody::read_chunked(std::span<char> into, Deadline deadline) {
  for (;;) {
    CO_ASSIGN_OR_RETURN(const ChunkDecoder::Progress progress, chunks_.decode(connection_.buffered(), into));
    connection_.input_begin_ += progress.consumed;
    if (progress.produced > 0 || chunks_.done()) co_return progress.produced;
    const Result<void> filled = co_await connection_.fill(std::min(deadline, least_rate_deadline()));
    if (!filled) co_return read_failed(filled.error());
  }
}

asio::awaitable<bool> ConnectionBody::discard() {
  if (done()) co_return true;
  if (unasked()) co_return false;
  if (framing_.kind == Framing::Kind::kLength && framing_.length - received_ > kUnreadBodyBytesMax) co_return false;
  char sink[kDiscardBytes];
  for (std::size_t discarded = 0; discarded <= kUnreadBodyBytesMax;) {
    const Outcome<std::size_t> got = co_await read(sink, Deadline::max());
    if (!got) co_return false;
    if (*got == 0) co_return true;
    discarded += *got;
  }
  co_return false;
}

}  // namespace postroad::net::http
