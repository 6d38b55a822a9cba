// The calls of the sandbox's page.
#include "ingress/http/api_fixture.h"

namespace postroad::ingress::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class InboxCalls : public ApiTest {
 protected:
  InboxCalls() { make_sandbox(true); }
  void make_sandbox(bool inbox) {
    sandbox_ = std::make_unique<SandboxAccess>(*accounts_);
    ApiOptions options;
    options.inbox = inbox;
    options.hosts = {"127.0.0.1", "localhost", "[::1]", "api.test"};
    api_ = std::make_unique<Api>(Api::Parts{clock_, executor_, *store_, random_, *accounts_, *credentials_, *admission_, *idempotent_calls_,
                                            *cancellation_, *journal_, *search_, *spool_, *sandbox_, timers_}, options);
  }
  Response get(std::string_view target) { return call("GET", target, "", ""); }
  Response remove(std::string_view target, std::string_view headers = "") { return call("DELETE", target, "", "", "text/plain", headers); }
  std::string mail(const std::vector<std::pair<std::string, std::string>>& more) {
    std::vector<std::pair<std::string, std::string>> fields{{"from", "Shop <shop@acme.test>"}};
    fields.insert(fields.end(), more.begin(), more.end());
    const Response sent = call("POST", "/v3/acme.test/messages", encoded(fields));
    EXPECT_EQ(sent.status, 200) << sent.body;
    return std::string(parsed(get("/_/api/inbox")).at("messages").at(0).at("key").as_string());
  }
  std::vector<std::string> subjects(std::string_view query = "") {
    std::vector<std::string> all;
    const boost::json::value answer = parsed(get("/_/api/inbox" + std::string(query)));
    for (const auto& message : answer.at("messages").as_array()) all.emplace_back(message.at("subject").as_string());
    return all;
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const auto& header : response.headers) {
      if (header.name == name) return header.value;
    }
    return "";
  }
  std::unique_ptr<Access> sandbox_;
};

TEST_F(InboxCalls, ListNewestFirstInPages) {
  for (int i = 1; i <= 5; ++i) mail({{"to", "ana@corp.test"}, {"subject", "n" + std::to_string(i)}, {"text", "x"}});
  EXPECT_THAT(subjects(), ElementsAre("n5", "n4", "n3", "n2", "n1"));
  const boost::json::value first = parsed(get("/_/api/inbox?limit=2"));
  EXPECT_TRUE(first.at("more").as_bool());
  const std::string last(first.at("messages").at(1).at("key").as_string());
  EXPECT_THAT(subjects("?limit=3&before=" + last), ElementsAre("n3", "n2", "n1"));
  EXPECT_FALSE(parsed(get("/_/api/inbox?limit=3&before=" + last)).at("more").as_bool());
  EXPECT_THAT(subjects("?query=n3"), ElementsAre("n3"));
  for (const char* bad : {"?limit=0", "?limit=501", "?limit=x", "?before=!"}) EXPECT_EQ(get(std::string("/_/api/inbox") + bad).status, 400) << bad;
}

TEST_F(InboxCalls, MessageIsShownWhole) {
  const std::string key = mail({{"to", "ana@corp.test, bo@corp.test"}, {"subject", "Your code"}, {"text", "Code: 4711"}, {"html", "<a href=\"https://x.test/\">x</a>"}});
  const boost::json::value message = parsed(get("/_/api/inbox/" + key));
  EXPECT_EQ(message.at("code").as_string(), "4711");
  EXPECT_EQ(message.at("links").at(0).as_string(), "https://x.test/");
  EXPECT_EQ(message.at("recipients").as_array().size(), 2u);
  EXPECT_EQ(message.at("recipients").at(1).at("state").as_string(), "waiting");
  EXPECT_EQ(message.at("events").at(0).at("event").as_string(), "accepted");
  EXPECT_EQ(message.at("headers").at(0).at(0).as_string(), "From");
  EXPECT_THAT(get("/_/api/inbox/" + key + "/source").body, HasSubstr("Subject: Your code\r\n"));
  EXPECT_EQ(get("/_/api/inbox/AAAAAAAAAAA").status, 404);
  EXPECT_EQ(get("/_/api/inbox/-").status, 404);
}

TEST_F(InboxCalls, NothingThatAMessageHoldsIsAPageOfOurs) {
  const Response sent = multipart("/v3/acme.test/messages", {{"from", "shop@acme.test"}, {"to", "ana@corp.test"}, {"subject", "s"},
                                                            {"html", "<script>top.document.title=1</script>"},
                                                            {"attachment", "<script>1</script>", "a'b.html", "text/html"}});
  ASSERT_EQ(sent.status, 200) << sent.body;
  const std::string key(parsed(get("/_/api/inbox")).at("messages").at(0).at("key").as_string());
  const Response html = get("/_/api/inbox/" + key + "/html");
  EXPECT_THAT(header(html, "Content-Security-Policy"), HasSubstr("sandbox allow-popups"));
  EXPECT_THAT(header(html, "Content-Security-Policy"), HasSubstr("default-src 'none'; img-src data:; style-src 'unsafe-inline'"));
  EXPECT_THAT(header(html, "Content-Security-Policy"), testing::Not(HasSubstr("allow-scripts")));
  EXPECT_THAT(header(html, "Content-Security-Policy"), testing::Not(HasSubstr("allow-same-origin")));
  const Response file = get("/_/api/inbox/" + key + "/attachments/0");
  EXPECT_EQ(file.content_type, "application/octet-stream");
  EXPECT_THAT(header(file, "Content-Disposition"), testing::StartsWith("attachment; filename="));
  EXPECT_EQ(file.body, "<script>1</script>");
  const Response source = get("/_/api/inbox/" + key + "/source");
  EXPECT_EQ(source.content_type, "text/plain; charset=utf-8");
  for (const Response* one : {&html, &file, &source}) EXPECT_EQ(header(*one, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(get("/_/api/inbox/" + key + "/attachments/1").status, 404);
  EXPECT_EQ(get("/_/api/inbox/" + key + "/attachments/-1").status, 404);
}

TEST_F(InboxCalls, WaitGivesTheMessageThatIsThereOrComes) {
  mail({{"to", "ana@corp.test"}, {"subject", "first"}, {"text", "x"}});
  EXPECT_EQ(parsed(get("/_/api/inbox/wait?to=ana@corp.test&subject=FIRST&timeout=0s")).at("subject").as_string(), "first");
  const MonoTime begun = clock_.mono();
  EXPECT_EQ(get("/_/api/inbox/wait?to=bo@corp.test&timeout=1s").status, 404);
  EXPECT_GE(clock_.mono() - begun, std::chrono::seconds{1});
  const std::int64_t later = std::chrono::floor<std::chrono::seconds>(clock_.wall()).time_since_epoch().count() + 60;
  EXPECT_EQ(get("/_/api/inbox/wait?to=ana@corp.test&timeout=0s&since=" + std::to_string(later)).status, 404);
  for (const char* bad : {"timeout=10", "timeout=301s", "since=x"}) EXPECT_EQ(get(std::string("/_/api/inbox/wait?") + bad).status, 400) << bad;
}

TEST_F(InboxCalls, BatchShowsTheCopyOfWhoIsAskedFor) {
  mail({{"to", "ana@corp.test,bo@corp.test"}, {"subject", "Hi %recipient.n%"}, {"text", "code %recipient.c%"},
        {"recipient-variables", R"({"ana@corp.test":{"n":"Ana","c":"1111"},"bo@corp.test":{"n":"Bo","c":"2222"}})"}});
  EXPECT_THAT(subjects(), ElementsAre("Hi Ana"));
  const boost::json::value bo = parsed(get("/_/api/inbox/wait?to=bo@corp.test&timeout=0s"));
  EXPECT_EQ(bo.at("subject").as_string(), "Hi Bo");
  EXPECT_EQ(bo.at("code").as_string(), "2222");
  ASSERT_EQ(bo.at("events").as_array().size(), 1u);
  EXPECT_EQ(bo.at("events").at(0).at("recipient").as_string(), "bo@corp.test");
  EXPECT_EQ(bo.at("recipients").as_array().size(), 2u);
  const std::string of_ana(bo.at("recipients").at(0).at("key").as_string());
  EXPECT_EQ(parsed(get("/_/api/inbox/" + of_ana)).at("code").as_string(), "1111");
}

TEST_F(InboxCalls, DeletedIsGoneFromSightAndChangesTheVersion) {
  const std::string key = mail({{"to", "ana@corp.test"}, {"subject", "a"}, {"text", "x"}});
  mail({{"to", "ana@corp.test"}, {"subject", "b"}, {"text", "x"}});
  const std::string before(parsed(get("/_/api/inbox")).at("version").as_string());
  EXPECT_EQ(remove("/_/api/inbox/" + key).status, 200);
  EXPECT_EQ(remove("/_/api/inbox/" + key).status, 404);
  EXPECT_THAT(subjects(), ElementsAre("b"));
  EXPECT_NE(before, std::string(parsed(get("/_/api/inbox")).at("version").as_string()));
  EXPECT_EQ(parsed(remove("/_/api/inbox")).at("count").as_int64(), 1);
  EXPECT_THAT(subjects(), ElementsAre());
}

TEST_F(InboxCalls, OtherPagesMayNotDelete) {
  mail({{"to", "ana@corp.test"}, {"subject", "a"}, {"text", "x"}});
  EXPECT_EQ(remove("/_/api/inbox", "Origin: https://evil.test\r\n").status, 403);
  EXPECT_EQ(remove("/_/api/inbox", "Origin: null\r\n").status, 403);
  EXPECT_THAT(subjects(), ElementsAre("a"));
  EXPECT_EQ(remove("/_/api/inbox", "Origin: http://api.test:8025\r\n").status, 200);
}

TEST_F(InboxCalls, AreNotThereOutsideTheSandbox) {
  make_sandbox(false);
  for (const char* path : {"/_/api/sandbox", "/_/api/inbox", "/_/api/inbox/wait", "/_/api/inbox/AAAAAAAAAAA", "/_/api/inbox/AAAAAAAAAAA/html",
                           "/_/api/inbox/AAAAAAAAAAA/source", "/_/api/inbox/AAAAAAAAAAA/attachments/0", "/_/api/stream", "/_/assets/inbox.js", "/inbox/AAAAAAAAAAA"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(remove("/_/api/inbox").status, 404);
  EXPECT_EQ(remove("/_/api/inbox/AAAAAAAAAAA").status, 404);
  EXPECT_EQ(call("GET", "/", "", "", "text/plain", "Accept: text/html\r\n").body, "Mailgun Magnificent API");
}

TEST_F(InboxCalls, PageIsCompiledInAndPacked) {
  const Response page = call("GET", "/", "", "", "text/plain", "Accept: text/html\r\n");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(header(page, "Content-Security-Policy"), HasSubstr("default-src 'self'"));
  EXPECT_THAT(page.body, HasSubstr("/_/assets/inbox.js"));
  const Response script = call("GET", "/_/assets/inbox.js", "", "", "text/plain", "Accept-Encoding: gzip, br\r\n");
  EXPECT_EQ(header(script, "Content-Encoding"), "gzip");
  EXPECT_TRUE(script.body.starts_with("\x1f\x8b"));
  const std::string again = "If-None-Match: " + header(script, "ETag") + "\r\n";
  EXPECT_EQ(call("GET", "/_/assets/inbox.js", "", "", "text/plain", again).status, 304);
  EXPECT_EQ(get("/_/assets/nothing.js").status, 404);
  EXPECT_EQ(get("/_/assets/..%2fapi.js").status, 404);
}

}  // namespace
}  // namespace postroad::ingress::http
