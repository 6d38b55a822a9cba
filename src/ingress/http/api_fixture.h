#pragma once
// The API over a real store in a temporary directory; only the socket is missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>

#include "account/account_repository.h"
#include "admission/admission_repository.h"
#include "base/text.h"
#include "events/journal_repository.h"
#include "ingress/http/call.h"
#include "net/asio_executor.h"
#include "net/asio_timers.h"
#include "net/http/head_parser.h"
#include "net/http/percent.h"
#include "spool/spool_repository.h"
#include "storage/real_disk.h"
#include "storage/sqlite_store.h"

namespace postroad::ingress::http {

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

inline std::vector<storage::Migration> all_migrations() {
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
    search_ = std::make_unique<search::Search>(search::Search::Parts{clock_, executor_, timers_, disk_, *journal_},
                                               search::Search::Options{.directory = (directory_ / "events").string()});
    EXPECT_TRUE(search_->open().has_value());
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
    options.hosts = std::move(hosts);
    make_api_with(access, std::move(options));
  }
  void make_api_with(Access& access, ApiOptions options) {
    options.hostname = "mx.example.com";
    api_ = std::make_unique<Api>(Api::Parts{clock_, executor_, *store_, random_, *accounts_, *credentials_, *admission_, *idempotent_calls_, *cancellation_, *journal_, *search_, *spool_, access, timers_}, options);
  }

  Response call(std::string_view method, std::string_view target, std::string body = "", std::string_view key = kKey,
                std::string_view type = "application/x-www-form-urlencoded", std::string_view more_headers = "") {
    request_.clear();
    request_.head = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: api.test:8025\r\nContent-Type: " +
                    std::string(type) + "\r\n";
    if (!key.empty()) request_.head += "Authorization: Basic " + base64_encode("api:" + std::string(key)) + "\r\n";
    request_.head += std::string(more_headers) + "\r\n";
    EXPECT_TRUE(net::http::parse_head(request_).has_value());
    request_.peer = peer_;
    TextBody text(std::move(body));
    return executor_.run_on(0, api_->handle(request_, text));
  }
  Response send(std::string fields) {
    return call("POST", "/v3/mail.example.com/messages", "from=a@mail.example.com&to=b@north.example&text=hi" + std::move(fields));
  }
  /// A file's name, its type and its bytes; a text when it has no name.
  struct Part {
    std::string name, value, filename = {}, type = {};
  };
  Response multipart(std::string_view target, const std::vector<Part>& parts) {
    std::string body;
    for (const Part& part : parts) {
      body += "--b0undary\r\nContent-Disposition: form-data; name=\"" + part.name + '"';
      if (!part.filename.empty()) body += "; filename=\"" + part.filename + '"';
      if (!part.type.empty()) body += "\r\nContent-Type: " + part.type;
      body += "\r\n\r\n" + part.value + "\r\n";
    }
    return call("POST", target, body + "--b0undary--\r\n", kKey, "multipart/form-data; boundary=b0undary");
  }
  /// As one urlencoded body.
  static std::string encoded(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string body;
    for (const auto& [name, value] : fields) {
      body += (body.empty() ? "" : "&") + net::http::percent_encode(name) + "=" + net::http::percent_encode(value);
    }
    return body;
  }
  /// Events of the domain, newest first.
  boost::json::array events() {
    return parsed(call("GET", "/v3/mail.example.com/events?limit=300")).at("items").as_array();
  }
  /// The path of an event's stored message.
  static std::string storage_path(const boost::json::value& event) {
    return std::string(event.at("storage").at("url").as_string()).substr(std::string("http://test").size());
  }
  std::string source_of(const boost::json::value& event) {
    const Response got = call("GET", storage_path(event), "", kKey, "text/plain", "Accept: message/rfc2822\r\n");
    EXPECT_EQ(got.status, 200) << got.body;
    return std::string(parsed(got).at("body-mime").as_string());
  }
  std::vector<spool::DueRecipient> waiting(std::string lane = "north.example") {
    std::vector<spool::DueRecipient> all;
    for (const spool::Priority priority : spool::kPriorities) {
      auto found = executor_.run_on(0, spool_->load_window(lane, priority, 5000));
      EXPECT_TRUE(found.has_value());
      std::ranges::move(*found, std::back_inserter(all));
    }
    return all;
  }
  static boost::json::value parsed(const Response& response) { return boost::json::parse(response.body); }
  static std::string link(const Response& response, const char* which) {
    const std::string url(parsed(response).at("paging").at(which).as_string());
    EXPECT_THAT(url, testing::StartsWith("http://api.test:8025/v3/mail.example.com/events/"));
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
  net::AsioTimers timers_;
  std::unique_ptr<storage::SqliteStore> store_;
  std::unique_ptr<spool::Spool> spool_;
  std::unique_ptr<events::Journal> journal_;
  std::unique_ptr<account::Accounts> accounts_;
  std::unique_ptr<account::Credentials> credentials_;
  std::unique_ptr<admission::Admission> admission_;
  std::unique_ptr<admission::IdempotentCalls> idempotent_calls_;
  std::unique_ptr<queue::Cancellation> cancellation_;
  std::unique_ptr<search::Search> search_;
  std::unique_ptr<Access> access_;
  std::unique_ptr<Api> api_;
  net::http::Request request_;
  net::Endpoint peer_{"198.51.100.7", 4000};
};

}  // namespace postroad::ingress::http
