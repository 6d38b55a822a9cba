// What every call has in common, and the domains.
#include "ingress/http/api_fixture.h"

namespace postroad::ingress::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST_F(ApiTest, QueuesAMessageAndShowsItsEvent) {
  const Response sent = send("&o:tag=orders&v:order=7781");
  ASSERT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(parsed(sent).at("message").as_string(), "Queued. Thank you.");
  const std::string id(parsed(sent).at("id").as_string());
  EXPECT_THAT(id, StartsWith("<"));
  EXPECT_THAT(id, HasSubstr("@mail.example.com>"));
  const Response events = call("GET", "/v3/mail.example.com/events");
  ASSERT_EQ(events.status, 200);
  const boost::json::value page = parsed(events);
  ASSERT_EQ(page.at("items").as_array().size(), 1u);
  const boost::json::value& event = page.at("items").as_array()[0];
  EXPECT_EQ(event.at("event").as_string(), "accepted");
  EXPECT_EQ("<" + std::string(event.at("message").at("headers").at("message-id").as_string()) + ">", id);
  EXPECT_EQ(event.at("originating-ip").as_string(), "198.51.100.7");
  EXPECT_EQ(event.at("user-variables").at("order").as_string(), "7781");
}

TEST_F(ApiTest, TakesALargeAttachmentInMultipart) {
  const std::string head = "--b\r\nContent-Disposition: form-data; name=";
  std::string body;
  for (const auto& [name, value] : {std::pair{"from", "a@mail.example.com"}, std::pair{"to", "b@north.example"}, std::pair{"text", "hi"}}) {
    body += head + name + "\r\n\r\n" + value + "\r\n";
  }
  body += head + "attachment; filename=\"big.bin\"\r\n\r\n" + std::string(600'000, 'z') + "\r\n--b--\r\n";
  const Response sent = call("POST", "/v3/mail.example.com/messages", body, kKey, "multipart/form-data; boundary=b");
  EXPECT_EQ(sent.status, 200) << sent.body;
}

TEST_F(ApiTest, AnswersErrorsAsTheContractHasThem) {
  struct Case {
    std::string_view about, method, target, body, key;
    int status;
    std::string_view text;
  };
  for (const auto& [about, method, target, body, key, status, text] : {
           Case{"no key", "GET", "/v3/domains", "", "", 401, "Forbidden"},
           Case{"wrong key", "POST", "/v3/mail.example.com/messages", "", "key-wrong", 401, "Forbidden"},
           Case{"wrong key on v4", "GET", "/v4/domains", "", "key-wrong", 401,
                R"({"message":"Invalid private key","http_response_code":401})"},
           Case{"role", "GET", "/v3/domains", "", kSendingKey, 403, R"({"message":"Forbidden","http_response_code":403})"},
           Case{"unknown path", "GET", "/v3/nothing/here", "", "", 404, R"({"message":"Not Found","http_response_code":404})"},
           Case{"method", "PUT", "/v3/mail.example.com/messages", "", kKey, 405, R"({"message":"Method Not Allowed","http_response_code":405})"},
           Case{"send: domain", "POST", "/v3/other.example/messages", "from=a", kKey, 404,
                R"({"message":"Domain not found: other.example","http_response_code":404})"},
           Case{"events: domain", "GET", "/v3/other.example/events", "", kKey, 404, R"({"message":"Domain not found","http_response_code":404})"},
           Case{"send: from", "POST", "/v3/mail.example.com/messages", "to=a@b.example", kKey, 400,
                R"({"message":"from parameter is missing","http_response_code":400})"},
           Case{"send: body", "POST", "/v3/mail.example.com/messages", "from=%zz", kKey, 400,
                R"({"message":"unable to parse request: invalid URL escape","http_response_code":400})"},
           Case{"events: limit", "GET", "/v3/mail.example.com/events?limit=301", "", kKey, 400,
                R"({"message":"limit must be between 1 and 300","http_response_code":400})"},
           Case{"events: filter", "GET", "/v3/mail.example.com/events?event=(failed", "", kKey, 400,
                R"({"message":"event: a parenthesis is not closed","http_response_code":400})"},
           Case{"events: token", "GET", "/v3/mail.example.com/events/none", "", kKey, 400,
                R"({"message":"invalid page token","http_response_code":400})"},
           Case{"domain: name", "POST", "/v3/domains", "x=1", kKey, 400, R"({"message":"Parameter 'name' is missing","http_response_code":400})"},
           Case{"domain: twice", "POST", "/v3/domains", "name=MAIL.example.com", kKey, 400,
                R"({"message":"This domain name is already taken","http_response_code":400})"},
           Case{"domain: later", "POST", "/v3/domains", "name=x.example&wildcard=true", kKey, 400,
                R"({"message":"wildcard is not supported yet","http_response_code":400})"},
       }) {
    SCOPED_TRACE(about);
    const Response response = call(method, target, std::string(body), key);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, text);
  }
}

TEST_F(ApiTest, LetsASendingKeySend) {
  const Response sent = call("POST", "/v3/mail.example.com/messages", "from=a@mail.example.com&to=b@north.example&text=hi", kSendingKey);
  EXPECT_EQ(sent.status, 200) << sent.body;
}

TEST_F(ApiTest, AnswersTheRootAndHealthWithoutAKey) {
  EXPECT_EQ(call("GET", "/", "", "").body, "Mailgun Magnificent API");
  EXPECT_EQ(call("GET", "/health", "", "").status, 200);
  const Response options = call("OPTIONS", "/v3/domains", "", "");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.at(0).value, "GET, POST, OPTIONS, HEAD");
}

TEST_F(ApiTest, CreatesListsShowsAndDeletesDomains) {
  const Response made = call("POST", "/v4/domains", "name=News.example.com&dkim_selector=s1&spam_action=disabled");
  ASSERT_EQ(made.status, 200) << made.body;
  const boost::json::value created = parsed(made);
  EXPECT_EQ(created.at("message").as_string(), "Domain has been created");
  EXPECT_EQ(created.at("domain").at("name").as_string(), "news.example.com");
  EXPECT_EQ(created.at("domain").at("id").as_string().size(), 24u);
  EXPECT_EQ(created.at("sending_dns_records").as_array().size(), 3u);
  EXPECT_THAT(made.body, HasSubstr("s1._domainkey.news.example.com"));
  const boost::json::value list = parsed(call("GET", "/v3/domains?limit=1"));
  EXPECT_EQ(list.at("total_count").as_int64(), 2);
  EXPECT_EQ(list.at("items").as_array().size(), 1u);
  EXPECT_EQ(list.at("items").as_array()[0].at("name").as_string(), "news.example.com");
  EXPECT_EQ(parsed(call("GET", "/v3/domains?skip=5")).at("items").as_array().size(), 0u);
  EXPECT_EQ(parsed(call("GET", "/v3/domains?search=NEWS")).at("total_count").as_int64(), 1);
  EXPECT_EQ(call("GET", "/v4/domains/news.example.com").status, 200);
  EXPECT_EQ(call("DELETE", "/v3/domains/news.example.com").body, R"({"message":"Domain has been deleted"})");
  EXPECT_EQ(call("DELETE", "/v3/domains/news.example.com").status, 404);
  EXPECT_EQ(call("GET", "/v3/domains/news.example.com").status, 404);
}

TEST_F(ApiTest, AnswersOnlyForHostsItIsToldOf) {
  make_api(*access_, {"localhost", "api.test"});
  EXPECT_EQ(call("GET", "/", "", "").status, 200);
  make_api(*access_, {"localhost"});
  EXPECT_EQ(call("GET", "/", "", "").status, 421);
}

TEST_F(ApiTest, SandboxTakesAnyKeyAndMakesDomains) {
  SandboxAccess sandbox(*accounts_);
  make_api(sandbox, {});
  const Response sent = call("POST", "/v3/new.example/messages", "from=a@new.example&to=b@c.example&text=hi", "anything");
  EXPECT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(call("POST", "/v3/not-a-domain/messages", "from=a", "anything").status, 404);
  EXPECT_EQ(call("POST", "/v3/new.example/messages", "from=a", "").status, 401);
}

}  // namespace
}  // namespace postroad::ingress::http
