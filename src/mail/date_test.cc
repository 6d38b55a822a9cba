#include "mail/date.h"

#include <gtest/gtest.h>

namespace postroad::mail {
namespace {

using std::chrono::seconds;

TEST(FormatDate, HasTwoDigitDayAndEnglishNames) {
  const UnixSeconds at{seconds{1'772'355'600}};
  EXPECT_EQ(format_date(at), "Sun, 01 Mar 2026 09:00:00 +0000");
  EXPECT_EQ(format_date_gmt(at), "Sun, 01 Mar 2026 09:00:00 GMT");
  EXPECT_EQ(format_date(UnixSeconds{seconds{-1}}), "Wed, 31 Dec 1969 23:59:59 +0000");
}

TEST(ParseApiDate, ReadsEveryDocumentedForm) {
  for (const std::string_view text : {
           "Sun, 01 Mar 2026 09:00:00 +0000",
           "Sun, 1 Mar 2026 09:00:00 GMT",
           "1 Mar 2026 09:00 UTC",
           "1 Mar 2026 09.00.00 UTC",
           "1 mar 26 9:00:00 -0000",
           "Sun, 01 Mar 2026 04:00:00 EST",
           "Sun,01 Mar 2026 10:00:00 +01:00",
           "Sun Mar  1 09:00:00 2026",
           "2026-03-01T09:00:00Z",
           "2026-03-01T10:00:00.250+01:00",
           "2026-03-01 09:00:00",
           "2026-03-01 09:00:00 +0000",
           "1772355600",
           "1772355600.75",
           " 01-Mar-2026 09:00:00 (comment) ",
       }) {
    const auto at = parse_api_date(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(at->time_since_epoch().count(), 1'772'355'600) << text;
  }
  EXPECT_EQ(parse_api_date("2026-03-01")->time_since_epoch().count(), 1'772'323'200);
}

TEST(ParseApiDate, RefusesWhatIsNoDate) {
  for (const std::string_view text :
       {"", "tomorrow", "31 Feb 2026 09:00:00 +0000", "1 Mar 2026 25:00:00 +0000", "1 Mar 2026", "2026-13-01",
        "2026-03-01Tnoon", "-5", "1e9", "99999999999999", "1772355600.x", "Mar 2026 09:00:00"}) {
    EXPECT_FALSE(parse_api_date(text)) << text;
  }
}

TEST(ParseDate, IsTheInverseOfFormat) {
  for (std::int64_t at = -2'000'000'000; at < 4'000'000'000; at += 123'456'789) {
    const UnixSeconds when{seconds{at}};
    EXPECT_EQ(parse_date(format_date(when)), when);
    EXPECT_EQ(parse_api_date(format_date_gmt(when)), when);
  }
}

}  // namespace
}  // namespace postroad::mail
