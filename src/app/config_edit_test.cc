#include "app/config_edit.h"

#include <gtest/gtest.h>

#include "app/config_docs.h"
#include "app/config_file.h"
#include "app/configuration.h"
#include "app/settings_table.h"

namespace postroad::app {
namespace {

const SettingSpec& spec_of(std::string_view name) { return *std::ranges::find(settings_table(), name, &SettingSpec::name); }

Result<Settings> read(std::string_view text) {
  SettingsBuilder builder(settings_table());
  RETURN_IF_ERROR(read_config_text(text, "f", builder));
  return builder.take();
}

struct Case {
  std::string_view about, name;
  std::vector<std::string> values;
  std::string_view before, after;
};

TEST(ConfigEdit, ChangesOneValueAndNoOtherOctet) {
  for (const Case& one : {
           Case{"a value, its comment stays", "server.hostname", {"b"}, "[server]\nhostname   = \"a\"   # näme\nmode = \"live\"\n", "[server]\nhostname   = \"b\"   # näme\nmode = \"live\"\n"},
           Case{"behind letters of several octets", "tls.key", {"k"}, "[tls]\ncert = \"ä\" # ü\nkey = \"ö\" # x\n", "[tls]\ncert = \"ä\" # ü\nkey = \"k\" # x\n"},
           Case{"a list over several lines", "delivery.retries", {"5m", "1h"}, "[delivery]\nretries = [\n  \"1m\", # first\n  \"2m\"\n] # all\nmx_port = 26\n", "[delivery]\nretries = [\"5m\", \"1h\"] # all\nmx_port = 26\n"},
           Case{"a number and a flag are bare", "delivery.mx_port", {"27"}, "[delivery]\nmx_port = 26\n", "[delivery]\nmx_port = 27\n"},
           Case{"a new key ends its section", "log.level", {"warn"}, "[log]\nformat = \"text\" # f\n\n[tls]\nmode = \"off\"\n", "[log]\nformat = \"text\" # f\nlevel = \"warn\"\n\n[tls]\nmode = \"off\"\n"},
           Case{"a new key of an empty section", "log.level", {"warn"}, "[log] # none yet\n# level = \"info\"\n", "[log] # none yet\nlevel = \"warn\"\n# level = \"info\"\n"},
           Case{"before a table of the section", "delivery.mx_port", {"26"}, "[delivery]\nsign_dkim = true\n[delivery.next_hop]\n\"*\" = \"h:1\"\n", "[delivery]\nsign_dkim = true\nmx_port = 26\n[delivery.next_hop]\n\"*\" = \"h:1\"\n"},
           Case{"a new section", "log.level", {"warn"}, "[tls]\nmode = \"off\"", "[tls]\nmode = \"off\"\n\n[log]\nlevel = \"warn\"\n"},
           Case{"only a table of it is there", "delivery.mx_port", {"26"}, "[delivery.next_hop]\n\"*\" = \"h:1\"\n", "[delivery.next_hop]\n\"*\" = \"h:1\"\n\n[delivery]\nmx_port = 26\n"},
           Case{"an empty file", "bootstrap.domains", {"a.test", "b.test"}, "", "[bootstrap]\ndomains = [\"a.test\", \"b.test\"]\n"},
           Case{"what TOML needs escaped", "server.hostname", {"a\"\\\n"}, "[server]\nhostname = 'x'\n", "[server]\nhostname = \"a\\\"\\\\\\u000a\"\n"},
       }) {
    SCOPED_TRACE(one.about);
    const Result<std::string> edited = with_setting(one.before, "f", spec_of(one.name), one.values);
    ASSERT_TRUE(edited) << edited.error().detail;
    EXPECT_EQ(*edited, one.after);
  }
}

TEST(ConfigEdit, RefusesWhatItCannotDoWhole) {
  struct Refusal {
    std::string_view name;
    std::vector<std::string> values;
    std::string_view text, message;
  };
  for (const Refusal& one : {
           Refusal{"delivery.retries", {"5"}, "", "new value: delivery.retries = \"5\" is not a time"},
           Refusal{"delivery.next_hop", {"x"}, "", "new value: delivery.next_hop is a table"},
           Refusal{"webhooks.timeout", {"3s"}, "", "new value: webhooks.timeout is not built yet"},
           Refusal{"log.level", {"warn"}, "[log]\nlevel = ", "f:2: "},
           Refusal{"log.level", {"warn"}, "[tls]\nmode = \"maybe\"\n", "f:2: tls.mode"},
           Refusal{"log.level", {"warn"}, "log = { format = \"text\" }\n", "f:"},
       }) {
    SCOPED_TRACE(one.text);
    const Result<std::string> edited = with_setting(one.text, "f", spec_of(one.name), one.values);
    ASSERT_FALSE(edited) << *edited;
    EXPECT_TRUE(edited.error().detail.starts_with(one.message)) << edited.error().detail;
  }
}

TEST(ConfigDocs, TheDefaultFileSaysWhatTheTableSays) {
  const Result<Settings> written = read(default_config_text());
  ASSERT_TRUE(written) << written.error().detail;
  EXPECT_TRUE(changes_between(*read(""), *written).empty());
  for (const SettingSpec& spec : settings_table()) {
    const std::string key = std::string(spec.name.substr(spec.name.find('.') + 1));
    if (spec.built) EXPECT_NE(default_config_text().find(key), std::string::npos) << spec.name;
    EXPECT_TRUE(config_help(spec.name).starts_with(spec.name)) << spec.name;
    EXPECT_NE(config_help(spec.name.substr(0, spec.name.find('.'))).find(spec.name), std::string::npos) << spec.name;
  }
  EXPECT_EQ(config_help("moon"), "");
  EXPECT_EQ(near_setting("log.leve"), "log.level");
}

TEST(Configuration, TellsWhatARunningServerCanTake) {
  const auto changes = changes_between(*read(""), *read("[log]\nlevel = \"warn\"\n[bootstrap]\napi_key = \"key-0123456789abcdef\"\n"));
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].name, "bootstrap.api_key");
  EXPECT_EQ(changes[0].after, "(set)");
  EXPECT_FALSE(changes[0].live);
  EXPECT_EQ(changes[1].name, "log.level");
  EXPECT_EQ(changes[1].before + " " + changes[1].after, "info warn");
  EXPECT_TRUE(changes[1].live);
}

}  // namespace
}  // namespace postroad::app
