#include "admission/priority.h"

#include <gtest/gtest.h>

namespace postroad::admission {
namespace {

struct Case {
  std::string_view about;
  std::string_view header;
  std::size_t recipients;
  spool::Priority priority;
};

TEST(PriorityByShape, IsHighForFewUnlessTheHeaderSpeaksToMany) {
  using enum spool::Priority;
  for (const auto& [about, header, recipients, priority] : {
           Case{"one recipient", "Subject: a\r\n", 1, kHigh},
           Case{"the most that are few", "Subject: a\r\n", 10, kHigh},
           Case{"one more", "Subject: a\r\n", 11, kBulk},
           Case{"a newsletter sent one by one", "List-Unsubscribe: <https://a.test/u>\r\n", 1, kBulk},
           Case{"a mailing list", "List-Id: <l.a.test>\r\n", 1, kBulk},
           Case{"says bulk", "Precedence: Bulk \r\n", 1, kBulk},
           Case{"says list", "precedence: list\r\n", 1, kBulk},
           Case{"an old word of another meaning", "Precedence: first-class\r\n", 1, kHigh},
           Case{"for the reader's program", "X-Priority: 5\r\nImportance: low\r\nPriority: non-urgent\r\n", 1, kHigh},
           Case{"the body is no header", "Subject: a\r\n\r\nPrecedence: bulk\r\n", 1, kHigh},
       }) {
    SCOPED_TRACE(about);
    const std::string message = std::string(header) + "\r\nbody\r\n";
    EXPECT_EQ(priority_by_shape(mail::HeaderBlock::scan(message), recipients), priority);
  }
}

TEST(ParsePriority, KnowsTwoWords) {
  EXPECT_EQ(parse_priority(" HIGH"), spool::Priority::kHigh);
  EXPECT_EQ(parse_priority("bulk"), spool::Priority::kBulk);
  for (const std::string_view neither : {"", "1", "urgent", "highest"}) EXPECT_EQ(parse_priority(neither), std::nullopt) << neither;
}

}  // namespace
}  // namespace postroad::admission
