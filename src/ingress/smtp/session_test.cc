#include "ingress/smtp/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroad::ingress::smtp {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class OpenPolicy final : public Policy {
 public:
  bool offers_auth() const override { return true; }
  bool requires_auth() const override { return required; }
  bool allows_clear_auth(std::string_view) const override { return clear; }
  asio::awaitable<LoginAnswer> authenticate(std::string, std::string, std::string) override { co_return LoginAnswer{}; }
  std::optional<std::string> domain_of_sender(const mail::Mailbox& sender) override {
    return sender.domain == "shop.test" ? std::optional<std::string>("shop.test") : std::nullopt;
  }
  asio::awaitable<Result<account::DomainPtr>> domain_named(std::string) override { co_return account::DomainPtr{}; }
  bool required = false;
  bool clear = true;
};

/// Drives a session as the server does, answering every submission with `answer`.
struct Conversation {
  explicit Conversation(OpenPolicy& policy, std::size_t step = SIZE_MAX)
      : session({.hostname = "us.test", .message_bytes_max = 1000, .recipients_max = 2, .offers_starttls = true, .client_address = "127.0.0.1"}, policy),
        step_bytes(step) {}

  /// What is said back, and whether the session goes on.
  std::string say(std::string_view bytes) {
    while (!bytes.empty() && open) {
      const std::string_view piece = bytes.substr(0, step_bytes);
      std::size_t consumed = 0;
      const Session::Next next = session.consume(piece, consumed);
      bytes.remove_prefix(consumed);
      if (next == Session::Next::kSubmit) {
        submissions.push_back(session.take_submission());
        session.answer(answer);
      } else if (next == Session::Next::kLogin) {
        logins.push_back(session.take_login());
        open = session.answer_login(login_answer);
      } else if (next == Session::Next::kClose) {
        open = false;
      } else if (next == Session::Next::kStartTls) {
        session.tls_started();
      }
    }
    return std::exchange(session.output(), {});
  }

  Session session;
  std::size_t step_bytes;
  bool open = true;
  std::vector<Submission> submissions;
  std::vector<Login> logins;
  Result<std::string> answer = std::string("1@shop.test");
  LoginAnswer login_answer{LoginAnswer::Verdict::kAccepted, "shop.test"};
};

constexpr std::string_view kWholeMail =
    "EHLO client.test\r\nMAIL FROM:<app@shop.test> SIZE=20\r\nRCPT TO:<ana@north.test>\r\nRCPT TO:<bob@north.test>\r\nDATA\r\n"
    "Subject: x\r\n\r\n..dot\r\nbare\nline\r\n.\r\nQUIT\r\n";

TEST(Session, TheSameMessageInAnySplit) {
  std::string whole;
  for (const std::size_t step : {std::size_t{10'000}, std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}}) {
    OpenPolicy policy;
    Conversation talk(policy, step);
    const std::string said = talk.say(kWholeMail);
    ASSERT_EQ(talk.submissions.size(), 1u) << step;
    const Submission& got = talk.submissions.front();
    EXPECT_EQ(got.message, "Subject: x\r\n\r\n.dot\r\nbare\r\nline\r\n") << step;
    EXPECT_EQ(got.return_path, "app@shop.test");
    EXPECT_EQ(got.recipients.size(), 2u);
    EXPECT_EQ(got.domain, "shop.test");
    EXPECT_FALSE(talk.open) << "QUIT ends it";
    if (whole.empty()) whole = said;
    EXPECT_EQ(said, whole) << step;
  }
  EXPECT_THAT(whole, HasSubstr("250 2.0.0 Great success id=1@shop.test\r\n"));
}

TEST(Session, EachErrorHasItsReply) {
  struct Case {
    std::string_view about, said, reply;
  };
  for (const auto& [about, said, reply] : {
           Case{"order", "MAIL FROM:<app@shop.test>\r\n", "503 5.5.1"},
           Case{"no recipient yet", "EHLO c\r\nMAIL FROM:<app@shop.test>\r\nDATA\r\n", "554 5.5.1"},
           Case{"a stranger's domain", "EHLO c\r\nMAIL FROM:<a@else.test>\r\n", "550 5.7.1 Domain not found: else.test"},
           Case{"nobody's mail", "EHLO c\r\nMAIL FROM:<>\r\n", "550 5.7.1"},
           Case{"too large by its own word", "EHLO c\r\nMAIL FROM:<app@shop.test> SIZE=1001\r\n", "552 5.3.4"},
           Case{"a recipient without a domain", "EHLO c\r\nMAIL FROM:<app@shop.test>\r\nRCPT TO:<postmaster>\r\n", "550 5.1.3"},
           Case{"a third recipient", "EHLO c\r\nMAIL FROM:<app@shop.test>\r\nRCPT TO:<a@n.test>\r\nRCPT TO:<b@n.test>\r\nRCPT TO:<c@n.test>\r\n", "452 4.5.3"},
           Case{"two senders", "EHLO c\r\nMAIL FROM:<app@shop.test>\r\nMAIL FROM:<app@shop.test>\r\n", "503 5.5.1"},
           Case{"a bare LF", "EHLO c\n", "500 5.5.2"},
           Case{"an unknown mechanism", "EHLO c\r\nAUTH CRAM-MD5\r\n", "504 5.5.4"},
       }) {
    SCOPED_TRACE(about);
    OpenPolicy policy;
    Conversation talk(policy);
    EXPECT_THAT(talk.say(said), HasSubstr(std::string(reply)));
    EXPECT_TRUE(talk.open);
  }
}

TEST(Session, AMessageOverTheLimitIsReadToItsEndAndRefused) {
  OpenPolicy policy;
  Conversation talk(policy);
  talk.say("EHLO c\r\nMAIL FROM:<app@shop.test>\r\nRCPT TO:<a@n.test>\r\nDATA\r\n");
  EXPECT_THAT(talk.say(std::string(2000, 'x') + "\r\n.\r\nNOOP\r\n"), HasSubstr("552 5.3.4"));
  EXPECT_TRUE(talk.submissions.empty());
  EXPECT_LE(talk.session.held_bytes(), 1000u);
}

TEST(Session, FailuresOfTheStoreAreTemporary) {
  for (const auto& [code, reply] : {std::pair{ErrorCode::kDiskFull, "451 4.3.0"}, std::pair{ErrorCode::kDiskFailed, "451 4.3.0"},
                                    std::pair{ErrorCode::kShuttingDown, "421 4.3.2"}}) {
    OpenPolicy policy;
    Conversation talk(policy);
    talk.answer = fail_transient(code, "detail for the log");
    EXPECT_THAT(talk.say(kWholeMail), HasSubstr(reply));
  }
}

TEST(Session, TenErrorsEndIt) {
  OpenPolicy policy;
  Conversation talk(policy);
  std::string said;
  for (int i = 0; i < Session::kErrorsMax; ++i) said += talk.say("WHAT\r\n");
  EXPECT_FALSE(talk.open);
  EXPECT_THAT(said, HasSubstr("421 4.7.0"));
}

TEST(Session, FiveFailedLoginsEndIt) {
  OpenPolicy policy;
  Conversation talk(policy);
  talk.login_answer = {LoginAnswer::Verdict::kRefused, {}};
  talk.say("EHLO c\r\n");
  for (int i = 0; i < Session::kAuthTriesMax; ++i) talk.say("AUTH PLAIN AGEAYg==\r\n");
  EXPECT_FALSE(talk.open);
  EXPECT_EQ(talk.logins.size(), 5u);
  EXPECT_EQ(talk.logins.front().user, "a");
  EXPECT_EQ(talk.logins.front().password, "b");
}

TEST(Session, AuthNeedsTlsWhereThePolicySaysSo) {
  OpenPolicy policy;
  policy.clear = false;
  policy.required = true;
  Conversation talk(policy);
  EXPECT_THAT(talk.say("EHLO c\r\n"), Not(HasSubstr("AUTH")));
  EXPECT_THAT(talk.say("AUTH PLAIN AGEAYg==\r\n"), StartsWith("538 5.7.11"));
  talk.say("STARTTLS\r\n");
  const std::string after = talk.say("EHLO c\r\n");
  EXPECT_THAT(after, HasSubstr("AUTH PLAIN LOGIN"));
  EXPECT_THAT(after, Not(HasSubstr("STARTTLS")));
  EXPECT_THAT(talk.say("MAIL FROM:<app@shop.test>\r\n"), StartsWith("530 5.7.1 Authentication required"));
  EXPECT_THAT(talk.say("AUTH LOGIN\r\n"), StartsWith("334 VXNlcm5hbWU6"));
  EXPECT_THAT(talk.say("YQ==\r\n"), StartsWith("334 UGFzc3dvcmQ6"));
  EXPECT_THAT(talk.say("Yg==\r\n"), StartsWith("235 2.7.0"));
  EXPECT_THAT(talk.say("MAIL FROM:<anyone@else.test>\r\n"), StartsWith("250"));
}

TEST(Session, StartTlsForgetsEverythingSaidBefore) {
  OpenPolicy policy;
  Conversation talk(policy);
  talk.say("EHLO c\r\nMAIL FROM:<app@shop.test>\r\nSTARTTLS\r\n");
  EXPECT_THAT(talk.say("RCPT TO:<a@n.test>\r\n"), StartsWith("503"));
  EXPECT_THAT(talk.say("MAIL FROM:<app@shop.test>\r\n"), StartsWith("503"));
}

}  // namespace
}  // namespace postroad::ingress::smtp
