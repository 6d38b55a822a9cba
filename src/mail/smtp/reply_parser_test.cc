#include "mail/smtp/reply_parser.h"

#include <gtest/gtest.h>

namespace postroad::mail::smtp {
namespace {

Result<Reply> parse(std::string_view wire, std::size_t piece, std::size_t* used = nullptr) {
  ReplyParser parser;
  for (std::size_t at = 0; at < wire.size() && !parser.reply();) {
    ASSIGN_OR_RETURN(const std::size_t taken, parser.consume(wire.substr(at, piece)));
    at += taken;
    if (used != nullptr) *used = at;
    // Asked after every piece, as whoever reads a connection does: half a line must not be forgotten.
    if (std::optional<Reply> reply = parser.take()) return *std::move(reply);
  }
  return fail_transient(ErrorCode::kTimeout, "incomplete");
}

TEST(ReplyParser, AssemblesAReplyFromAnySplit) {
  constexpr std::string_view kWire = "250-5.1.1 first\r\n250-2.1.0 second\r\n250 third\r\n220 next\r\n";
  for (std::size_t piece = 1; piece < kWire.size(); ++piece) {
    std::size_t used = 0;
    const auto reply = parse(kWire, piece, &used);
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->code, 250);
    EXPECT_EQ(reply->enhanced, (EnhancedCode{2, 1, 0}));
    EXPECT_EQ(reply->text(), "5.1.1 first second third");
    EXPECT_EQ(used, kWire.size() - 10) << "stops at the end of the reply";
  }
}

TEST(ReplyParser, ReadsTheEnhancedCode) {
  const auto reply = parse("550 5.1.1 <a@b>: no such user\r\n", 100);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->permanent());
  EXPECT_EQ(reply->enhanced->text(), "5.1.1");
  EXPECT_EQ(reply->text(), "<a@b>: no such user");
  EXPECT_EQ(reply->summary(), "550 5.1.1 <a@b>: no such user");
  EXPECT_TRUE(parse("354\r\n", 9)->intermediate());
  EXPECT_TRUE(parse("421 bye\n", 9)->transient());
}

TEST(ReplyParser, RefusesWhatIsNoReply) {
  for (const std::string_view wire :
       {"hello\r\n", "25 x\r\n", "650 x\r\n", "150 x\r\n", "250x\r\n", "250-a\r\n251 b\r\n", "\r\n"}) {
    const auto reply = parse(wire, 100);
    ASSERT_FALSE(reply) << wire;
    EXPECT_EQ(reply.error().permanence, Permanence::kTransient);
    EXPECT_EQ(reply.error().code, ErrorCode::kRejected);
  }
}

TEST(ReplyParser, IsBounded) {
  EXPECT_EQ(parse(std::string(1 << 20, 'x'), 1000).error().code, ErrorCode::kRejected);
  std::string endless;
  while (endless.size() < 1 << 20) endless += "250-and on\r\n";
  EXPECT_EQ(parse(endless, 1000).error().code, ErrorCode::kRejected);
}

TEST(Reply, CannotBeMadeToBreakALine) {
  EXPECT_EQ(make_reply(550, EnhancedCode{5, 1, 1}, "a\r\n250 ok").wire(), "550 5.1.1 a  250 ok\r\n");
  const Reply two{.code = 250, .enhanced = {}, .lines = {"a", "b"}};
  EXPECT_EQ(two.wire(), "250-a\r\n250 b\r\n");
}

TEST(EnhancedCode, IsFoundInProse) {
  EXPECT_EQ(find_enhanced_code("host said: 550-5.1.1 no"), std::nullopt);
  EXPECT_EQ(find_enhanced_code("host said: 550 (#5.7.1) no")->text(), "5.7.1");
  EXPECT_EQ(find_enhanced_code("at 5.1.1.1 or 15.1.1"), std::nullopt);
  EXPECT_EQ(find_enhanced_code("status 4.2.2.")->text(), "4.2.2");
  EXPECT_EQ(parse_enhanced_code("5.1.1x"), std::nullopt);
  EXPECT_EQ(parse_enhanced_code("5.1.1234"), std::nullopt);
  EXPECT_EQ(parse_enhanced_code("3.1.1"), std::nullopt);
}

}  // namespace
}  // namespace postroad::mail::smtp
