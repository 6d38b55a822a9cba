#include "client.h"

#include <fmt/format.h>

#include <charconv>

#include "lines.h"

namespace postroad::simulation {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::seconds kRepeatWait{20};
constexpr int kRepeatsMax = 30;
constexpr std::string_view kAuthorization = "YXBpOmtleS1zaW11bGF0aW9uLTAx";  // api:key-simulation-01

std::string percent(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

int status_of(std::string_view line, std::size_t at) {
  int status = 0;
  if (line.size() >= at + 3) std::from_chars(line.data() + at, line.data() + at + 3, status);
  return status;
}

}  // namespace

void Clients::note(const std::string& token, Told told) {
  Sent& sent = model_.sent.at(token);
  sent.told = told;
  sent.told_at = clock_.mono();
}

asio::awaitable<int> Clients::request(std::string text) {
  const Deadline deadline = clock_.mono() + kPatience;
  Result<net::StreamPtr> stream = co_await network_.connect(kHttp, {}, deadline);
  if (!stream) co_return 0;
  const Result<void> wrote = co_await (*stream)->write(text, deadline);
  if (!wrote) co_return 0;
  Lines lines(**stream);
  const Result<std::string> first = co_await lines.line(deadline);
  if (!first) co_return 0;
  std::size_t length = 0;
  for (;;) {
    const Result<std::string> field = co_await lines.line(deadline);
    if (!field) co_return 0;
    if (field->empty()) break;
    if (field->starts_with("Content-Length: ")) length = std::stoul(field->substr(16));
  }
  const Result<std::string> body = co_await lines.octets(length, deadline);
  co_return body ? status_of(*first, 9) : 0;
}

asio::awaitable<void> Clients::post(std::string token, Call call) {
  std::string form = fmt::format("from=app%40{}&subject={}&text={}", kSenderDomain, percent(token), percent(body_of(token)));
  std::string variables;
  for (const std::string& to : model_.sent.at(token).recipients) {
    form += "&to=" + percent(to);
    variables += fmt::format("{}\"{}\":{{\"n\":1}}", variables.empty() ? "" : ",", to);
  }
  if (call.batch) form += "&recipient-variables=" + percent("{" + variables + "}");
  if (call.later.count() > 0) {
    form += fmt::format("&o:deliverytime={}", std::chrono::duration_cast<std::chrono::seconds>((clock_.wall() + call.later).time_since_epoch()).count());
  }
  std::string text = fmt::format(
      "POST /v3/{}/messages HTTP/1.1\r\nHost: api.test\r\nAuthorization: Basic {}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
      "Content-Length: {}\r\nConnection: close\r\n{}\r\n{}",
      kSenderDomain, kAuthorization, form.size(),
      call.idempotency_key.empty() ? "" : "Idempotency-Key: " + call.idempotency_key + "\r\n", form);
  for (int attempt = 0; attempt < kRepeatsMax; ++attempt) {
    std::string again = text;
    const int status = co_await request(std::move(again));
    if (status == 200) {
      note(token, Told::kAccepted);
      co_return;
    }
    if (call.idempotency_key.empty()) {
      if (status != 0) note(token, status >= 500 ? Told::kDeferred : Told::kRefused);
      co_return;
    }
    co_await loop_.sleep_until(clock_.mono() + kRepeatWait);
  }
}

asio::awaitable<void> Clients::submit(std::string token) {
  const Deadline deadline = clock_.mono() + kPatience;
  Result<net::StreamPtr> stream = co_await network_.connect(kSubmission, {}, deadline);
  if (!stream) co_return;
  Lines lines(**stream);
  const auto answered = [&]() -> asio::awaitable<int> {
    for (;;) {
      const Result<std::string> line = co_await lines.line(deadline);
      if (!line) co_return 0;
      if (line->size() < 4 || (*line)[3] != '-') co_return status_of(*line, 0);
    }
  };
  int status = co_await answered();
  std::vector<std::string> commands = {"EHLO app.test", fmt::format("MAIL FROM:<app@{}>", kSenderDomain)};
  for (const std::string& to : model_.sent.at(token).recipients) commands.push_back("RCPT TO:<" + to + ">");
  commands.emplace_back("DATA");
  for (const std::string& command : commands) {
    if (status == 0 || status >= 400) co_return;
    const std::string line = command + "\r\n";
    const Result<void> wrote = co_await (*stream)->write(line, deadline);
    if (!wrote) co_return;
    status = co_await answered();
  }
  if (status != 354) co_return;
  std::string data = fmt::format("From: app@{}\r\nTo: {}\r\nSubject: {}\r\n\r\n", kSenderDomain, model_.sent.at(token).recipients.front(), token);
  const std::string body = body_of(token);
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = body.find("\r\n", at) + 2;
    if (body[at] == '.') data += '.';
    data += body.substr(at, end - at);
    at = end;
  }
  data += ".\r\n";
  const Result<void> wrote = co_await (*stream)->write(data, deadline);
  if (!wrote) co_return;
  status = co_await answered();
  if (status == 250) {
    note(token, Told::kAccepted);
  } else if (status != 0) {
    note(token, status < 500 ? Told::kDeferred : Told::kRefused);
  }
}

asio::awaitable<void> Clients::cancel_all() {
  std::string text = fmt::format("DELETE /v3/{}/envelopes HTTP/1.1\r\nHost: api.test\r\nAuthorization: Basic {}\r\nConnection: close\r\n\r\n",
                                 kSenderDomain, kAuthorization);
  co_await request(std::move(text));
}

}  // namespace postroad::simulation
