#include "peer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/assert.h"
#include "base/log.h"
#include "lines.h"
#include "mail/quoted_printable.h"

namespace postroad::simulation {
namespace {

constexpr std::chrono::minutes kPatience{5};

bool begins(std::string_view line, std::string_view verb) {
  return line.size() >= verb.size() && std::ranges::equal(line.substr(0, verb.size()), verb, {}, [](char c) {
           return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
         });
}

std::string path_of(const std::string& line) {
  const std::size_t from = line.find('<'), to = line.find('>');
  if (from == std::string::npos || to == std::string::npos || to < from) return {};
  return line.substr(from + 1, to - from - 1);
}

std::string field_of(const std::string& message, std::string_view name) {
  const std::size_t at = message.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return {};
  const std::size_t from = at + name.size() + 4;
  return message.substr(from, message.find("\r\n", from) - from);
}

/// The body, with its transfer encoding undone.
std::string text_of(const std::string& message) {
  const std::size_t at = message.find("\r\n\r\n");
  if (at == std::string::npos) return {};
  std::string body = message.substr(at + 4);
  if (field_of(message, "Content-Transfer-Encoding") != "quoted-printable") return body;
  return mail::decode_quoted_printable(body);
}

}  // namespace

struct Peer::Envelope {
  bool mail = false;
  std::vector<std::string> recipients;
  std::vector<std::size_t> last_copies;  ///< Of the message before, in the model.
};

Peer::Peer(SimLoop& loop, SimNetwork& network, SimClock& clock, Random& random, Model& model, net::Endpoint at)
    : loop_(loop), clock_(clock), random_(random), model_(model) {
  auto listening = network.listen(at, [this](net::StreamPtr stream) {
    asio::co_spawn(loop_.world(), serve(std::move(stream)), asio::detached);
  });
  PR_ASSERT(listening.has_value());
  listener_ = *std::move(listening);
}

asio::awaitable<void> Peer::serve(net::StreamPtr stream) {
  Lines lines(*stream);
  const auto say = [&stream](std::string_view text) { return stream->write(text, Deadline::max()); };  // of literals
  if (happens(habits.defer_connect)) {
    co_await say("421 4.3.2 busy, come back\r\n");
    co_return;
  }
  co_await say("220 peer.test ESMTP\r\n");
  Envelope envelope;
  for (;;) {
    const Result<std::string> line = co_await lines.line(clock_.mono() + kPatience);
    if (!line) {
      // Reset, not ended: the 250 that was on its way may not have been read.
      if (line.error().detail != "closed by peer") for (const std::size_t at : envelope.last_copies) model_.copies[at].reply_lost = true;
      co_return;
    }
    if (happens(habits.drop)) co_return;
    if (begins(*line, "EHLO")) {
      envelope = {};
      co_await say(habits.pipelining ? "250-peer.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n" : "250-peer.test\r\n250 8BITMIME\r\n");
    } else if (begins(*line, "MAIL")) {
      envelope = {.mail = true, .recipients = {}, .last_copies = {}};
      co_await say("250 2.1.0 ok\r\n");
    } else if (begins(*line, "RCPT")) {
      const std::string recipient = path_of(*line);
      if (!envelope.mail) {
        co_await say("503 5.5.1 MAIL first\r\n");
      } else if (recipient.starts_with("unknown")) {
        co_await say("550 5.1.1 no such user\r\n");
      } else if (happens(habits.defer_rcpt)) {
        co_await say("451 4.7.1 try later\r\n");
      } else {
        envelope.recipients.push_back(recipient);
        co_await say("250 2.1.5 ok\r\n");
      }
    } else if (begins(*line, "DATA")) {
      const bool go_on = co_await take(*stream, lines, envelope);
      if (!go_on) co_return;
    } else if (begins(*line, "RSET")) {
      envelope = {};
      co_await say("250 2.0.0 ok\r\n");
    } else if (begins(*line, "QUIT")) {
      co_await say("221 2.0.0 bye\r\n");
      co_return;
    } else {
      co_await say("250 2.0.0 ok\r\n");
    }
  }
}

asio::awaitable<bool> Peer::take(net::Stream& stream, Lines& lines, Envelope& envelope) {
  if (envelope.recipients.empty()) {
    co_await stream.write("554 5.5.1 no valid recipients\r\n", Deadline::max());
    co_return true;
  }
  co_await stream.write("354 go on\r\n", Deadline::max());
  std::string message = "\r\n";
  for (;;) {
    const Result<std::string> line = co_await lines.line(clock_.mono() + kPatience);
    if (!line) co_return false;
    if (*line == ".") break;
    message += line->starts_with('.') ? line->substr(1) : *line;
    message += "\r\n";
  }
  if (happens(habits.defer_data)) {
    co_await stream.write("451 4.3.0 cannot keep it now\r\n", Deadline::max());
    envelope = {};
    co_return true;
  }
  const bool drop = happens(habits.drop_after_data);
  bool reply_lost = drop;
  if (!drop) {
    const Result<void> said = co_await stream.write("250 2.0.0 kept\r\n", Deadline::max());
    reply_lost = !said;
  }
  const std::string token = field_of(message, "Subject");
  const bool whole = text_of(message) == body_of(token);
  if (!whole) log::debug("not_whole", {{"message", message}, {"sent", body_of(token)}});
  const std::vector<std::string> recipients = std::exchange(envelope.recipients, {});
  envelope = {};
  for (const std::string& recipient : recipients) {
    envelope.last_copies.push_back(model_.copies.size());
    model_.copies.push_back({.token = token, .recipient = recipient, .at = clock_.mono(), .whole = whole, .reply_lost = reply_lost});
  }
  co_return !drop;
}

}  // namespace postroad::simulation
