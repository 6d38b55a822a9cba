// Stored messages, messages.mime, the queue, and calls that are repeated (contract/sending.md §2 to §4).
#include "ingress/http/api_fixture.h"

namespace postroad::ingress::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kMime[] = "/v3/mail.example.com/messages.mime";

class StoredMessages : public ApiTest {
 protected:
  Response send_mime(const std::string& message, const Fields& more = {}) {
    Fields fields{{"to", "Bo <bo@north.example>"}, {"message", message}};
    fields.insert(fields.end(), more.begin(), more.end());
    return call("POST", kMime, encoded(fields));
  }
  /// A whole round of releases of what was accepted before `before`.
  std::int64_t released(WallTime before = {}, int* steps = nullptr) {
    spool::ReleaseRound round{.before = before};
    std::int64_t released = 0;
    while (!round.done) {
      released += executor_.run_on(0, spool_->release_ended(round)).value();
      if (steps) ++*steps;
    }
    return released;
  }
  static std::string header_of(const std::string& source) { return source.substr(0, source.find("\r\n\r\n") + 2); }
};

TEST_F(StoredMessages, MimeIsTakenAsItsSenderWroteIt) {
  const Response sent = send_mime("From: Shop <app@mail.example.com>\nTo: list@mail.example.com\nBcc: secret@north.example\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n"
                                  "X-Mailgun-Tag: in-mime\nX-Mailgun-Dkim: no\nX-Mailgun-Variables: {\"a\":\"mime\",\"b\":\"mime\"}\nX-Shop: old\n\nLine one\n.\nJ\xc3\xb6rg\n",
                                  {{"v:a", "form"}, {"o:dkim", "yes"}, {"h:X-Shop", "new"}, {"h:Reply-To", "help@mail.example.com"}});
  ASSERT_EQ(sent.status, 200) << sent.body;
  const boost::json::value event = events().at(0);
  EXPECT_EQ("<" + std::string(event.at("message").at("headers").at("message-id").as_string()) + ">", std::string(parsed(sent).at("id").as_string()));
  EXPECT_EQ(event.at("method").as_string(), "http");
  EXPECT_EQ(event.at("message").at("headers").at("subject").as_string(), "Gr\xc3\xbc\xc3\x9f" "e");
  EXPECT_EQ(event.at("recipient").as_string(), "bo@north.example");
  EXPECT_EQ(event.at("envelope").at("sender").as_string(), "app@mail.example.com");
  EXPECT_EQ(boost::json::serialize(event.at("tags")), R"(["in-mime"])");
  EXPECT_EQ(boost::json::serialize(event.at("user-variables")), R"({"a":"form","b":"mime"})");
  EXPECT_TRUE(waiting().at(0).message->options.sign_dkim) << "the form wins";
  const std::string source = source_of(event);
  EXPECT_TRUE(source.ends_with("\r\n\r\nLine one\r\n.\r\nJ\xc3\xb6rg\r\n")) << source;
  const std::string header = header_of(source);
  EXPECT_THAT(header, HasSubstr("\r\nTo: list@mail.example.com\r\n"));
  EXPECT_THAT(header, HasSubstr("Date: "));
  EXPECT_THAT(header, HasSubstr("Message-Id: <"));
  EXPECT_THAT(header, HasSubstr("X-Shop: new\r\n"));
  EXPECT_THAT(header, HasSubstr("Reply-To: help@mail.example.com\r\n"));
  EXPECT_THAT(header, Not(HasSubstr("old")));
  EXPECT_THAT(header, Not(HasSubstr("secret")));
  EXPECT_THAT(header, Not(HasSubstr("X-Mailgun-Dkim")));
  EXPECT_THAT(header, Not(HasSubstr("Received")));
}

TEST_F(StoredMessages, MimeComesAsAFileOrAsAText) {
  const std::string message = "From: app@mail.example.com\r\n\r\nHi\r\n";
  for (const char* name : {"MimeMessage", "message.mime", "message", "mime-message", ""}) {
    SCOPED_TRACE(name);
    const Response sent = multipart(kMime, {{"to", "bo@north.example"}, {"message", message, name, "application/octet-stream"}});
    ASSERT_EQ(sent.status, 200) << sent.body;
    EXPECT_THAT(source_of(events().at(0)), HasSubstr("\r\n\r\nHi\r\n"));
  }
}

TEST_F(StoredMessages, MimeWithLinesThatSmtpCannotCarryIsEncoded) {
  ASSERT_EQ(send_mime("From: app@mail.example.com\n\n" + std::string(5000, 'x') + "\n").status, 200);
  const boost::json::value event = events().at(0);
  const std::string source = source_of(event);
  for (std::size_t at = 0; at < source.size();) {
    const std::size_t end = source.find("\r\n", at);
    ASSERT_LE(end - at, 998u);
    at = end + 2;
  }
  EXPECT_THAT(std::string(parsed(call("GET", storage_path(event))).at("body-plain").as_string()), StartsWith(std::string(5000, 'x')));
}

TEST_F(StoredMessages, MimeErrorsHaveTheirTexts) {
  struct Case {
    std::string_view about;
    Fields fields;
    std::string_view text;
  };
  const std::string message = "From: app@mail.example.com\n\nHi";
  for (const auto& [about, fields, text] : {
           Case{"no message", {{"to", "bo@north.example"}},
                "Invalid request content type. Expecting 'multipart/form-data' but got 'application/x-www-form-urlencoded'"},
           Case{"no to", {{"message", message}}, "to parameter is missing"},
           Case{"to", {{"message", message}, {"to", "nobody"}}, "to parameter is not a valid address. please check documentation"},
           Case{"no from", {{"message", "To: a@b.example\n\nHi"}, {"to", "bo@north.example"}}, "the message has no From field"},
           Case{"NUL", {{"message", std::string("From: a@b.example\n\na\0b", 22)}, {"to", "bo@north.example"}}, "the message holds a NUL"},
           Case{"two from", {{"message", "From: a@b.example\nFrom: c@b.example\n\nHi"}, {"to", "bo@north.example"}}, "the message has more than one From field"},
           Case{"option in the message", {{"message", "From: a@b.example\nX-Mailgun-Track: yes\n\nHi"}, {"to", "bo@north.example"}},
                "X-Mailgun-Track is not supported yet"},
           Case{"header", {{"message", message}, {"to", "bo@north.example"}, {"h:X-A", "a\nX-Injected: 1"}}, "header X-A: the value holds a line break"},
           Case{"template", {{"message", message}, {"to", "bo@north.example"}, {"template", "t"}}, "template is not supported yet"},
       }) {
    SCOPED_TRACE(about);
    const Response response = call("POST", kMime, encoded(fields));
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(std::string(parsed(response).at("message").as_string()), text);
  }
  EXPECT_EQ(parsed(multipart(kMime, {{"to", "bo@north.example"}})).at("message").as_string(), "message parameter is missing");
  EXPECT_EQ(events().size(), 0u);
}

TEST_F(StoredMessages, MimeIsABatchWithRecipientVariables) {
  const std::string variables = R"({"ana@north.example":{"n":"Ana"},"bo@north.example":{"n":"Bo"}})";
  const std::string mime = "From: app@mail.example.com\nTo: %recipient%\nSubject: Hi %recipient.n%\nX-Shop: %recipient.n%\n\nHello %recipient.n%\n";
  const std::string container = "From: outer@mail.example.com\nContent-Type: multipart/mailgun-variables; boundary=b\n\n--b\nContent-Type: application/json\n"
                                "Content-Transfer-Encoding: base64\n\n" + base64_encode(variables) + "\n--b\nContent-Type: message/rfc822\n\n" + mime + "\n--b--\n";
  for (const auto& [about, message, more] : {
           std::tuple{"parameter", mime, Fields{{"recipient-variables", variables}}},
           std::tuple{"header", "X-Mailgun-Recipient-Variables: " + variables + "\n" + mime, Fields{}},
           std::tuple{"container", container, Fields{}},
       }) {
    SCOPED_TRACE(about);
    Fields fields = more;
    fields.emplace_back("to", "ana@north.example");
    ASSERT_EQ(send_mime(message, fields).status, 200);
    const boost::json::array newest = events();
    for (const auto& [at, name, to] : {std::tuple{0u, "Ana", "ana@north.example"}, std::tuple{1u, "Bo", "Bo <bo@north.example>"}}) {
      const std::string source = source_of(newest.at(at));
      EXPECT_THAT(source, HasSubstr(std::string("To: ") + to + "\r\n"));
      EXPECT_THAT(source, HasSubstr(std::string("Subject: Hi ") + name + "\r\n"));
      EXPECT_THAT(source, HasSubstr(std::string("X-Shop: ") + name + "\r\n"));
      EXPECT_THAT(source, HasSubstr(std::string("Hello ") + name));
      EXPECT_THAT(source, HasSubstr("From: app@mail.example.com\r\n"));
      EXPECT_THAT(source, Not(HasSubstr("Recipient-Variables")));
    }
  }
}

TEST_F(StoredMessages, AreShownWithoutWhatTheyQuote) {
  const std::string mime =
      "From: Ana <ana@north.example>\nTo: app@mail.example.com\nSubject: Re: Order\nContent-Type: multipart/alternative; boundary=b\n\n"
      "--b\nContent-Type: text/plain\n\nThank you!\n\n-- \nAna\n\nOn Sun, 1 Mar 2026 at 10:00, Shop <app@mail.example.com> wrote:\n> Your order\n"
      "--b\nContent-Type: text/html\n\n<p>Thank you!</p><blockquote type=\"cite\">Your order</blockquote>\n--b--\n";
  ASSERT_EQ(send_mime(mime, {{"to", "app@mail.example.com"}}).status, 200);
  const boost::json::value stored = parsed(call("GET", storage_path(events().at(0))));
  EXPECT_EQ(stored.at("stripped-text").as_string(), "Thank you!");
  EXPECT_EQ(stored.at("stripped-signature").as_string(), "-- \r\nAna");
  EXPECT_THAT(std::string(stored.at("body-plain").as_string()), HasSubstr("> Your order"));
  EXPECT_THAT(std::string(stored.at("stripped-html").as_string()), Not(HasSubstr("Your order")));
  EXPECT_THAT(std::string(stored.at("body-html").as_string()), HasSubstr("Your order"));
}

TEST_F(StoredMessages, AreShownInThePartsClientsRead) {
  const Response sent = multipart("/v3/mail.example.com/messages",
                                  {{"from", "Shop <app@mail.example.com>"}, {"to", "ana@north.example"}, {"bcc", "bo@north.example"}, {"subject", "Order"},
                                   {"text", "Hello"}, {"html", "<p>Hello"}, {"attachment", "%PDF", "order.pdf", "application/pdf"}});
  ASSERT_EQ(sent.status, 200);
  const std::string path = storage_path(events().at(0));
  EXPECT_THAT(path, StartsWith("/v3/domains/mail.example.com/messages/"));
  const Response got = call("GET", path);
  ASSERT_EQ(got.status, 200) << got.body;
  const boost::json::value stored = parsed(got);
  for (const auto& [key, value] : {std::pair{"recipients", "ana@north.example, bo@north.example"}, std::pair{"sender", "app@mail.example.com"},
                                   std::pair{"from", "Shop <app@mail.example.com>"}, std::pair{"From", "Shop <app@mail.example.com>"},
                                   std::pair{"subject", "Order"}, std::pair{"Subject", "Order"}, std::pair{"body-plain", "Hello"},
                                   std::pair{"stripped-text", "Hello"}, std::pair{"stripped-signature", ""}, std::pair{"body-html", "<p>Hello"},
                                   std::pair{"stripped-html", "<p>Hello"}, std::pair{"To", "ana@north.example"}, std::pair{"Mime-Version", "1.0"}}) {
    EXPECT_EQ(std::string(stored.at(key).as_string()), value) << key;
  }
  EXPECT_EQ(stored.at("message-headers").at(0).at(0).as_string(), "From");
  const boost::json::value& file = stored.at("attachments").at(0);
  EXPECT_EQ(file.at("name").as_string(), "order.pdf");
  EXPECT_EQ(file.at("content-type").as_string(), "application/pdf");
  EXPECT_EQ(file.at("size").as_int64(), 4);
  EXPECT_TRUE(stored.at("content-id-map").is_object());
  const Response bytes = call("GET", path + "/attachments/0");
  EXPECT_EQ(bytes.body, "%PDF");
  EXPECT_EQ(bytes.content_type, "application/pdf");
  EXPECT_EQ(bytes.headers.at(0).value, "attachment; filename=order.pdf");
  EXPECT_EQ(call("GET", path + "/attachments/1").status, 404);
  EXPECT_EQ(call("GET", path + "/attachments/x").status, 404);
  const std::string key = path.substr(path.rfind('/') + 1);
  EXPECT_EQ(call("GET", "/v3/mail.example.com/messages/" + key).body, got.body) << "the older URL";
}

TEST_F(StoredMessages, AreOnlyTheirDomains) {
  ASSERT_EQ(send("").status, 200);
  const std::string key = storage_path(events().at(0)).substr(std::string("/v3/domains/mail.example.com/messages/").size());
  account::NewDomain other{.name = "other.example", .dkim_selector = {}};
  ASSERT_TRUE(executor_.run_on(0, accounts_->create_domain(std::move(other))).has_value());
  for (const std::string& path : {"/v3/domains/other.example/messages/" + key, "/v3/other.example/messages/" + key,
                                  std::string("/v3/domains/mail.example.com/messages/none"), std::string("/v3/domains/mail.example.com/messages/AAAAAAAAAAE"),
                                 "/v3/domains/mail.example.com/messages/" + admission::storage_key(admission::read_storage_key(key)->message, 1)}) {
    SCOPED_TRACE(path);
    const Response got = call("GET", path);
    EXPECT_EQ(got.status, 404);
    EXPECT_EQ(parsed(got).at("message").as_string(), "Message not found");
    EXPECT_EQ(call("GET", path + "/attachments/0").status, 404);
  }
  EXPECT_EQ(call("POST", "/v3/domains/other.example/messages/" + key, "to=a@b.example").status, 404);
  EXPECT_EQ(call("DELETE", "/v3/domains/other.example/messages/" + key).status, 404);
  EXPECT_EQ(call("GET", "/v3/domains/mail.example.com/messages/" + key, "", kSendingKey).status, 403);
  EXPECT_EQ(call("GET", "/v3/domains/mail.example.com/messages/" + key, "", "").status, 401);
}

TEST_F(StoredMessages, AreSentAgainUnderANewId) {
  const Response sent = send("&subject=Order&o:tag=a&v:u=" + net::http::percent_encode("J\xc3\xb6rg") + "&o:require-tls=yes");
  const std::string path = storage_path(events().at(0));
  const Response again = call("POST", path, "to=x@south.example&to=y@south.example,z@south.example");
  ASSERT_EQ(again.status, 200) << again.body;
  EXPECT_NE(parsed(again).at("id").as_string(), parsed(sent).at("id").as_string());
  const std::vector<spool::DueRecipient> rows = waiting("south.example");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_TRUE(rows[0].message->options.require_tls);
  const boost::json::value event = events().at(0);
  EXPECT_EQ(boost::json::serialize(event.at("tags")), R"(["a"])");
  EXPECT_EQ(event.at("user-variables").at("u").as_string(), "J\xc3\xb6rg");
  const std::string source = source_of(event);
  EXPECT_THAT(source, HasSubstr("Message-Id: " + std::string(parsed(again).at("id").as_string())));
  EXPECT_THAT(source, HasSubstr("Subject: Order\r\n"));
  EXPECT_EQ(parsed(call("POST", path, "")).at("message").as_string(), "to parameter is missing");
  EXPECT_EQ(call("POST", path, "to=nobody").status, 400);
}

TEST_F(StoredMessages, AreHiddenByDeletionAndStillDelivered) {
  ASSERT_EQ(send("").status, 200);
  const std::string path = storage_path(events().at(0));
  const Response deleted = call("DELETE", path);
  EXPECT_EQ(deleted.body, R"({"message":"Message has been deleted"})");
  EXPECT_EQ(call("GET", path).status, 404);
  EXPECT_EQ(call("DELETE", path).status, 404);
  ASSERT_EQ(waiting().size(), 1u);
  EXPECT_TRUE(spool_->content(*waiting()[0].message).has_value());
  EXPECT_EQ(released(), 0);
  ASSERT_EQ(call("DELETE", "/v3/mail.example.com/envelopes").status, 200);
  EXPECT_EQ(released(), 1);
}

TEST_F(StoredMessages, ARoundOfReleasesLooksAtEachMessageOnce) {
  for (int i = 0; i < spool::Spool::kReleaseBatch; ++i) {
    ASSERT_EQ(send("").status, 200);
    ASSERT_EQ(send("&o:testmode=yes").status, 200);
  }
  EXPECT_EQ(released(), 0) << "all of them are younger";
  int steps = 0;
  EXPECT_EQ(released(WallTime::max(), &steps), spool::Spool::kReleaseBatch);
  EXPECT_EQ(steps, 3) << "two full ones, and the one that finds nothing more";
  EXPECT_EQ(static_cast<std::int64_t>(waiting().size()), spool::Spool::kReleaseBatch) << "what waits stays";
  EXPECT_EQ(released(WallTime::max()), 0);
}

TEST_F(StoredMessages, EnvelopeDeletionEndsEachRecipientOnce) {
  ASSERT_EQ(send("&to=c@north.example&o:deliverytime=" + std::to_string(std::time(nullptr) + 7200)).status, 200);
  ASSERT_EQ(send("").status, 200);
  EXPECT_EQ(call("GET", "/v3/domains/mail.example.com/sending_queues").body, R"({"regular":{"is_disabled":false},"scheduled":{"is_disabled":false}})");
  const std::vector<spool::DueRecipient> before = waiting();
  ASSERT_EQ(before.size(), 3u);
  EXPECT_EQ(call("DELETE", "/v3/mail.example.com/envelopes").body, R"({"message":"done"})");
  EXPECT_EQ(waiting().size(), 0u);
  const auto audit = executor_.run_on(0, journal_->audit());
  EXPECT_EQ(audit->ended, 3);
  EXPECT_TRUE(audit->balanced());
  storage::Unit late;
  spool_->end_recipient(late, before[0].recipient.id);
  EXPECT_FALSE(executor_.run_on(0, store_->commit(std::move(late))).has_value()) << "a delivery that comes too late is refused";
  EXPECT_EQ(call("DELETE", "/v3/mail.example.com/envelopes").status, 200);
  EXPECT_EQ(events().size(), 3u) << "the log does not show what is internal";
  EXPECT_EQ(parsed(call("DELETE", "/v3/none.example/envelopes")).at("message").as_string(), "domain not found");
  EXPECT_EQ(parsed(call("GET", "/v3/domains/none.example/sending_queues")).at("message").as_string(), "Domain not found");
}

class Idempotency : public ApiTest {
 protected:
  Response keyed(std::string_view key, std::string_view body, std::string_view target = "/v3/mail.example.com/messages",
                 std::string_view header = "Idempotency-Key") {
    return call("POST", target, std::string(body), kKey, "application/x-www-form-urlencoded", std::string(header) + ": " + std::string(key) + "\r\n");
  }
  static constexpr char kBody[] = "from=a@mail.example.com&to=b@north.example&text=hi";
};

TEST_F(Idempotency, TheSameCallHasOneEffectAndOneAnswer) {
  const Response first = keyed("k1", kBody);
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(keyed("k1", kBody).body, first.body);
  EXPECT_EQ(keyed("k1", kBody, "/v3/mail.example.com/messages", "X-Mailgun-Idempotency-Key").body, first.body);
  EXPECT_EQ(events().size(), 1u);
  EXPECT_NE(keyed("k2", kBody).body, first.body);
  EXPECT_EQ(events().size(), 2u);
}

TEST_F(Idempotency, AnotherCallUnderTheKeyIsAConflict) {
  ASSERT_EQ(keyed("k1", kBody).status, 200);
  EXPECT_EQ(keyed("k1", std::string(kBody) + "&o:tag=a").status, 409);
  EXPECT_EQ(keyed("k1", "to=b@north.example&message=From:a@mail.example.com%0A%0Ahi", "/v3/mail.example.com/messages.mime").status, 409);
  EXPECT_EQ(keyed(std::string(256, 'k'), kBody).status, 400);
  EXPECT_EQ(events().size(), 1u);
}

TEST_F(Idempotency, ARefusedCallLeavesItsKeyFree) {
  EXPECT_EQ(keyed("k1", "from=a@mail.example.com&text=hi").status, 400);
  EXPECT_EQ(keyed("k1", kBody).status, 200);
}

TEST_F(Idempotency, TwinsThatMeetHaveOneEffect) {
  storage::Unit first, second;
  const admission::IdempotentCall call{"k", "digest"};
  admission::add_idempotent_call(first, DomainId{1}, call, "one@x", clock_.wall());
  admission::add_idempotent_call(second, DomainId{1}, call, "two@x", clock_.wall());
  EXPECT_TRUE(executor_.run_on(0, store_->commit(std::move(first))).has_value());
  const auto refused = executor_.run_on(0, store_->commit(std::move(second)));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
}

TEST_F(Idempotency, AKeyIsForgottenAfterADay) {
  ManualClock clock(clock_.wall());
  admission::IdempotentCalls calls(*store_, clock);
  const admission::IdempotentCall call{"k", "digest"};
  storage::Unit unit;
  admission::add_idempotent_call(unit, DomainId{1}, call, "one@x", clock.wall());
  ASSERT_TRUE(executor_.run_on(0, store_->commit(std::move(unit))).has_value());
  ASSERT_TRUE(executor_.run_on(0, calls.forget_expired()).has_value());
  EXPECT_EQ(executor_.run_on(0, calls.first_answer(DomainId{1}, call)).value(), "one@x");
  clock.advance(std::chrono::hours{25});
  EXPECT_EQ(executor_.run_on(0, calls.first_answer(DomainId{1}, call)).value(), std::nullopt);
  storage::Unit again;
  admission::add_idempotent_call(again, DomainId{1}, call, "two@x", clock.wall());
  EXPECT_TRUE(executor_.run_on(0, store_->commit(std::move(again))).has_value()) << "an expired key is free";
  clock.advance(std::chrono::hours{25});
  ASSERT_TRUE(executor_.run_on(0, calls.forget_expired()).has_value());
  std::int64_t rows = 0;
  ASSERT_TRUE(store_->query_now(admission::sql::kFindCall, {std::int64_t{1}, std::string("k"), std::int64_t{0}},
                                [&rows](const storage::Row&) { ++rows; }).has_value());
  EXPECT_EQ(rows, 0);
}

}  // namespace
}  // namespace postroad::ingress::http
