#include "delivery/smtp_connection.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mail/smtp/data_writer.h"

namespace postroad::delivery {
namespace {

using mail::smtp::Reply;
using mail::smtp::ReplyParser;

constexpr std::chrono::seconds kQuitMax{1};

std::unexpected<Error> refused(const Reply& reply, std::string_view step) {
  return fail_transient(ErrorCode::kRejected, fmt::format("answered {} to {}", reply.summary(), step));
}

}  // namespace

Capabilities Capabilities::from_ehlo(const Reply& reply) {
  Capabilities found;
  for (std::size_t i = 1; i < reply.lines.size(); ++i) {
    const std::string_view line = reply.lines[i];
    const std::size_t space = line.find(' ');
    const std::string word = ascii_lower(line.substr(0, space));
    if (word == "pipelining") found.pipelining = true;
    if (word == "starttls") found.starttls = true;
    if (word == "8bitmime") found.eight_bit_mime = true;
    if (word == "smtputf8") found.smtputf8 = true;
    if (word == "size" && space != std::string_view::npos) {
      found.size_max = std::max<std::int64_t>(0, parse_int(trim(line.substr(space))).value_or(0));
    }
  }
  return found;
}

Deadline SmtpConnection::within(std::chrono::seconds limit, Deadline deadline) const {
  return std::min<Deadline>(clock_.mono() + limit, deadline);
}

asio::awaitable<Result<std::unique_ptr<SmtpConnection>>> SmtpConnection::open(
    net::Network& network, net::ClientTls& tls, const Clock& clock, Target target, const ConnectionOptions& options,
    Tls use_tls, Transcript& transcript, Deadline deadline) {
  const bool six = target.endpoint.address.find(':') != std::string::npos;
  const std::string source = six ? options.source_ipv6 : options.source_ipv4;
  const std::string name = fmt::format("{} ({})", target.host, target.endpoint.text());
  transcript.note("connecting to " + name);
  const Deadline connect_by = std::min<Deadline>(clock.mono() + kConnectMax, deadline);
  Result<net::StreamPtr> stream = co_await network.connect(target.endpoint, source, connect_by);
  if (!stream) {
    transcript.note(stream.error().detail);
    co_return fail_transient(stream.error().code, fmt::format("{}: {}", name, stream.error().detail));
  }
  std::unique_ptr<SmtpConnection> made(new SmtpConnection(clock, std::move(target), *std::move(stream)));
  Result<void> greeted = co_await made->greet(options.hostname, transcript, deadline);
  if (!greeted) co_return fail_transient(greeted.error().code, fmt::format("{}: {}", name, greeted.error().detail));
  if (made->capabilities_.starttls && use_tls != Tls::kNever) {
    Result<void> secured = co_await made->start_tls(tls, options.hostname, transcript, deadline);
    if (!secured) {
      transcript.note("TLS failed: " + secured.error().detail);
      co_return fail_transient(ErrorCode::kTlsFailure, fmt::format("{}: {}", name, secured.error().detail));
    }
  }
  if (!made->satisfies(use_tls)) {
    std::string lacks = "offers no TLS, which the message requires";
    if (made->is_tls()) lacks = "certificate not verified, which the message requires: " + made->tls_info_.verify_error;
    transcript.note(lacks);
    co_await made->quit();
    co_return fail_transient(ErrorCode::kTlsFailure, fmt::format("{}: {}", name, lacks));
  }
  co_return made;
}

SmtpConnection::Tls SmtpConnection::needed_by(const spool::DeliveryOptions& options) {
  if (!options.require_tls) return Tls::kOpportunistic;
  return options.skip_verification ? Tls::kRequired : Tls::kVerified;
}

bool SmtpConnection::satisfies(Tls tls) const {
  switch (tls) {
    case Tls::kNever:
    case Tls::kOpportunistic: return true;
    case Tls::kRequired: return is_tls();
    case Tls::kVerified: return is_tls() && tls_info_.peer_verified;
  }
  return false;
}

asio::awaitable<Result<Reply>> SmtpConnection::read_reply(Transcript& transcript, Deadline deadline) {
  ReplyParser parser;
  for (;;) {
    while (input_begin_ < input_end_) {
      const std::span<const char> waiting(input_.data() + input_begin_, input_end_ - input_begin_);
      CO_ASSIGN_OR_RETURN(const std::size_t used, parser.consume(waiting));
      input_begin_ += used;
      if (std::optional<Reply> reply = parser.take()) {
        transcript.received(reply->summary());
        co_return *std::move(reply);
      }
    }
    const std::span<char> room(input_.data(), input_.size());
    Result<std::size_t> got = co_await stream_->read_some(room, deadline);
    if (!got) co_return std::unexpected(std::move(got).error());
    input_begin_ = 0;
    input_end_ = *got;
  }
}

asio::awaitable<Result<Reply>> SmtpConnection::command(std::string line, Transcript& transcript, Deadline deadline) {
  transcript.sent(line);
  line += "\r\n";
  Result<void> written = co_await stream_->write(line, deadline);
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return co_await read_reply(transcript, deadline);
}

asio::awaitable<Result<void>> SmtpConnection::greet(const std::string& hostname, Transcript& transcript,
                                                    Deadline deadline) {
  CO_ASSIGN_OR_RETURN(const Reply greeting, co_await read_reply(transcript, within(kCommandMax, deadline)));
  if (!greeting.positive()) co_return refused(greeting, "our connection");
  co_return co_await ehlo(hostname, transcript, deadline);
}

asio::awaitable<Result<void>> SmtpConnection::ehlo(const std::string& hostname, Transcript& transcript,
                                                   Deadline deadline) {
  const Deadline until = within(kCommandMax, deadline);
  capabilities_ = {};
  CO_ASSIGN_OR_RETURN(const Reply extended, co_await command("EHLO " + hostname, transcript, until));
  if (extended.positive()) {
    capabilities_ = Capabilities::from_ehlo(extended);
    co_return Result<void>{};
  }
  CO_ASSIGN_OR_RETURN(const Reply plain, co_await command("HELO " + hostname, transcript, until));
  if (!plain.positive()) co_return refused(plain, "HELO");
  co_return Result<void>{};
}

/// What arrived in clear after the answer to STARTTLS was not said by the other end of the TLS session: never used.
asio::awaitable<Result<void>> SmtpConnection::start_tls(net::ClientTls& tls, const std::string& hostname,
                                                        Transcript& transcript, Deadline deadline) {
  const Deadline until = within(kCommandMax, deadline);
  CO_ASSIGN_OR_RETURN(const Reply ready, co_await command("STARTTLS", transcript, until));
  if (!ready.positive()) co_return Result<void>{};  // Refused: we go on in clear, as if it had not been offered.
  if (input_begin_ != input_end_) {
    co_return fail_transient(ErrorCode::kTlsFailure, "sent bytes between its answer to STARTTLS and the handshake");
  }
  CO_ASSIGN_OR_RETURN(tls_info_, co_await stream_->start_tls_client(tls, target_.host, until));
  transcript.note(fmt::format("{} {}, certificate {}", tls_info_.version, tls_info_.cipher,
                              tls_info_.peer_verified ? "verified" : "not verified: " + tls_info_.verify_error));
  co_return co_await ehlo(hostname, transcript, deadline);
}

std::string SmtpConnection::mail_command(const Transaction& transaction) const {
  std::string line = fmt::format("MAIL FROM:<{}>", transaction.return_path);
  if (capabilities_.size_max != 0) line += fmt::format(" SIZE={}", transaction.fields.size() + transaction.content.size());
  if (transaction.eight_bit && capabilities_.eight_bit_mime) line += " BODY=8BITMIME";
  if (transaction.utf8_addresses && capabilities_.smtputf8) line += " SMTPUTF8";
  return line;
}

asio::awaitable<Result<TransactionReplies>> SmtpConnection::send(Transaction transaction, Transcript& transcript,
                                                                 Deadline deadline) {
  answered_ = false;
  reusable_ = false;
  ++transactions_;
  bool data_open = false;
  Result<TransactionReplies> replies = TransactionReplies{};
  if (capabilities_.pipelining) {
    replies = co_await send_envelope_pipelined(transaction, transcript, deadline, data_open);
  } else {
    replies = co_await send_envelope_stepwise(transaction, transcript, deadline, data_open);
  }
  if (!replies) co_return replies;
  if (data_open) {
    Result<void> sent = co_await send_content(transaction, *replies, transcript, deadline);
    if (!sent) co_return std::unexpected(std::move(sent).error());
  }
  const bool closing = std::ranges::any_of(replies->recipients, [](const Reply& reply) { return reply.code == 421; });
  reusable_ = data_open && !closing;
  co_return replies;
}

/// MAIL, every RCPT and DATA in one write (RFC 2920 §3.1).
asio::awaitable<Result<TransactionReplies>> SmtpConnection::send_envelope_pipelined(const Transaction& transaction,
                                                                                    Transcript& transcript,
                                                                                    Deadline deadline, bool& data_open) {
  const Deadline until = within(kCommandMax, deadline);
  output_.clear();
  const auto say = [this, &transcript](std::string_view line) {
    transcript.sent(line);
    output_ += line;
    output_ += "\r\n";
  };
  say(mail_command(transaction));
  for (const std::string& recipient : transaction.recipients) say(fmt::format("RCPT TO:<{}>", recipient));
  say("DATA");
  Result<void> written = co_await stream_->write(output_, until);
  if (!written) co_return std::unexpected(std::move(written).error());

  TransactionReplies replies;
  CO_ASSIGN_OR_RETURN(const Reply from, co_await read_reply(transcript, until));
  answered_ = true;
  bool any = false;
  for (std::size_t i = 0; i < transaction.recipients.size(); ++i) {
    CO_ASSIGN_OR_RETURN(Reply to, co_await read_reply(transcript, until));
    any = any || (from.positive() && to.positive());
    replies.recipients.push_back(from.positive() ? std::move(to) : from);
  }
  CO_ASSIGN_OR_RETURN(const Reply data, co_await read_reply(transcript, until));
  if (data.intermediate()) {
    data_open = true;  // Even with no recipient left, a dot must follow (RFC 2920 §3.1).
    if (!any) {
      CO_RETURN_IF_ERROR(co_await stream_->write(".\r\n", until));
      CO_RETURN_IF_ERROR(co_await read_reply(transcript, until));
      data_open = false;
    }
  } else if (any) {
    for (Reply& reply : replies.recipients) {
      if (reply.positive()) reply = data;
    }
  }
  co_return replies;
}

asio::awaitable<Result<TransactionReplies>> SmtpConnection::send_envelope_stepwise(const Transaction& transaction,
                                                                                   Transcript& transcript,
                                                                                   Deadline deadline, bool& data_open) {
  const Deadline until = within(kCommandMax, deadline);
  TransactionReplies replies;
  CO_ASSIGN_OR_RETURN(const Reply from, co_await command(mail_command(transaction), transcript, until));
  answered_ = true;
  if (!from.positive()) {
    replies.recipients.assign(transaction.recipients.size(), from);
    co_return replies;
  }
  bool any = false;
  for (const std::string& recipient : transaction.recipients) {
    CO_ASSIGN_OR_RETURN(Reply to, co_await command(fmt::format("RCPT TO:<{}>", recipient), transcript, until));
    any = any || to.positive();
    replies.recipients.push_back(std::move(to));
  }
  if (!any) co_return replies;
  CO_ASSIGN_OR_RETURN(const Reply data, co_await command("DATA", transcript, until));
  data_open = data.intermediate();
  if (!data_open) {
    for (Reply& reply : replies.recipients) {
      if (reply.positive()) reply = data;
    }
  }
  co_return replies;
}

/// The reply to the final dot is the answer for every recipient that was accepted.
asio::awaitable<Result<void>> SmtpConnection::send_content(const Transaction& transaction, TransactionReplies& replies,
                                                           Transcript& transcript, Deadline deadline) {
  output_.clear();
  mail::smtp::DataWriter writer;
  writer.append(transaction.fields, output_);
  writer.append(transaction.content, output_);
  writer.finish(output_);
  transcript.sent(fmt::format("({} bytes of message)", output_.size()));
  const Deadline until = within(kFinalDotMax, deadline);
  Result<void> written = co_await stream_->write(output_, until);
  if (!written) co_return written;
  CO_ASSIGN_OR_RETURN(const Reply final_reply, co_await read_reply(transcript, until));
  for (Reply& reply : replies.recipients) {
    if (reply.positive()) reply = final_reply;
  }
  co_return Result<void>{};
}

asio::awaitable<void> SmtpConnection::quit() {
  const Result<void> said = co_await stream_->write("QUIT\r\n", clock_.mono() + kQuitMax);
  (void)said;  // A peer that is gone needs no goodbye.
  stream_->close();
}

}  // namespace postroad::delivery
