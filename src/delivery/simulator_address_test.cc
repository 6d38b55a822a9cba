#include "delivery/simulator_address.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace postroad::delivery {
namespace {

using Kind = SimulatedFate::Kind;
using Stage = SimulatedFate::Stage;
using namespace std::chrono_literals;

struct Case {
  std::string_view local_part;
  std::string_view says;  ///< The reply's code and enhanced code, or the kind of trouble.
  Stage stage = Stage::kRcpt;
  std::chrono::seconds after = 0s;
  bool only_first = false;
};

std::string said(const SimulatedFate& fate) {
  switch (fate.kind) {
    case Kind::kTimeout: return "timeout";
    case Kind::kTlsFailure: return "tlsfail";
    case Kind::kNoDomain: return "nxdomain";
    case Kind::kReply: return fmt::format("{} {}", fate.reply.code, fate.reply.enhanced->text());
  }
  return "";
}

TEST(SimulatorAddress, SaysWhatTheServerDoes) {
  for (const Case& one : {
           Case{"deliver", "250 2.0.0"},
           Case{"bounce", "550 5.1.1"},
           Case{"BOUNCE", "550 5.1.1"},
           Case{"softbounce", "451 4.3.0", Stage::kRcpt, 0s, true},
           Case{"full", "452 4.2.2"},
           Case{"blocked", "550 5.7.1"},
           Case{"greylist", "451 4.7.1", Stage::kRcpt, 0s, true},
           Case{"timeout", "timeout"},
           Case{"tlsfail", "tlsfail"},
           Case{"nxdomain", "nxdomain"},
           Case{"complain", "250 2.0.0"},
           Case{"unsubscribe", "250 2.0.0"},
           Case{"open", "250 2.0.0"},
           Case{"click", "250 2.0.0"},
           Case{"ooo", "250 2.0.0"},
           Case{"421", "421 4.3.2"},
           Case{"499", "499 4.0.0"},
           Case{"400", "400 4.0.0"},
           Case{"554", "554 5.0.0"},
           Case{"599", "599 5.0.0"},
           Case{"mail-bounce", "550 5.1.1", Stage::kMail},
           Case{"data-full", "452 4.2.2", Stage::kData},
           Case{"data-timeout", "timeout", Stage::kData},
           Case{"rcpt-451+signup42", "451 4.3.0"},
           Case{"Data-552+Big+after7s", "552 5.2.2", Stage::kData, 7s},
           Case{"bounce+order7", "550 5.1.1"},
           Case{"deliver+after30s", "250 2.0.0", Stage::kRcpt, 30s},
           Case{"deliver+after1s+after3s+after2s", "250 2.0.0", Stage::kRcpt, 3s},
           Case{"deliver+after300s", "250 2.0.0", Stage::kRcpt, 300s},
           Case{"deliver+after301s", "250 2.0.0"},  // A label.
           Case{"deliver+after-5s", "250 2.0.0"},
           Case{"deliver+after5m", "250 2.0.0"},
           Case{"deliver+", "250 2.0.0"},
       }) {
    SCOPED_TRACE(one.local_part);
    const std::optional<SimulatedFate> fate = parse_simulator_address(one.local_part);
    ASSERT_TRUE(fate.has_value());
    EXPECT_EQ(said(*fate), one.says);
    EXPECT_EQ(fate->stage, one.stage);
    EXPECT_EQ(fate->after, one.after);
    EXPECT_EQ(fate->only_first, one.only_first);
  }
}

TEST(SimulatorAddress, LeavesOrdinaryAddressesAlone) {
  for (const std::string_view local_part :
       {"", "+bounce", "ana", "bouncer", "bounce-ana", "ana+bounce", "mail-", "mail", "rcpt-ana", "mail-mail-bounce", "mail-nxdomain",
        "data-tlsfail", "rcpt-open", "200", "350", "600", "44", "4444", "4a0", "-451", "+451", "bounce.ana", "\"bounce\"", "after30s"}) {
    EXPECT_FALSE(parse_simulator_address(local_part).has_value()) << local_part;
  }
}

TEST(SimulatorAddress, NamesWhatDoesNotFollowADeliveryYet) {
  for (const std::string_view word : {"complain", "unsubscribe", "open", "click", "ooo"}) {
    EXPECT_FALSE(parse_simulator_address(word)->unbuilt.empty()) << word;
  }
  EXPECT_TRUE(parse_simulator_address("deliver")->unbuilt.empty());
}

}  // namespace
}  // namespace postroad::delivery
