// recipient-variables (contract/sending.md §1.4): one call, a message for each.
#include "admission/blanks.h"
#include "ingress/http/api_fixture.h"

namespace postroad::ingress::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;
using testing::HasSubstr;
using testing::Not;

class Batch : public ApiTest {
 protected:
  /// Events by recipient.
  std::map<std::string, boost::json::value> send_batch(const Fields& fields) {
    const Response sent = call("POST", "/v3/mail.example.com/messages", encoded(fields));
    EXPECT_EQ(sent.status, 200) << sent.body;
    id_ = sent.status == 200 ? std::string(parsed(sent).at("id").as_string()) : sent.body;
    std::map<std::string, boost::json::value> by_recipient;
    for (const boost::json::value& event : events()) by_recipient[std::string(event.at("recipient").as_string())] = event;
    return by_recipient;
  }
  std::string id_;
};

TEST_F(Batch, EveryRecipientGetsItsOwnCopy) {
  auto events = send_batch({{"from", "Shop <app@mail.example.com>"},
                            {"to", "Ana Mart\xc3\xadn <Ana@north.example>, bo@north.example"},
                            {"to", "nobody@north.example"},
                            {"cc", "cy@north.example"},
                            {"subject", "Gr\xc3\xbc\xc3\x9f" "e, %recipient.first%"},
                            {"text", "Hello %recipient.first% %recipient_lname%, %recipient_email% %recipient.a.b%|%recipient.missing%|%other%|100%"},
                            {"html", "<b>%recipient.first%</b> %unsubscribe_url%"},
                            {"h:List-Unsubscribe", "<%recipient.list_unsubscribe%>, <%tag_unsubscribe_email%>"},
                            {"v:uid", "%recipient.uid%"},
                            {"v:all", "same"},
                            {"o:tag", "bulk"},
                            {"recipient-variables",
                             R"({"ana@NORTH.example":{"first":"J\u00f6rg & <b>","uid":7,"a":{"b":true},"list_unsubscribe":"https://a.example/u/1"},)"
                             R"("bo@north.example":{"first":"Bo","uid":1.5,"a.b":"literal"},"cy@north.example":{"first":"Cy"}})"}});
  ASSERT_EQ(events.size(), 4u);
  const boost::json::value& ana = events.at("Ana@north.example");
  const std::string source = source_of(ana);
  EXPECT_THAT(source, HasSubstr("To: =?utf-8?"));
  EXPECT_THAT(source, HasSubstr(" <Ana@north.example>\r\n"));
  EXPECT_THAT(source, HasSubstr("Cc: cy@north.example\r\n"));
  EXPECT_THAT(source, Not(HasSubstr("bo@north")));
  const boost::json::value stored = parsed(call("GET", storage_path(ana)));
  EXPECT_EQ(stored.at("Subject").as_string(), "Gr\xc3\xbc\xc3\x9f" "e, J\xc3\xb6rg & <b>");
  EXPECT_EQ(stored.at("body-plain").as_string(), "Hello J\xc3\xb6rg & <b> Mart\xc3\xadn, Ana@north.example true||%other%|100%");
  EXPECT_EQ(stored.at("body-html").as_string(), "<b>J\xc3\xb6rg & <b></b> ");
  EXPECT_EQ(stored.at("List-Unsubscribe").as_string(), "<https://a.example/u/1>, <mailto:unsubscribe@mail.example.com>");
  EXPECT_EQ(stored.at("recipients").as_string(), "Ana@north.example");
  EXPECT_EQ(stored.at("X-Mailgun-Variables").as_string(), R"({"uid":"7","all":"same"})");
  EXPECT_EQ(ana.at("user-variables").at("uid").as_string(), "7");
  EXPECT_EQ(ana.at("message").at("headers").at("subject").as_string(), "Gr\xc3\xbc\xc3\x9f" "e, J\xc3\xb6rg & <b>");

  const boost::json::value& bo = events.at("bo@north.example");
  EXPECT_EQ(bo.at("user-variables").at("uid").as_string(), "1.5");
  EXPECT_EQ(bo.at("message").at("headers").at("to").as_string(), "bo@north.example");
  EXPECT_EQ(parsed(call("GET", storage_path(bo))).at("body-plain").as_string(), "Hello Bo , bo@north.example literal||%other%|100%");
  const boost::json::value nobody = parsed(call("GET", storage_path(events.at("nobody@north.example"))));
  EXPECT_EQ(nobody.at("body-plain").as_string(), "Hello  , nobody@north.example ||%other%|100%");
  EXPECT_EQ(parsed(call("GET", storage_path(events.at("cy@north.example")))).at("To").as_string(), "cy@north.example");

  for (const auto& [recipient, event] : events) {
    SCOPED_TRACE(recipient);
    EXPECT_EQ("<" + std::string(event.at("message").at("headers").at("message-id").as_string()) + ">", id_);
    EXPECT_EQ(event.at("batch").at("id").as_string(), ana.at("batch").at("id").as_string());
    EXPECT_EQ(event.at("tags").as_array().size(), 1u);
    EXPECT_EQ(event.at("message").at("recipients").as_array().size(), 1u);
    EXPECT_THAT(source_of(event), HasSubstr("Message-Id: " + id_ + "\r\n"));
  }
}

TEST_F(Batch, WithoutRecipientVariablesEverybodySeesEverybody) {
  auto events = send_batch({{"from", "app@mail.example.com"}, {"to", "a@north.example,b@north.example"}, {"text", "%recipient.x%"}});
  EXPECT_THAT(source_of(events.at("a@north.example")), HasSubstr("To: a@north.example, b@north.example\r\n"));
  EXPECT_THAT(source_of(events.at("a@north.example")), HasSubstr("%recipient.x%"));
}

TEST_F(Batch, WhatAValueHoldsNeverMakesAHeader) {
  const std::string evil = R"("x\r\nX-Injected: 1\u0000\u000b\u2028y")";
  auto events = send_batch({{"from", "app@mail.example.com"}, {"to", "a@north.example"}, {"subject", "%recipient.e%"}, {"text", "%recipient.e%"},
                            {"h:X-Shop", "%recipient.e%"}, {"h:List-Id", "<%recipient.e%>"}, {"v:e", "%recipient.e%"},
                            {"recipient-variables", R"({"a@north.example":{"e":)" + evil + "}}"}});
  const std::string source = source_of(events.at("a@north.example"));
  const std::string header = source.substr(0, source.find("\r\n\r\n"));
  EXPECT_THAT(header, Not(HasSubstr("\nX-Injected")));
  for (const char c : header) EXPECT_TRUE(c == '\r' || c == '\n' || (c >= 0x20 && c != 0x7f));
  EXPECT_THAT(header, HasSubstr("X-Shop: "));
}

TEST_F(Batch, ATextOfAnyEncodingAndAnAttachmentSurvive) {
  std::string text = "%recipient.n% \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\r\n.\r\n";
  const Response sent = multipart("/v3/mail.example.com/messages",
                                  {{"from", "app@mail.example.com"}, {"to", "a@north.example"}, {"text", text}, {"html", "<p>%recipient.n%"},
                                   {"attachment", "%recipient.n% stays", "a.txt", "text/plain"}, {"inline", "PNG", "l.png", "image/png"},
                                   {"recipient-variables", R"({"a@north.example":{"n":"\u65e5"}})"}});
  ASSERT_EQ(sent.status, 200) << sent.body;
  const boost::json::value event = events().at(0);
  const boost::json::value stored = parsed(call("GET", storage_path(event)));
  EXPECT_EQ(stored.at("body-plain").as_string(), "\xe6\x97\xa5 \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\r\n.\r\n");
  EXPECT_EQ(stored.at("body-html").as_string(), "<p>\xe6\x97\xa5");
  ASSERT_EQ(stored.at("attachments").as_array().size(), 2u);
  for (const boost::json::value& file : stored.at("attachments").as_array()) {
    const std::string url(file.at("url").as_string());
    const std::string expected = file.at("name").as_string() == "a.txt" ? "%recipient.n% stays" : "PNG";
    EXPECT_EQ(call("GET", url.substr(std::string("http://api.test:8025").size())).body, expected);
  }
  EXPECT_EQ(event.at("message").at("size").as_int64(), static_cast<std::int64_t>(source_of(event).size()));
}

TEST_F(Batch, TakesAThousandRecipientsAsOneContentAndTwoRowsEach) {
  std::string to, variables = "{";
  for (int i = 0; i < 1000; ++i) {
    const std::string address = "u" + std::to_string(i) + "@north.example";
    to += address + ",";
    variables += (i == 0 ? "\"" : ",\"") + address + R"(":{"n":)" + std::to_string(i) + "}";
  }
  const Response sent = call("POST", "/v3/mail.example.com/messages",
                             encoded({{"from", "app@mail.example.com"}, {"to", to}, {"text", "no %recipient.n%"}, {"recipient-variables", variables + "}"}}));
  ASSERT_EQ(sent.status, 200) << sent.body;
  const std::vector<spool::DueRecipient> rows = waiting();
  ASSERT_EQ(rows.size(), 1000u);
  std::set<std::int64_t> locations;
  for (const spool::DueRecipient& row : rows) locations.insert(row.message->location);
  EXPECT_EQ(locations.size(), 1u);
  for (const spool::DueRecipient& row : {rows.front(), rows.back()}) {
    const auto content = spool_->content(*row.message);
    const auto octets = admission::stored_octets(*row.message, **content, row.recipient.copy, {});
    ASSERT_TRUE(octets.has_value());
    EXPECT_THAT(*octets, HasSubstr("To: " + row.recipient.address));
    EXPECT_THAT(*octets, HasSubstr("no " + row.recipient.address.substr(1, row.recipient.address.find('@') - 1) + "\r\n"));
  }
}

TEST_F(Batch, RefusesWhatCouldGrowWithoutEnd) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "%recipient.x%";
  const Response sent = call("POST", "/v3/mail.example.com/messages",
                             encoded({{"from", "app@mail.example.com"}, {"to", "a@north.example"}, {"text", text},
                                      {"recipient-variables", R"({"a@north.example":{"x":")" + std::string(1 << 20, 'x') + "\"}}"}}));
  EXPECT_EQ(sent.status, 413) << sent.body;
}

TEST(Blanks, AreFoundWhereverTheyStand) {
  struct Case {
    std::string_view text, filled;
    std::size_t count;
  };
  const admission::Blanks blanks({"Ana Maria Gil", "ana", "north.example"}, R"({"k":"v","h:List-Unsubscribe":"u","o":{"p":{"q":3}},"n":null,"l":[1]})", "mailto:u@x");
  for (const auto& [text, filled, count] : {
           Case{"%recipient.k%", "v", 1},
           Case{"100%%recipient.k%%", "100%v%", 1},
           Case{"a%b%recipient.k%", "a%bv", 1},
           Case{"%recipient.h:List-Unsubscribe%", "u", 1},
           Case{"%recipient.o.p.q%%recipient.o.p.z%%recipient.o%", R"(3{"p":{"q":3}})", 3},
           Case{"%recipient.n%%recipient.l%", "[1]", 2},
           Case{"%recipient%", "Ana Maria Gil <ana@north.example>", 1},
           Case{"%recipient_fname%/%recipient_lname%/%recipient_name%", "Ana/Gil/Ana Maria Gil", 3},
           Case{"%unsubscribe_email%%tag_unsubscribe_url%", "mailto:u@x", 2},
           Case{"%Recipient.k% %recipient.% %recipient", "%Recipient.k% %recipient.% %recipient", 0},
           Case{"%recipient.a\nb%", "%recipient.a\nb%", 0},
           Case{"%", "%", 0},
       }) {
    SCOPED_TRACE(text);
    EXPECT_EQ(blanks.fill(text), filled);
    EXPECT_EQ(admission::count_blanks(text), count);
  }
}

}  // namespace
}  // namespace postroad::ingress::http
