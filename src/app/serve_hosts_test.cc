#include "app/serve_hosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config_file.h"
#include "app/serve_check.h"
#include "app/server_options.h"
#include "app/settings_table.h"

namespace postroad::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(HostNames, AreNormalAndEachOnce) {
  const auto names = host_names({"Mail.Example.COM", "smtp.example.com", "mail.example.com", "post.bücher.example"});
  ASSERT_TRUE(names.has_value());
  EXPECT_THAT(*names, ElementsAre("mail.example.com", "smtp.example.com", "post.xn--bcher-kva.example"));
}

TEST(HostNames, SayWhatElseAWordIs) {
  for (const auto& [word, why] : {std::pair<std::string, std::string>{"https://mail.example.com", "is a URL"},
                                  {"mail.example.com/v3", "is a URL"},
                                  {"ops@example.com", "is a mail address"},
                                  {"192.0.2.1", "is an address"},
                                  {"2001:db8::1", "is an address"},
                                  {"[2001:db8::1]", "is an address"},
                                  {"mail.example.com:443", "has a port"},
                                  {"localhost:8025", "has a port"},
                                  {"localhost", "is a name of this machine alone"},
                                  {"mail", "is a name of this machine alone"},
                                  {"app.localhost", "is a name of this machine alone"},
                                  {"", "is a name of this machine alone"},
                                  {"*.example.com", "is not a host name"},
                                  {"mail.example.com.", "is not a host name"},
                                  {"-mail.example.com", "is not a host name"},
                                  {"mail..example.com", "is not a host name"},
                                  {"mail.1234", "is not a host name"},
                                  {"mail example.com", "is not a host name"}}) {
    SCOPED_TRACE(word);
    const auto names = host_names({"good.example.com", word});
    ASSERT_FALSE(names.has_value());
    EXPECT_THAT(names.error().detail, HasSubstr("HOST \"" + word + "\" " + why));
  }
  EXPECT_FALSE(host_names(std::vector<std::string>(kServeHostsMax + 1, "mail.example.com")).has_value());
}

Result<Settings> served(std::string_view file, const std::vector<std::string>& hosts) {
  SettingsBuilder builder(settings_table());
  RETURN_IF_ERROR(read_config_text(file, "postroad.toml", builder));
  RETURN_IF_ERROR(serve_hosts(builder, hosts));
  return builder.take();
}

TEST(ServeHosts, MakeDefaultsThoseOfAMailServer) {
  const Settings settings = *served("", {"mail.example.com", "smtp.example.com"});
  const ServerOptions options = *server_options(settings);
  EXPECT_EQ(options.hostname, "mail.example.com");
  EXPECT_EQ(settings.origin("server.hostname"), "command line");
  EXPECT_EQ(options.public_url, "https://mail.example.com");
  EXPECT_EQ(options.tls_mode, "self_signed");
  EXPECT_EQ(settings.origin("tls.mode"), "command line");
  EXPECT_TRUE(options.require_tls);
  EXPECT_THAT(options.http_listen, ElementsAre(net::Endpoint{"::", 443}));
  EXPECT_THAT(options.submission_listen, ElementsAre(net::Endpoint{"::", 587}));
  EXPECT_THAT(options.submission_listen_tls, ElementsAre(net::Endpoint{"::", 465}));
  EXPECT_FALSE(options.capture);
}

TEST(ServeHosts, LeaveAloneWhatIsConfigured) {
  const Settings settings = *served("[server]\nhostname = \"old.example.com\"\npublic_url = \"https://api.example.com\"\n"
                                    "[http]\nlisten = [\"127.0.0.1:8080\"]\nrequire_tls = false\n[submission]\nlisten = [\"[::]:2525\"]\n"
                                    "[tls]\ncert = \"/c.pem\"\nkey = \"/k.pem\"", {"mail.example.com"});
  const ServerOptions options = *server_options(settings);
  EXPECT_EQ(options.hostname, "mail.example.com") << "a flag wins over the file";
  EXPECT_EQ(options.public_url, "https://api.example.com");
  EXPECT_THAT(options.http_listen, ElementsAre(net::Endpoint{"127.0.0.1", 8080})) << "the default, but somebody wrote it";
  EXPECT_FALSE(options.require_tls);
  EXPECT_THAT(options.submission_listen, ElementsAre(net::Endpoint{"::", 2525}));
  EXPECT_TRUE(options.submission_listen_tls.empty()) << "whoever writes one of the two has chosen both";
  EXPECT_EQ(options.tls_mode, "files") << "there is a certificate";
}

TEST(ServeHosts, NeedTls) {
  const auto settings = served("[tls]\nmode = \"off\"", {"mail.example.com"});
  ASSERT_FALSE(settings.has_value());
  EXPECT_EQ(settings.error().detail, "postroad.toml:2: tls.mode is \"off\", and `serve HOST` turns TLS on: leave out the one or the other");
}

TEST(ServeHosts, WithoutAnyChangeNothing) {
  const Settings settings = *served("", {});
  for (const SettingSpec& spec : settings_table()) EXPECT_EQ(settings.origin(spec.name), "default");
}

TEST(ServePlan, SaysWhatWouldListenAndWhy) {
  const Settings settings = *served("", {"mail.example.com"});
  ServerOptions options = *server_options(settings);
  options.tls_names = {"mail.example.com", "smtp.example.com"};
  const std::string plan = serve_plan(settings, options);
  for (const std::string_view part : {"[::]:443  TLS; plain HTTP from loopback alone", "[::]:587  STARTTLS", "[::]:465  TLS from the first byte",
                                      "self-signed, for mail.example.com, smtp.example.com", "# http.listen: command line", "# server.data_dir: default"}) {
    EXPECT_THAT(plan, HasSubstr(std::string(part)));
  }
}

TEST(ServerOptions, HandedOverSocketsMeetTheSameChecks) {
  SettingsBuilder builder(settings_table());
  ASSERT_TRUE(read_config_text("[submission]\nlisten = [\"127.0.0.1:2525\", \"127.0.0.1:465\"]\nauth_required = false\n[tls]\nmode = \"off\"", "postroad.toml", builder));
  const Settings settings = builder.take();
  const ServerOptions plain = *server_options(settings);
  EXPECT_THAT(plain.submission_listen_tls, ElementsAre(net::Endpoint{"127.0.0.1", 465}));
  EXPECT_THAT(server_options(settings, {{"submission", {"192.0.2.1", 2525}}}).error().detail, HasSubstr("192.0.2.1:2525 is not"));
  EXPECT_THAT(server_options(settings, {{"https", {"127.0.0.1", 8443}}}).error().detail, HasSubstr("a socket named https was handed over"));
  const ServerOptions handed = *server_options(settings, {{"http", {"127.0.0.1", 9}}});
  EXPECT_EQ(handed.public_url, "http://127.0.0.1:9");
}

}  // namespace
}  // namespace postroad::app
