#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "app/config_file.h"
#include "app/server_options.h"
#include "app/settings_table.h"

namespace postroad::app {
namespace {

Result<Settings> read(std::string_view text) {
  SettingsBuilder builder(settings_table());
  RETURN_IF_ERROR(read_config_text(text, "postroad.toml", builder));
  return builder.take();
}

TEST(Config, AnEmptyFileGivesEveryDefault) {
  EXPECT_EQ(read("")->integer("dev.max_messages"), kCapturedMessagesMax);
  const auto settings = read("");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->text("server.mode"), "live");
  EXPECT_EQ(settings->durations("delivery.retries").size(), 6u);
  EXPECT_TRUE(settings->flag("submission.auth_required"));
}

TEST(Config, TheSampleFileIsAccepted) {
  const char* root = std::getenv("POSTROAD_SOURCE_DIR");
  ASSERT_NE(root, nullptr) << "set POSTROAD_SOURCE_DIR";
  std::ifstream file(std::string(root) + "/docs/operating/postroad.example.toml");
  std::stringstream text;
  text << file.rdbuf();
  ASSERT_FALSE(text.str().empty());
  const auto settings = read(text.str());
  EXPECT_TRUE(settings) << settings.error().detail;
}

TEST(Config, FailuresNameTheLineAndTheFix) {
  for (const auto& [text, message] : {
           std::pair<std::string_view, std::string_view>{
               "[server]\nhostnam = \"x\"", "postroad.toml:2: unknown setting server.hostnam; did you mean server.hostname?"},
           {"[delivery]\n\nattempt_for = 8", "postroad.toml:3: delivery.attempt_for = \"8\" is not a time"},
           {"hostname = \"x\"", "postroad.toml:1: hostname stands outside a section"},
           {"[http]\nlisten = [\"a\"", "postroad.toml:"},
           {"[store]\nengine = \"postgres\"", "postroad.toml:2: store.engine = \"postgres\" is not one of embedded"},
           {"[webhooks]\ntimeout = \"3s\"", "postroad.toml:2: webhooks.timeout is not built yet"},
       }) {
    const auto settings = read(text);
    ASSERT_FALSE(settings) << text;
    EXPECT_TRUE(settings.error().detail.starts_with(message)) << settings.error().detail;
  }
}

TEST(Config, TheEnvironmentWinsAndTyposDoNotPass) {
  SettingsBuilder builder(settings_table());
  ASSERT_TRUE(read_config_text("[http]\nlisten = [\"127.0.0.1:1\"]", "f", builder));
  const char* good[] = {"PATH=/bin", "POSTROAD_HTTP__LISTEN=[\"127.0.0.1:2\", \"127.0.0.1:3\"]", nullptr};
  ASSERT_TRUE(read_config_environment(good, builder));
  const char* bad[] = {"POSTROAD_HTTP__LISTN=x", nullptr};
  const auto refused = read_config_environment(bad, builder);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, "POSTROAD_HTTP__LISTN: unknown setting http.listn; did you mean http.listen?");
  const Settings settings = builder.take();
  EXPECT_EQ(settings.list("http.listen"), (std::vector<std::string>{"127.0.0.1:2", "127.0.0.1:3"}));
}

TEST(Config, RefusesWhatSingleSettingsCannotTell) {
  for (const auto& [text, message] : {
           std::pair<std::string_view, std::string_view>{"[dev]\nwarp = 60", "postroad.toml:2: dev.warp: goes with server.mode"},
           {"[dev]\nmax_messages = 100", "postroad.toml:2: dev.max_messages: goes with server.mode"},
           {"[http]\nrequire_tls = true\n[tls]\nmode = \"off\"", "postroad.toml:2: http.require_tls: needs TLS"},
       }) {
    const auto settings = read(text);
    ASSERT_TRUE(settings) << settings.error().detail;
    const auto options = server_options(*settings);
    ASSERT_FALSE(options) << text;
    EXPECT_TRUE(options.error().detail.starts_with(message)) << options.error().detail;
  }
  EXPECT_EQ(server_options(*read("[server]\nmode = \"capture\"\n[dev]\nwarp = 60"))->warp.times(), 60);
  EXPECT_TRUE(server_options(*read("[http]\nrequire_tls = true"))->require_tls);
}

TEST(Config, NextHopsAreATable) {
  const auto settings = read("[delivery.next_hop]\n\"*\" = \"127.0.0.1:2600\"\n\"a.test\" = \"mx.a.test:25\"");
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(settings->table("delivery.next_hop").at("*"), "127.0.0.1:2600");
}

}  // namespace
}  // namespace postroad::app
