// The API over a real store in a temporary directory; only the socket is missing.
#include "ingress/http/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>

#include "account/account_repository.h"
#include "admission/admission_repository.h"
#include "base/text.h"
#include "events/journal_repository.h"
#include "net/asio_executor.h"
#include "net/http/head_parser.h"
#include "spool/spool_repository.h"
#include "storage/real_disk.h"
#include "storage/sqlite_store.h"

namespace postroad::ingress::http {
namespace {

using net::http::Response;
using testing::HasSubstr;
using testing::StartsWith;

class TextBody final : public net::http::Body {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  asio::awaitable<net::http::Outcome<std::size_t>> read(std::span<char> into, Deadline) override {
    const std::size_t size = std::min(into.size(), text_.size() - at_);
    std::copy_n(text_.data() + at_, size, into.data());
    at_ += size;
    co_return size;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

std::vector<storage::Migration> all_migrations() {
  std::vector<storage::Migration> all;
  for (const auto migrations : {spool::migrations(), events::migrations(), account::migrations(), admission::migrations()}) {
    all.insert(all.end(), migrations.begin(), migrations.end());
  }
  std::ranges::sort(all, {}, &storage::Migration::number);
  return all;
}

class ApiTest : public testing::Test {
 protected:
  static constexpr char kKey[] = "key-0123456789abcdef";
  static constexpr char kSendingKey[] = "key-sending-0123456789";

  ApiTest() : directory_(std::filesystem::path(testing::TempDir()) / ("api-" + SystemRandom().hex(8))) {
    auto opened = storage::SqliteStore::open(disk_, clock_, random_, {.directory = directory_.string(), .segment_bytes = 8u << 20},
                                             all_migrations());
    EXPECT_TRUE(opened.has_value()) << opened.error().detail;
    store_ = std::move(*opened);
    executor_.start();
    spool_ = std::make_unique<spool::Spool>(*store_, ids_);
    journal_ = std::make_unique<events::Journal>(*store_);
    accounts_ = std::make_unique<account::Accounts>(*store_, executor_, ids_, random_);
    admission_ = std::make_unique<admission::Admission>(clock_, random_, *spool_, *journal_, "http://test", admission::AdmissionLimits{});
    credentials_ = std::make_unique<account::Credentials>(*store_, executor_, clock_, ids_, random_);
    idempotent_calls_ = std::make_unique<admission::IdempotentCalls>(*store_, clock_);
    cancellation_ = std::make_unique<queue::Cancellation>(clock_, random_, *store_, *spool_, *journal_);
    access_ = std::make_unique<AccountAccess>(*accounts_);
    make_api(*access_, {});
    EXPECT_TRUE(executor_.run_on(0, accounts_->add_api_key(kKey, account::KeyRole::kAdmin, "test")).has_value());
    EXPECT_TRUE(executor_.run_on(0, accounts_->add_api_key(kSendingKey, account::KeyRole::kSending, "test")).has_value());
    account::NewDomain wanted{.name = "mail.example.com", .dkim_selector = {}};
    EXPECT_TRUE(executor_.run_on(0, accounts_->create_domain(std::move(wanted))).has_value());
  }
  ~ApiTest() override {
    executor_.run_on(0, store_->stop());
    executor_.stop();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  void make_api(Access& access, std::vector<std::string> hosts) {
    ApiOptions options;
    options.hostname = "mx.example.com";
    options.hosts = std::move(hosts);
    api_ = std::make_unique<Api>(Api::Parts{clock_, executor_, *store_, random_, *accounts_, *credentials_, *admission_, *idempotent_calls_, *cancellation_, *journal_, *spool_, access}, options);
  }

  Response call(std::string_view method, std::string_view target, std::string body = "", std::string_view key = kKey,
                std::string_view type = "application/x-www-form-urlencoded") {
    request_.clear();
    request_.head = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: api.test:8025\r\nContent-Type: " +
                    std::string(type) + "\r\n";
    if (!key.empty()) request_.head += "Authorization: Basic " + base64_encode("api:" + std::string(key)) + "\r\n";
    request_.head += "\r\n";
    EXPECT_TRUE(net::http::parse_head(request_).has_value());
    request_.peer = {"198.51.100.7", 4000};
    TextBody text(std::move(body));
    return executor_.run_on(0, api_->handle(request_, text));
  }
  Response send(std::string fields) {
    return call("POST", "/v3/mail.example.com/messages", "from=a@mail.example.com&to=b@north.example&text=hi" + std::move(fields));
  }
  static boost::json::value parsed(const Response& response) { return boost::json::parse(response.body); }
  static std::string link(const Response& response, const char* which) {
    const std::string url(parsed(response).at("paging").at(which).as_string());
    EXPECT_THAT(url, StartsWith("http://api.test:8025/v3/mail.example.com/events/"));
    return url.substr(std::string("http://api.test:8025").size());
  }
  static std::vector<std::string> recipients(const Response& response) {
    std::vector<std::string> all;
    const boost::json::value page = parsed(response);
    for (const auto& item : page.at("items").as_array()) all.emplace_back(item.at("recipient").as_string());
    return all;
  }

  SystemClock clock_;
  SystemRandom random_;
  IdSource ids_{clock_};
  storage::RealDisk disk_;
  std::filesystem::path directory_;
  net::AsioExecutor executor_;
  std::unique_ptr<storage::SqliteStore> store_;
  std::unique_ptr<spool::Spool> spool_;
  std::unique_ptr<events::Journal> journal_;
  std::unique_ptr<account::Accounts> accounts_;
  std::unique_ptr<account::Credentials> credentials_;
  std::unique_ptr<admission::Admission> admission_;
  std::unique_ptr<admission::IdempotentCalls> idempotent_calls_;
  std::unique_ptr<queue::Cancellation> cancellation_;
  std::unique_ptr<Access> access_;
  std::unique_ptr<Api> api_;
  net::http::Request request_;
};

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
           Case{"events: filter", "GET", "/v3/mail.example.com/events?event=failed", "", kKey, 400,
                R"({"message":"filter event is not supported yet","http_response_code":400})"},
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

TEST_F(ApiTest, PagesThroughEventsBothWaysWhileNewOnesArrive) {
  for (int i = 1; i <= 5; ++i) ASSERT_EQ(send("&to=r" + std::to_string(i) + "@north.example").status, 200);
  // Each call has two recipients; newest first.
  const Response first = call("GET", "/v3/mail.example.com/events?limit=4");
  const std::vector<std::string> newest = recipients(first);
  ASSERT_EQ(newest.size(), 4u);
  EXPECT_EQ(newest[0], "r5@north.example");
  ASSERT_EQ(send("&to=late@north.example").status, 200);
  const Response second = call("GET", link(first, "next"));
  EXPECT_EQ(recipients(second).size(), 4u);
  EXPECT_EQ(recipients(second)[0], "r3@north.example");
  const Response third = call("GET", link(second, "next"));
  EXPECT_EQ(recipients(third).size(), 2u);
  const Response beyond = call("GET", link(third, "next"));
  EXPECT_EQ(recipients(beyond).size(), 0u);
  EXPECT_EQ(recipients(call("GET", link(beyond, "next"))).size(), 0u);
  EXPECT_EQ(recipients(call("GET", link(beyond, "previous"))).back(), recipients(third).back());
  EXPECT_EQ(recipients(call("GET", link(third, "previous"))), recipients(second));
  EXPECT_EQ(recipients(call("GET", link(second, "previous"))), newest);
  EXPECT_EQ(recipients(call("GET", link(second, "first")))[0], "late@north.example");
  const std::vector<std::string> last = recipients(call("GET", link(first, "last")));
  EXPECT_EQ(last.size(), 4u);
  EXPECT_EQ(last.back(), "b@north.example");
}

TEST_F(ApiTest, PollsForNewEventsFromTheSamePlace) {
  ASSERT_EQ(send("").status, 200);
  const Response first = call("GET", "/v3/mail.example.com/events?ascending=yes&begin=0");
  ASSERT_EQ(recipients(first).size(), 1u);
  const Response empty = call("GET", link(first, "next"));
  EXPECT_EQ(recipients(empty).size(), 0u);
  const std::string again = link(empty, "next");
  EXPECT_EQ(again, link(first, "next"));
  ASSERT_EQ(send("&to=new@north.example").status, 200);
  EXPECT_EQ(recipients(call("GET", again)).size(), 2u);
}

TEST_F(ApiTest, HoldsEventsToTheirRange) {
  ASSERT_EQ(send("").status, 200);
  EXPECT_EQ(recipients(call("GET", "/v3/mail.example.com/events?begin=4102444800&end=4000000000")).size(), 0u);
  EXPECT_EQ(recipients(call("GET", "/v3/mail.example.com/events?begin=4102444800.5&end=1.5")).size(), 1u);
  EXPECT_EQ(recipients(call("GET", "/v3/mail.example.com/events?begin=Fri,%203%20May%202013%2009:00:00%20-0000&ascending=yes")).size(), 1u);
  EXPECT_EQ(call("GET", "/v3/mail.example.com/events?begin=10&end=5&ascending=yes").status, 400);
  EXPECT_EQ(call("GET", "/v3/mail.example.com/events?begin=10").status, 400);
  EXPECT_EQ(call("GET", "/v3/mail.example.com/events?begin=yesterday&ascending=no").status, 400);
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
