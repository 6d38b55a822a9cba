#include "app/domain_records.h"

#include <gtest/gtest.h>

#include "account/accounts.h"

namespace postroad::app {
namespace {

account::Domain domain_with_keys() {
  account::Domain domain{.id = DomainId{1}, .name = "shop.test", .created = {}, .dkim_keys = {}};
  domain.dkim_keys.push_back({.id = 1, .selector = "s1", .algorithm = "rsa", .private_pem = {}, .dns_value = "v=DKIM1; k=rsa; p=" + std::string(392, 'A')});
  domain.dkim_keys.push_back({.id = 2, .selector = "s2", .algorithm = "rsa", .private_pem = {}, .dns_value = "v=DKIM1; k=rsa; p=BB", .state = account::DkimKeyState::kPending});
  domain.dkim_keys.push_back({.id = 3, .selector = "s0", .algorithm = "rsa", .private_pem = {}, .dns_value = "v=DKIM1; k=rsa; p=CC", .state = account::DkimKeyState::kRetired});
  return domain;
}

TEST(DomainRecords, OnlyWhatMailIsBelievedByIsRequired) {
  std::vector<std::string> required, all;
  for (const DomainRecord& record : records_of(domain_with_keys(), "mx.host.test")) {
    all.push_back(record.name);
    if (record.required) required.push_back(record.purpose + " " + record.name);
  }
  EXPECT_EQ(required, (std::vector<std::string>{"SPF shop.test", "DKIM s1._domainkey.shop.test"}));
  EXPECT_EQ(all, (std::vector<std::string>{"shop.test", "s1._domainkey.shop.test", "s2._domainkey.shop.test", "s0._domainkey.shop.test", "_dmarc.shop.test", "shop.test"}));
}

TEST(DomainRecords, AZoneHasStringsOf255Octets) {
  const std::string zone = zone_text(records_of(domain_with_keys(), "mx.host.test"));
  EXPECT_NE(zone.find("shop.test. 3600 IN TXT \"v=spf1 a:mx.host.test ~all\"\n"), std::string::npos);
  EXPECT_NE(zone.find("shop.test. 3600 IN MX 10 mx.host.test.\n"), std::string::npos);
  EXPECT_NE(zone.find("\"v=DKIM1; k=rsa; p=" + std::string(237, 'A') + "\" \"" + std::string(155, 'A') + "\"\n"), std::string::npos) << zone;
  EXPECT_EQ(zone_text({{"TXT", "a.test", "say \"x\\\"", "", false, ""}}), "a.test. 3600 IN TXT \"say \\\"x\\\\\\\"\"\n");
  EXPECT_EQ(cloudflare_text({{"TXT", "a.test", "say \"x\"", "SPF", true, ""}, {"MX", "a.test", "10 mx.test", "MX", false, ""}}),
            R"({"posts":[{"type":"TXT","name":"a.test","content":"\"say \\\"x\\\"\"","ttl":3600,"comment":"postroad SPF"},)"
            R"({"type":"MX","name":"a.test","content":"mx.test","ttl":3600,"priority":10,"comment":"postroad MX"}]})" "\n");
  EXPECT_EQ(terraform_text("a-b.test", {{"TXT", "a-b.test", "x ${y} %{z} \"q\"", "SPF", true, ""}, {"MX", "a-b.test", "10 mx.test", "MX", false, ""}}),
            "# resource \"…\" \"a_b_test\" { for_each = local.dns_a_b_test … each.value.name … }\nlocals {\n  dns_a_b_test = {\n"
            R"(    "txt a-b.test" = { type = "TXT", name = "a-b.test", value = "x $${y} %%{z} \"q\"", ttl = 3600 })" "\n"
            R"(    "mx a-b.test" = { type = "MX", name = "a-b.test", value = "mx.test", ttl = 3600, priority = 10 })" "\n  }\n}\n");
  EXPECT_EQ(csv_text({{"TXT", "a.test", "p, \"q\"", "SPF", true, ""}}), "type,name,value,purpose,required\nTXT,a.test,\"p, \"\"q\"\"\",SPF,yes\n");
}

TEST(DomainRecords, SayWhatIsWrongWithAPublishedKey) {
  const std::string wanted = "v=DKIM1; k=rsa; p=ABCDEFGH";
  struct Case {
    std::vector<std::string> published, doubled;
    std::string_view says;
  };
  for (const Case& one : {
           Case{{wanted}, {}, ""},
           Case{{"k=rsa;p=ABCD EFGH"}, {}, ""},
           Case{{}, {}, "it is not published"},
           Case{{}, {wanted}, "it is at the name with the domain twice"},
           Case{{}, {"p=other"}, "it is not published"},
           Case{{"v=DKIM1; k=rsa; p=ABCD"}, {}, "it is cut off after 22 characters"},
           Case{{"\"v=DKIM1; k=rsa; p=ABCDEFGH\""}, {}, "there are quotation marks"},
           Case{{"v=DKIM1; k=rsa; p=XYZ"}, {}, "another key is published"},
           Case{{"v=DKIM1; p="}, {}, "an empty key is published"},
           Case{{"hello"}, {}, "what is published is no key: hello"},
           Case{{wanted, "v=DKIM1; p=XYZ"}, {}, "there are 2 texts"},
       }) {
    const std::string said = dkim_trouble(wanted, one.published, one.doubled);
    EXPECT_TRUE(one.says.empty() ? said.empty() : said.starts_with(one.says)) << said << " / " << one.says;
  }
}

TEST(DomainRecords, SelectorsAreCounted) {
  EXPECT_EQ(account::next_selector("mailgun"), "mailgun2");
  EXPECT_EQ(account::next_selector("mailgun2"), "mailgun3");
  EXPECT_EQ(account::next_selector("s1"), "s2");
  EXPECT_EQ(account::next_selector("k9"), "k10");
  EXPECT_EQ(account::next_selector("20260101"), "20260102");
}

}  // namespace
}  // namespace postroad::app
