#include <gtest/gtest.h>

#include "base/id_source.h"
#include "base/json_writer.h"
#include "base/random.h"
#include "base/text.h"

namespace postroad {
namespace {

TEST(Base64, RoundTripsEveryLength) {
  for (std::size_t length = 0; length < 70; ++length) {
    std::string bytes;
    for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>(i * 37 + length);
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
  }
}

TEST(Base64, RefusesWhatIsNotBase64) {
  EXPECT_FALSE(base64_decode("a"));
  EXPECT_FALSE(base64_decode("ab=c"));
  EXPECT_FALSE(base64_decode("a-_b"));
  EXPECT_EQ(base64_decode("aGk"), "hi");
  EXPECT_EQ(base64_decode(" aG\r\nk= "), "hi");
}

TEST(Utf8, AcceptsWholeCharactersOnly) {
  for (const auto& [text, valid] : {std::pair<std::string_view, bool>{"", true},
                                    {"plain", true},
                                    {"J\xc3\xb6rg", true},
                                    {"\xe2\x82\xac", true},
                                    {"\xf0\x9f\x98\x80", true},
                                    {"\xc3", false},
                                    {"\xe2\x82", false},
                                    {"\xc0\x80", false},
                                    {"\xed\xa0\x80", false},
                                    {"\xf4\x90\x80\x80", false},
                                    {"\x80", false},
                                    {"a\xff", false}}) {
    EXPECT_EQ(is_valid_utf8(text), valid) << hex_encode(text);
  }
}

TEST(JsonWriter, SeparatesEscapesAndMendsText) {
  JsonWriter json;
  json.begin_object().field("a", 1).key("b").begin_array().string("x\"\n").boolean(true).null().end_array();
  json.key("c").begin_object().end_object().key("t").decimal(1.5, 6).field("bad", "J\xf6rg \xc3\xb6").end_object();
  EXPECT_EQ(json.text(), "{\"a\":1,\"b\":[\"x\\\"\\n\",true,null],\"c\":{},\"t\":1.500000,\"bad\":\"J\xef\xbf\xbdrg \xc3\xb6\"}");
}

TEST(IdSource, RisesAcrossABackwardClockStep) {
  ManualClock clock;
  IdSource ids(clock);
  const std::int64_t first = ids.next();
  clock.advance(std::chrono::hours{-24});
  EXPECT_GT(ids.next(), first);
  ids.continue_after(first + 1'000'000'000'000);
  EXPECT_GT(ids.next(), first + 1'000'000'000'000);
}

TEST(EventId, IsTwentyTwoUrlSafeCharacters) {
  ManualClock clock;
  SeededRandom random(1);
  const std::string id = make_event_id(clock, random);
  EXPECT_EQ(id.size(), 22u);
  EXPECT_EQ(id.find_first_of("+/="), std::string::npos);
  EXPECT_NE(id, make_event_id(clock, random));
}

TEST(Digest, MatchesPublishedVectors) {
  EXPECT_EQ(hex_encode(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // RFC 4231 §4.3
}

TEST(Random, BelowStaysBelow) {
  SeededRandom random(7);
  for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(3), 3u);
}

}  // namespace
}  // namespace postroad
