#include "base/setting.h"

#include <gtest/gtest.h>

namespace postroad {
namespace {

using namespace std::chrono_literals;

constexpr SettingSpec kSpecs[] = {
    {.name = "http.listen", .kind = SettingKind::kTextList, .fallback = "127.0.0.1:8080", .about = ""},
    {.name = "http.max_body", .kind = SettingKind::kBytes, .fallback = "52.4MiB", .about = "", .least = 1024},
    {.name = "delivery.attempt_for", .kind = SettingKind::kDuration, .fallback = "8h", .about = "", .least = 300},
    {.name = "store.engine", .kind = SettingKind::kChoice, .fallback = "embedded", .about = "", .choices = "embedded"},
    {.name = "webhooks.timeout", .kind = SettingKind::kDuration, .fallback = "10s", .about = "", .built = false},
    {.name = "delivery.next_hop", .kind = SettingKind::kTable, .fallback = "", .about = ""},
};

TEST(Settings, AnUnknownNameNamesTheNearest) {
  SettingsBuilder builder(kSpecs);
  const auto refused = builder.set("http.lisen", {"x"}, "postroad.toml:3");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, "postroad.toml:3: unknown setting http.lisen; did you mean http.listen?");
  EXPECT_EQ(builder.set("zzzzzzzz", {"x"}, "f:1").error().detail, "f:1: unknown setting zzzzzzzz");
}

TEST(Settings, ABadValueSaysWhatIsWanted) {
  SettingsBuilder builder(kSpecs);
  EXPECT_EQ(builder.set("delivery.attempt_for", {"8"}, "f:1").error().detail,
            "f:1: delivery.attempt_for = \"8\" is not a time with its unit, such as \"30s\", \"10m\", \"8h\" or \"3d\"");
  EXPECT_FALSE(builder.set("delivery.attempt_for", {"10s"}, "f:1"));
  EXPECT_FALSE(builder.set("http.max_body", {"12"}, "f:1"));
  EXPECT_FALSE(builder.set("store.engine", {"postgres"}, "f:1"));
}

TEST(Settings, WhatIsNotBuiltYetIsRefusedUnlessItIsTheDefault) {
  SettingsBuilder builder(kSpecs);
  EXPECT_TRUE(builder.set("webhooks.timeout", {"10s"}, "f:1"));
  const auto refused = builder.set("webhooks.timeout", {"20s"}, "f:9");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("f:9: webhooks.timeout is not built yet"), std::string::npos);
}

TEST(Settings, LaterValuesWinAndKnowTheirOrigin) {
  SettingsBuilder builder(kSpecs);
  ASSERT_TRUE(builder.set("http.listen", {"[::]:80", "[::]:443"}, "f:1"));
  ASSERT_TRUE(builder.set_table("delivery.next_hop", {{"*", "127.0.0.1:2600"}}, "f:2"));
  const Settings settings = builder.take();
  EXPECT_EQ(settings.list("http.listen"), (std::vector<std::string>{"[::]:80", "[::]:443"}));
  EXPECT_EQ(settings.origin("http.listen"), "f:1");
  EXPECT_EQ(settings.duration("delivery.attempt_for"), 8h);
  EXPECT_EQ(settings.bytes("http.max_body"), 54945382);
  EXPECT_EQ(settings.table("delivery.next_hop").at("*"), "127.0.0.1:2600");
}

TEST(Duration, TakesCompoundForms) {
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("3d"), 72h);
  EXPECT_FALSE(parse_duration("30"));
  EXPECT_FALSE(parse_duration("h"));
  EXPECT_FALSE(parse_duration(""));
}

}  // namespace
}  // namespace postroad
