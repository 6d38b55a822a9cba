#include "delivery/reply_outcome.h"

#include <gtest/gtest.h>

namespace postroad::delivery {
namespace {

using Kind = queue::Outcome::Kind;

struct Case {
  int code;
  std::string_view enhanced;
  std::string_view text;
  Kind kind;
  std::string_view reason;
  std::string_view bounce_type;
};

TEST(ReplyOutcome, FollowsTheReplyAndNothingElse) {
  for (const Case& c : {
           Case{250, "2.0.0", "queued", Kind::kDelivered, "", ""},
           Case{451, "4.7.1", "greylisted, try later", Kind::kDeferred, "greylisted", ""},
           Case{421, "", "too busy", Kind::kDeferred, "generic", ""},
           Case{450, "4.7.0", "rate limited", Kind::kDeferred, "espblock", ""},
           Case{550, "5.1.1", "no such user", Kind::kBounced, "bounce", "hard"},
           Case{550, "5.7.1", "blocked", Kind::kBounced, "espblock", ""},
           Case{552, "5.2.2", "mailbox full", Kind::kBounced, "bounce", ""},
           Case{354, "", "what?", Kind::kDeferred, "generic", ""},
       }) {
    SCOPED_TRACE(c.text);
    const auto enhanced = mail::parse_enhanced_code(c.enhanced);
    const queue::Outcome outcome =
        outcome_of_reply(RecipientId{1}, mail::smtp::make_reply(c.code, enhanced, std::string(c.text)));
    EXPECT_EQ(outcome.kind, c.kind);
    EXPECT_EQ(outcome.status.code, c.code);
    EXPECT_EQ(outcome.status.enhanced_code, c.enhanced);
    EXPECT_EQ(outcome.status.bounce_type, c.bounce_type);
    if (!c.reason.empty()) {
      EXPECT_EQ(outcome.reason, c.reason);
    }
  }
}

}  // namespace
}  // namespace postroad::delivery
