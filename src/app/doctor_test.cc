#include "app/doctor.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/timex.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "app/doctor_remedies.h"

namespace postroad::app::doctor {
namespace {

using Level = Finding::Level;
using namespace std::chrono_literals;

TEST(Doctor, TellsWhatTheClockIs) {
  EXPECT_EQ(clock_finding(TIME_OK, 3ms).level, Level::kGood);
  EXPECT_EQ(clock_finding(TIME_OK, -2s).level, Level::kWarning);
  EXPECT_EQ(clock_finding(TIME_ERROR, 0ms).level, Level::kWarning);
}

TEST(Doctor, WantsAKernelWithRandomness) {
  EXPECT_EQ(kernel_finding("6.1.0-18-amd64", true).level, Level::kGood);
  EXPECT_EQ(kernel_finding("4.19.0", true).level, Level::kWarning);
  EXPECT_EQ(kernel_finding("odd", true).level, Level::kWarning);
  EXPECT_EQ(kernel_finding("6.1.0", false).level, Level::kFailure);
}

TEST(Doctor, ComparesSettingsWithTheMachine) {
  struct Case {
    std::string_view about;
    unsigned cores;
    OpenFiles files;
    std::size_t deliveries;
    Level level;
    std::string remedy;  ///< The value that --fix sets.
  };
  for (const Case& one : {Case{"fits", 2, {65536}, 2000, Level::kGood, ""}, Case{"too few files of our own", 2, {1024}, 2000, Level::kWarning, ""},
                          Case{"too few files of the server's", 2, {4024, true}, 2000, Level::kWarning, "1500"}, Case{"hardly any", 2, {1100, true}, 2000, Level::kWarning, ""},
                          Case{"too few cores", 1, {65536}, 20000, Level::kWarning, "2000"}, Case{"both", 1, {6024, true}, 20000, Level::kWarning, "2000"},
                          Case{"both, with files of our own", 1, {1024}, 20000, Level::kWarning, "2000"}}) {
    SCOPED_TRACE(one.about);
    const Finding found = settings_finding(one.cores, one.files, one.deliveries);
    EXPECT_EQ(found.level, one.level);
    EXPECT_EQ(found.remedy ? found.remedy->value : "", one.remedy);
    EXPECT_EQ(found.fix.empty(), one.level == Level::kGood);
  }
  EXPECT_NE(settings_finding(2, {1024}, 2000).fix.find("LimitNOFILE=5024"), std::string::npos);
  EXPECT_EQ(open_files_in("Limit      Soft Limit  Hard Limit  Units\nMax open files            1024                 4096                 files     \n"), 4096U);
  EXPECT_EQ(open_files_in("Max open files unlimited unlimited files\n"), std::nullopt);
  EXPECT_EQ(open_files_in(""), std::nullopt);
}

TEST(Doctor, KeepsSecretsFromOthers) {
  EXPECT_EQ(rights_finding("store", "key", "/k", 0600, 077).level, Level::kGood);
  EXPECT_EQ(rights_finding("tls", "key", "/k", 0640, 007).level, Level::kGood);
  const Finding open = rights_finding("store", "key", "/k", 0644, 077);
  EXPECT_EQ(open.level, Level::kWarning);
  EXPECT_EQ(open.fix, "chmod 0600 /k");
  EXPECT_EQ(open.remedy->subject, "/k");
}

TEST(Doctor, KnowsWhatADomainCouldDoNow) {
  const std::string domain = R"({"domains":[{"name":"a.test","state":"unverified","records":[{"selector":"k","state":"active"}]},)"
                             R"({"name":"b.test","state":"active","records":[{"selector":"k","state":"active"},{"selector":"k2","state":"pending"}]}]})";
  const auto states = [&domain](Level spf, Level key) {
    std::string all;
    const Findings found{{"domains", "a.test SPF", spf, "", ""}, {"domains", "a.test DKIM k", Level::kGood, "", ""}, {"domains", "b.test SPF", Level::kGood, "", ""},
                         {"domains", "b.test DKIM k", Level::kGood, "", ""}, {"domains", "b.test DKIM k2", key, "", ""}};
    for (const Finding& one : domain_states(found, domain)) all += fmt::format("{}{}{} ", one.check, one.remedy ? "+" : "", one.remedy && one.remedy->asks ? "?" : "");
    return all;
  };
  EXPECT_EQ(states(Level::kGood, Level::kGood), "a.test state+ b.test rotation+? ");
  EXPECT_EQ(states(Level::kFailure, Level::kWarning), "a.test state ");
}

TEST(Doctor, KnowsTheKeysOfEarlierChecks) {
  const WallTime now{std::chrono::seconds{1'000'000}};
  const std::string keys = R"({"keys":[{"id":"old","description":"doctor, for one message until 999999"},{"id":"now","description":")" + probe_description(now + 30s) +
                           R"("},{"id":"odd","description":"doctor, for one message until x"},{"id":"shop","description":"the doctor's shop"}]})";
  std::string left;
  for (const Finding& one : left_keys(keys, now)) left += one.remedy->subject + " ";
  EXPECT_EQ(left, "old odd ");
}

TEST(Doctor, KnowsWhatHasBeenCopied) {
  const std::vector<std::string> copies{"00000001-0000004096-8192.bin", "readme"};
  EXPECT_TRUE(is_copied(copies, 1, 4096));
  EXPECT_TRUE(is_copied(copies, 1, 12'287));
  EXPECT_FALSE(is_copied(copies, 1, 12'288));
  EXPECT_FALSE(is_copied(copies, 2, 4096));
  EXPECT_FALSE(is_copied({}, 1, 4096));
}

TEST(Doctor, DoesEachRemedyOnce) {
  const Remedy renew{Remedy::Kind::kCertificate, "make it", "/cert", {}};
  const Findings found{{"tls", "name", Level::kFailure, "", "x", renew}, {"tls", "expiry", Level::kFailure, "", "x", renew}, {"tls", "chain", Level::kWarning, "", "x"}};
  ASSERT_EQ(remediable(found).size(), 1U);
  EXPECT_EQ(remediable(found).front().check, "name");
}

TEST(Doctor, ReadsTheHostsFile) {
  struct Case { std::string_view hosts; Level level; };
  for (const auto& [hosts, level] : {Case{"127.0.0.1 localhost\n", Level::kGood}, Case{"127.0.1.1\tMail.example.com mail\n", Level::kWarning},
                                     Case{"::1 localhost mail.example.com", Level::kWarning}, Case{"#127.0.1.1 mail.example.com\n", Level::kGood},
                                     Case{"192.0.2.1 mail.example.com\n", Level::kGood}, Case{"127.0.1.1 xmail.example.com\n", Level::kGood}, Case{"", Level::kGood}}) {
    EXPECT_EQ(hosts_finding(hosts, "mail.example.com").level, level) << hosts;
  }
}

TEST(Doctor, KnowsNamesThatEveryCustomerGets) {
  for (const char* name : {"192-0-2-7.isp.example", "7.2.0.192.isp.example", "host-192.0.2.7.example", "ip192000002007.example", "c0000207.example",
                           "dynamic-7.example", "a.dhcp.example", "x7.dsl.example"}) {
    EXPECT_TRUE(is_generic_name(name, "192.0.2.7")) << name;
  }
  for (const char* name : {"mail.example.com", "mx7.example", "out-192.example", "mail.dslogic.example"}) EXPECT_FALSE(is_generic_name(name, "192.0.2.7")) << name;
}

TEST(Doctor, ReadsWhatABlocklistAnswers) {
  EXPECT_EQ(listing_of({}), Listing::kNone);
  EXPECT_EQ(listing_of({"127.0.0.2"}), Listing::kListed);
  EXPECT_EQ(listing_of({"127.255.255.254"}), Listing::kRefused);
  EXPECT_EQ(listing_of({"192.0.2.1"}), Listing::kNone) << "a resolver that answers everything";
  EXPECT_EQ(blocklist_name("192.0.2.1", "bl.test"), "1.2.0.192.bl.test");
  EXPECT_EQ(blocklist_name("2001:db8::1", "bl.test"), "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test");
  EXPECT_EQ(blocklist_name("nothing", "bl.test"), "");
}

TEST(Doctor, TellsPublicAddressesFromOthers) {
  for (const char* address : {"8.8.8.8", "172.32.0.1", "2001:4860::1"}) EXPECT_TRUE(is_public_address(address)) << address;
  for (const char* address : {"127.0.0.1", "10.1.1.1", "172.31.0.1", "192.168.1.1", "100.64.1.1", "::1", "fe80::1", "fd00::1", "x"}) {
    EXPECT_FALSE(is_public_address(address)) << address;
  }
}

/// A world in which nothing ever answers: every wait lasts to its deadline, and then time is there.
class Silence final : public net::Resolver, public net::Network {
 public:
  explicit Silence(Deadline begin) : latest(begin) {}
  asio::awaitable<Result<net::DnsAnswer<net::MxRecord>>> mx(std::string, Deadline deadline) override { co_return waited(deadline); }
  asio::awaitable<Result<net::DnsAnswer<std::string>>> a(std::string, Deadline deadline) override { co_return waited(deadline); }
  asio::awaitable<Result<net::DnsAnswer<std::string>>> aaaa(std::string, Deadline deadline) override { co_return waited(deadline); }
  asio::awaitable<Result<net::DnsAnswer<std::string>>> txt(std::string, Deadline deadline) override { co_return waited(deadline); }
  asio::awaitable<Result<net::DnsAnswer<std::string>>> ns(std::string, Deadline deadline) override { co_return waited(deadline); }
  asio::awaitable<Result<net::DnsAnswer<std::string>>> ptr(std::string, Deadline deadline) override { co_return waited(deadline); }
  asio::awaitable<Result<net::StreamPtr>> connect(net::Endpoint, std::string, Deadline deadline) override { co_return waited(deadline); }
  Result<std::unique_ptr<net::Listener>> listen(const net::Endpoint&, std::function<void(net::StreamPtr)>) override { return waited({}); }

  Deadline latest;
  int waits = 0;

 private:
  std::unexpected<Error> waited(Deadline deadline) {
    ++waits;
    latest = std::max(latest, deadline);
    return fail_transient(ErrorCode::kTimeout, "no answer in time");
  }
};

TEST(Doctor, NoWaitIsLongerThanTheWholeExamination) {
  ServerOptions options;
  options.hostname = "mail.example.com";
  options.source_ipv4 = "8.8.8.8";
  options.http_listen = {{"127.0.0.1", 80}};
  options.submission_listen = {{"127.0.0.1", 587}};
  options.submission_listen_tls = {{"127.0.0.1", 465}};
  ManualClock clock;
  const MonoTime begin = clock.mono();
  Silence silence(begin);
  const auto tls = net::ClientTls::with_roots({.system = false, .file = {}});
  ASSERT_TRUE(tls);
  const Patient patient{options, clock, silence, silence, **tls, begin + kExaminationMax};
  std::vector<asio::awaitable<Findings>> work;
  work.push_back(check_name(patient));
  work.push_back(check_network(patient));
  work.push_back(check_reputation(patient));
  work.push_back(check_tls(patient));
  work.push_back(check_domains(patient, R"({"domains":[{"name":"shop.test","probe":"","records":[]}]})"));
  Findings found;
  asio::io_context loop;
  asio::co_spawn(loop, all_of(std::move(work)), [&found](std::exception_ptr failed, Findings all) {
    EXPECT_EQ(failed, nullptr);
    found = std::move(all);
  });
  loop.run();
  EXPECT_GT(silence.waits, 15);
  EXPECT_EQ(silence.latest, begin + kExaminationMax) << "a wait of its own";
  ASSERT_FALSE(found.empty());
  for (const Finding& finding : found) {
    EXPECT_FALSE(finding.found.empty());
    EXPECT_EQ(finding.level == Level::kGood, finding.fix.empty()) << finding.group << " " << finding.check;
    if (finding.group != "name" || finding.check != "hosts file") EXPECT_NE(finding.level, Level::kGood) << finding.group << " " << finding.check;
  }
}

}  // namespace
}  // namespace postroad::app::doctor
