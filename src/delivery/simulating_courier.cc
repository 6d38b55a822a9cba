#include "delivery/simulating_courier.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "delivery/reply_outcome.h"
#include "delivery/smtp_connection.h"

namespace postroad::delivery {
namespace {

using Kind = SimulatedFate::Kind;
using Stage = SimulatedFate::Stage;

constexpr int kUnreachableCode = 498;  // contract/events.md §2.5
constexpr std::string_view kHost = "simulator";  ///< Where a real delivery has the name of an MX.

mail::smtp::Reply accepted() { return mail::smtp::make_reply(250, mail::EnhancedCode{2, 0, 0}, "Ok: queued"); }

std::string_view command_name(Stage stage) {
  switch (stage) {
    case Stage::kMail: return "MAIL FROM";
    case Stage::kRcpt: return "RCPT TO";
    case Stage::kData: return "the end of DATA";
  }
  return "";
}

queue::Outcome no_such_domain(RecipientId recipient, const std::string& domain) {
  queue::Outcome outcome;
  outcome.recipient = recipient;
  outcome.kind = queue::Outcome::Kind::kBounced;
  outcome.status.code = kUnreachableCode;
  outcome.status.enhanced_code = "5.1.2";
  outcome.status.message = fmt::format("No MX for {}", domain);
  return outcome;
}

}  // namespace

/// The recipient's domain is its lane.
std::optional<SimulatedFate> SimulatingCourier::fate_of(const spool::Recipient& recipient) const {
  const std::string_view local = std::string_view(recipient.address).substr(0, recipient.address.rfind('@'));
  const bool own = recipient.lane == rules_.own_domain;
  if (!own && !rules_.all_domains) return std::nullopt;
  if (std::optional<SimulatedFate> fate = parse_simulator_address(local)) return fate;
  if (own || recipient.lane == kBounceDomain) return parse_simulator_address("bounce");
  return std::nullopt;
}

asio::awaitable<std::vector<queue::Outcome>> SimulatingCourier::deliver(queue::Job job, Deadline deadline) {
  std::vector<queue::Outcome> outcomes;
  std::vector<spool::Recipient> others;
  for (spool::Recipient& recipient : job.recipients) {
    std::optional<SimulatedFate> fate = fate_of(recipient);
    if (!fate) {
      others.push_back(std::move(recipient));
      continue;
    }
    queue::Outcome outcome = co_await play(*std::move(fate), *job.message, recipient, deadline);
    outcomes.push_back(std::move(outcome));
  }
  if (others.empty()) co_return outcomes;
  job.recipients = std::move(others);
  std::vector<queue::Outcome> real = co_await next_.deliver(std::move(job), deadline);
  std::ranges::move(real, std::back_inserter(outcomes));
  co_return outcomes;
}

asio::awaitable<queue::Outcome> SimulatingCourier::play(SimulatedFate fate, const spool::Message& message,
                                                        const spool::Recipient& recipient, Deadline deadline) const {
  Transcript transcript(clock_);
  transcript.note("simulated, as the address asks; nothing is sent");
  if (fate.only_first && recipient.attempts > 0) fate.reply = accepted();
  if (fate.after.count() > 0) {
    transcript.note(fmt::format("takes {} s over its answer", fate.after.count()));
    const MonoTime answers = clock_.mono() + rules_.warp.of(fate.after);
    co_await timers_.sleep_until(std::min<MonoTime>(answers, deadline));
  }
  queue::Outcome outcome = converse(fate, message, recipient, transcript);
  outcome.status.mx_host = kHost;
  outcome.status.session_seconds = transcript.seconds();
  outcome.transcript = transcript.text();
  co_return outcome;
}

queue::Outcome SimulatingCourier::converse(const SimulatedFate& fate, const spool::Message& message,
                                           const spool::Recipient& recipient, Transcript& transcript) const {
  const std::string host = "mx." + recipient.lane;
  if (fate.kind == Kind::kNoDomain) {
    queue::Outcome outcome = no_such_domain(recipient.id, recipient.lane);
    transcript.note(outcome.status.message);
    return outcome;
  }
  transcript.note("connecting to " + host);
  transcript.received(fmt::format("220 {} ESMTP simulator", host));
  transcript.sent("EHLO " + rules_.hostname);
  transcript.received(fmt::format("250 {} PIPELINING SIZE 26214400 STARTTLS ENHANCEDSTATUSCODES 8BITMIME SMTPUTF8", host));
  if (fate.kind == Kind::kTlsFailure) {
    transcript.sent("STARTTLS");
    transcript.received("220 2.0.0 Ready to start TLS");
    const Error error{ErrorCode::kTlsFailure, Permanence::kTransient, fmt::format("{}: TLS handshake failed: handshake failure", host)};
    transcript.note(error.detail);
    transcript.note("the server takes nothing in clear text");
    return outcome_of_trouble(recipient.id, error);
  }
  const mail::smtp::Reply went_well = mail::smtp::make_reply(250, mail::EnhancedCode{2, 1, 0}, "Ok");
  const auto step = [&](Stage stage, const std::string& line) {
    transcript.sent(line);
    const bool decides = fate.stage == stage && !(fate.kind == Kind::kReply && fate.reply.positive());
    if (decides && fate.kind == Kind::kReply) transcript.received(fate.reply.summary());
    return decides;
  };
  const auto end = [&] {
    if (fate.kind == Kind::kReply) return outcome_of_reply(recipient.id, fate.reply);
    const Error error{ErrorCode::kTimeout, Permanence::kTransient,
                      fmt::format("{}: no answer to {} within {} s", host, command_name(fate.stage),
                                  fate.stage == Stage::kData ? SmtpConnection::kFinalDotMax.count() : SmtpConnection::kCommandMax.count())};
    transcript.note(error.detail + " (simulated: not waited for)");
    return outcome_of_trouble(recipient.id, error);
  };
  if (step(Stage::kMail, fmt::format("MAIL FROM:<{}>", message.sender))) return end();
  transcript.received(went_well.summary());
  if (step(Stage::kRcpt, fmt::format("RCPT TO:<{}>", recipient.address))) return end();
  transcript.received("250 2.1.5 Ok");
  transcript.sent("DATA");
  transcript.received("354 End data with <CR><LF>.<CR><LF>");
  if (step(Stage::kData, fmt::format("({} bytes of message)", message.bytes))) return end();
  transcript.received(fate.reply.summary());
  queue::Outcome outcome = outcome_of_reply(recipient.id, fate.reply);
  if (!fate.unbuilt.empty()) {
    const std::string warning = fmt::format("delivered only: {} should follow, which this version does not make", fate.unbuilt);
    transcript.note(warning);
    outcome.status.message = fmt::format("{} ({})", outcome.status.message, warning);
  }
  outcome.status.tls = false;
  return outcome;
}

}  // namespace postroad::delivery
