#include <gtest/gtest.h>

#include <functional>

#include "mail/authentication_results.h"
#include "mail/dmarc.h"
#include "mail/public_suffix.h"
#include "mail/spf.h"

namespace postroad::mail {
namespace {

/// Answers every question by a function and counts them.
SpfVerdict run_spf(const SpfQuery& query, const std::function<DnsAnswer(const DnsQuestion&)>& world,
                   std::size_t& asked) {
  DnsAnswers answers;
  for (asked = 0; asked < 10'000; ++asked) {
    auto outcome = check_spf(query, answers);
    if (const auto* verdict = std::get_if<SpfVerdict>(&outcome)) return *verdict;
    const auto& question = std::get<DnsQuestion>(outcome);
    EXPECT_EQ(answers.find(question), nullptr) << "asked twice: " << question.name;
    answers.add(question, world(question));
  }
  ADD_FAILURE() << "never ends";
  return {};
}

TEST(CheckSpf, AsksAndThenAnswers) {
  std::size_t asked = 0;
  const SpfQuery query{.ip = *parse_ip("192.0.2.1"), .helo = "h.example", .mail_from = "a@x.example"};
  const auto verdict = run_spf(
      query,
      [](const DnsQuestion& q) -> DnsAnswer {
        if (q.name == "x.example") return {DnsStatus::kAnswered, {"v=spf1 include:y.example -all"}};
        if (q.name == "y.example") return {DnsStatus::kAnswered, {"junk", "v=spf1 ip4:192.0.2.0/24 -all"}};
        return {DnsStatus::kNoSuchName, {}};
      },
      asked);
  EXPECT_EQ(verdict.result, SpfResult::kPass);
  EXPECT_EQ(asked, 2u);
}

TEST(CheckSpf, EndsWhateverTheWorldSays) {
  const SpfQuery query{.ip = *parse_ip("192.0.2.1"), .helo = "h.example", .mail_from = "a@x.example"};
  const std::vector<std::string> hosts{"a.x.example", "b.x.example", "c.x.example", "d.x.example",
                                       "e.x.example", "f.x.example", "g.x.example", "h.x.example",
                                       "i.x.example", "j.x.example"};
  for (const std::string_view record :
       {"v=spf1 include:x.example", "v=spf1 redirect=x.example", "v=spf1 a a a a a a a a a a a a -all",
        "v=spf1 mx:%{d} mx:1.%{d} mx:2.%{d} mx:3.%{d} mx:4.%{d} mx:5.%{d} mx:6.%{d} mx:7.%{d} mx:8.%{d} "
        "mx:9.%{d} mx",
        "v=spf1 include:%{l}.%{d} include:x.%{d} ptr a:%{p}.x.example -all exp=%{p}.x.example"}) {
    std::size_t asked = 0;
    run_spf(
        query,
        [&](const DnsQuestion& q) -> DnsAnswer {
          if (q.type == DnsType::kTxt) return {DnsStatus::kAnswered, {std::string(record)}};
          if (q.type == DnsType::kA || q.type == DnsType::kAaaa)
            return {DnsStatus::kAnswered, {"198.51.100.1"}};
          return {DnsStatus::kAnswered, hosts};
        },
        asked);
    EXPECT_LT(asked, 250u) << record;
  }
}

DmarcVerdict run_dmarc(const DmarcQuery& query, const std::function<DnsAnswer(const DnsQuestion&)>& world) {
  DnsAnswers answers;
  for (int i = 0; i < 3; ++i) {
    auto outcome = check_dmarc(query, answers);
    if (const auto* verdict = std::get_if<DmarcVerdict>(&outcome)) return *verdict;
    answers.add(std::get<DnsQuestion>(outcome), world(std::get<DnsQuestion>(outcome)));
  }
  ADD_FAILURE() << "asks more than two";
  return {};
}

TEST(CheckDmarc, AlignsByOrganisation) {
  const auto world = [](const DnsQuestion& q) -> DnsAnswer {
    if (q.name == "_dmarc.x.co.uk")
      return {DnsStatus::kAnswered, {"v=DMARC1; p=reject; sp=quarantine; rua=mailto:r@x.co.uk"}};
    if (q.name == "_dmarc.strict.com") return {DnsStatus::kAnswered, {"v=DMARC1;p=reject;aspf=s;adkim=s"}};
    return {DnsStatus::kNoSuchName, {}};
  };
  DkimReport dkim;
  dkim.signatures.push_back({.result = DkimResult::kPass, .domain = "mail.x.co.uk"});
  const auto with_dkim = run_dmarc({.author_domain = "news.x.co.uk", .dkim = &dkim}, world);
  EXPECT_EQ(with_dkim.result, DmarcResult::kPass);
  EXPECT_TRUE(with_dkim.dkim_aligned);
  const auto nothing = run_dmarc(
      {.author_domain = "news.x.co.uk", .spf = SpfResult::kPass, .spf_domain = "other.co.uk"}, world);
  EXPECT_EQ(nothing.result, DmarcResult::kFail);
  EXPECT_EQ(nothing.action, DmarcAction::kQuarantine) << "sp= for a sub-domain";
  EXPECT_EQ(run_dmarc({.author_domain = "x.co.uk"}, world).action, DmarcAction::kReject);
  EXPECT_EQ(
      run_dmarc({.author_domain = "strict.com", .spf = SpfResult::kPass, .spf_domain = "a.strict.com"}, world)
          .result,
      DmarcResult::kFail);
  EXPECT_EQ(run_dmarc({.author_domain = "none.example"}, world).result, DmarcResult::kNone);
}

TEST(ParseDmarcRecord, IgnoresWhatTheRfcIgnores) {
  EXPECT_FALSE(parse_dmarc_record("v=DMARC2; p=none"));
  EXPECT_FALSE(parse_dmarc_record("p=none; v=DMARC1"));
  EXPECT_FALSE(parse_dmarc_record("v=DMARC1; p=perhaps"));
  EXPECT_EQ(parse_dmarc_record("v=DMARC1; p=perhaps; rua=mailto:a@b.example")->policy, DmarcAction::kNone);
  EXPECT_EQ(parse_dmarc_record("v=DMARC1; p=reject; pct=30")->percent, 30);
}

TEST(AuthorDomain, WantsOneFromOfOneDomain) {
  EXPECT_EQ(*author_domain(HeaderBlock::scan("From: A <a@Bücher.example>\r\n\r\n")), "xn--bcher-kva.example");
  EXPECT_TRUE(author_domain(HeaderBlock::scan("From: a@x.example, b@x.example\r\n\r\n")));
  for (const std::string_view header : {"To: a@x.example\r\n", "From: a@x.example\r\nFrom: b@x.example\r\n",
                                        "From: a@x.example, b@y.example\r\n", "From: nobody\r\n"}) {
    EXPECT_FALSE(author_domain(HeaderBlock::scan(header))) << header;
  }
}

TEST(OrganizationalDomain, FollowsThePublicSuffixList) {
  EXPECT_EQ(organizational_domain("a.b.example.com"), "example.com");
  EXPECT_EQ(organizational_domain("a.b.example.co.uk"), "example.co.uk");
  EXPECT_EQ(organizational_domain("co.uk"), "co.uk");
}

TEST(FormatAuthenticationResults, LetsNoStrangerWriteInIt) {
  EXPECT_EQ(format_authentication_results({}), "none");
  const SpfVerdict spf{.result = SpfResult::kPass, .domain = "x.example"};
  DkimReport dkim;
  dkim.signatures.push_back({.result = DkimResult::kFail, .domain = "y.example", .selector = "s;dkim=pass"});
  const DmarcVerdict dmarc{.result = DmarcResult::kFail, .author_domain = "z.example"};
  EXPECT_EQ(
      format_authentication_results(
          {.spf = &spf, .mail_from = "a@x.example", .dkim = &dkim, .dmarc = &dmarc}),
      "spf=pass smtp.mailfrom=a@x.example; dkim=fail header.d=y.example; dmarc=fail header.from=z.example");
}

}  // namespace
}  // namespace postroad::mail
