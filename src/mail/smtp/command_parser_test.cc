#include "mail/smtp/command_parser.h"

#include <gtest/gtest.h>

#include "mail/smtp/line_reader.h"
#include "mail/smtp/sasl.h"

namespace postroad::mail::smtp {
namespace {

using namespace std::literals;

TEST(ParseCommand, ReadsEveryVerb) {
  EXPECT_EQ(parse_command("EHLO mx.example")->argument, "mx.example");
  EXPECT_EQ(parse_command("helo [192.0.2.1]")->verb, Verb::kHelo);
  EXPECT_EQ(parse_command("DATA")->verb, Verb::kData);
  EXPECT_EQ(parse_command("quit  ")->verb, Verb::kQuit);
  EXPECT_EQ(parse_command("STARTTLS")->verb, Verb::kStartTls);
  EXPECT_EQ(parse_command("NOOP anything at all")->argument, "anything at all");
  const auto auth = parse_command("auth plain =");
  EXPECT_EQ(auth->argument, "PLAIN");
  EXPECT_EQ(auth->initial_response, "");
  EXPECT_EQ(parse_command("AUTH LOGIN")->initial_response, std::nullopt);
}

TEST(ParseCommand, ReadsMailWithItsParameters) {
  const auto mail = parse_command("MAIL FROM:<a@X.example> SIZE=1000 BODY=8BITMIME SMTPUTF8 AUTH=b+40c");
  ASSERT_TRUE(mail) << mail.error().reply.summary();
  EXPECT_EQ(address_text(*mail->path.mailbox), "a@x.example");
  EXPECT_EQ(mail->parameters.size, 1000u);
  EXPECT_TRUE(mail->parameters.eight_bit);
  EXPECT_TRUE(mail->parameters.smtputf8);
  EXPECT_EQ(mail->parameters.auth, "b@c");
  EXPECT_FALSE(parse_command("MAIL FROM:<>")->path.mailbox);
  EXPECT_TRUE(parse_command("mail from: <a@x.example>"));
  EXPECT_EQ(parse_command("RCPT TO:<Postmaster>")->path.mailbox->local_part, "postmaster");
  EXPECT_EQ(parse_command("RCPT TO:<\"a>b\"@x.example>")->path.mailbox->local_part, "a>b");
  EXPECT_TRUE(parse_command("MAIL FROM:<ö@x.example> SMTPUTF8"));
  EXPECT_TRUE(parse_command("RCPT TO:<ö@x.example>", true));
}

struct Bad {
  std::string_view line;
  std::string_view reply;
};

TEST(ParseCommand, RefusesEachWithItsCode) {
  for (const auto& [line, reply] : {
           Bad{"", "500 5.5.1"},
           Bad{"HELLO x", "500 5.5.1"},
           Bad{"EHLO", "501 5.5.4"},
           Bad{"EHLO a b", "501 5.5.4"},
           Bad{"EHLO ö", "501 5.5.4"},
           Bad{"DATA now", "501 5.5.4"},
           Bad{"BDAT 10 LAST", "502 5.5.1"},
           Bad{"EXPN x", "502 5.5.1"},
           Bad{"GET / HTTP/1.1", "421 4.7.0"},
           Bad{"NO\0OP"sv, "500 5.5.2"},
           Bad{"NOOP \x1b", "500 5.5.2"},
           Bad{"NOOP\t", "500 5.5.2"},
           Bad{"MAIL <a@x.example>", "501 5.5.4"},
           Bad{"MAIL FROM:a@x.example", "550 5.1.7"},
           Bad{"MAIL FROM:<a@x.example", "550 5.1.7"},
           Bad{"MAIL FROM:<a@@x.example>", "550 5.1.7"},
           Bad{"MAIL FROM:<a>", "550 5.1.7"},
           Bad{"MAIL FROM:<@b.example:a@x.example>", "550 5.1.7"},
           Bad{"MAIL FROM:<<a@x.example>>", "550 5.1.7"},
           Bad{"MAIL FROM:<A <a@x.example>>", "550 5.1.7"},
           Bad{"MAIL FROM:< a@x.example>", "550 5.1.7"},
           Bad{"MAIL FROM:<a@x.example>SIZE=1", "550 5.1.7"},
           Bad{"MAIL FROM:<a@x.example> SIZE=-1", "501 5.5.4"},
           Bad{"MAIL FROM:<a@x.example> SIZE=0x1", "501 5.5.4"},
           Bad{"MAIL FROM:<a@x.example> SIZE=1 SIZE=2", "501 5.5.4"},
           Bad{"MAIL FROM:<a@x.example> BODY=BINARYMIME", "501 5.5.4"},
           Bad{"MAIL FROM:<a@x.example> FOO=1", "555 5.5.4"},
           Bad{"MAIL FROM:<ö@x.example>", "553 5.6.7"},
           Bad{"RCPT TO:<>", "550 5.1.3"},
           Bad{"RCPT TO:<@b.example:a@x.example>", "550 5.1.3"},
           Bad{"RCPT TO:<a@x.example,b@x.example>", "550 5.1.3"},
           Bad{"RCPT TO:<ö@x.example>", "553 5.6.7"},
           Bad{"RCPT TO:<a@ö.example>", "553 5.6.7"},
           Bad{"RCPT TO:<a@x.example> NOTIFY=NEVER", "555 5.5.4"},
           Bad{"RCPT FROM:<a@x.example>", "501 5.5.4"},
           Bad{"AUTH", "501 5.5.4"},
           Bad{"AUTH PLAIN a b", "501 5.5.4"},
       }) {
    const auto parsed = parse_command(line);
    ASSERT_FALSE(parsed) << line;
    EXPECT_TRUE(parsed.error().reply.summary().starts_with(reply))
        << line << " -> " << parsed.error().reply.summary();
  }
  EXPECT_TRUE(parse_command("GET /").error().close);
}

TEST(ParseCommand, HoldsTheLineLength) {
  EXPECT_TRUE(parse_command("NOOP " + std::string(505, 'x')));
  EXPECT_FALSE(parse_command("NOOP " + std::string(506, 'x')));
  EXPECT_TRUE(parse_command("AUTH PLAIN " + std::string(4000, 'x')));
  EXPECT_FALSE(parse_command("AUTH PLAIN " + std::string(4096, 'x')));
}

TEST(LineReader, CutsLinesInAnySplit) {
  const std::string wire = "EHLO a\r\nNOOP\nDATA\r\n";
  for (std::size_t piece = 1; piece < wire.size(); ++piece) {
    LineReader reader;
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < wire.size();) {
      std::size_t used = 0;
      const auto status =
          reader.consume(std::span(wire).subspan(at, std::min(piece, wire.size() - at)), used);
      at += used;
      if (status == LineReader::Status::kLine) lines.emplace_back(reader.line());
      if (status == LineReader::Status::kBareLf) lines.push_back("bare " + std::string(reader.line()));
    }
    EXPECT_EQ(lines, (std::vector<std::string>{"EHLO a", "bare NOOP", "DATA"}));
  }
}

TEST(LineReader, StopsAnEndlessLine) {
  LineReader reader;
  const std::string flood(1000, 'x');
  std::size_t used = 0;
  auto status = LineReader::Status::kNeedMore;
  for (int i = 0; i < 5; ++i) status = reader.consume(flood, used);
  EXPECT_EQ(status, LineReader::Status::kTooLong);
}

TEST(Sasl, ReadsPlainAndLogin) {
  const auto plain = parse_sasl_plain(format_sasl_plain("ana@x.example", "s3cret"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->user, "ana@x.example");
  EXPECT_EQ(plain->password, "s3cret");
  for (const std::string_view bad : {"", "!!!", "AAAA", "AGEAYgBj"})
    EXPECT_FALSE(parse_sasl_plain(bad)) << bad;
  EXPECT_EQ(*parse_sasl_login("YW5h"), "ana");
}

}  // namespace
}  // namespace postroad::mail::smtp
