// One case for each parameter of contract/sending.md §1.2 and each error of §1.3, on both roads: parts and MIME.
#include <chrono>

#include "ingress/http/api_fixture.h"
#include "mail/date.h"

namespace postroad::ingress::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;
using testing::HasSubstr;
using testing::Not;

constexpr char kMessages[] = "/v3/mail.example.com/messages";

class SendParameters : public ApiTest {
 protected:
  static Fields good(const Fields& more) {
    Fields fields{{"from", "Shop <app@mail.example.com>"}, {"to", "Ana <ana@north.example>"}, {"subject", "Order"}, {"text", "Hello"}};
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
  }
  static std::string in_seconds(std::chrono::seconds ahead) {
    const auto now = std::chrono::time_point_cast<std::chrono::seconds>(SystemClock().wall());
    return std::to_string((now + ahead).time_since_epoch().count());
  }
  static std::string in_words(std::chrono::seconds ahead) {
    return mail::format_date(std::chrono::time_point_cast<std::chrono::seconds>(SystemClock().wall()) + ahead);
  }
};

/// Where the effect of a parameter is seen.
enum class Seen { kSource, kNotInSource, kEvent, kNotInEvent, kRow };

struct Effect {
  std::string_view parameter;
  Fields fields;
  Seen where;
  std::string text;
};

std::string row_text(const spool::DueRecipient& due) {
  const spool::DeliveryOptions& options = due.message->options;
  const auto window = std::chrono::duration_cast<std::chrono::minutes>(due.recipient.expires - due.recipient.due);
  const auto ahead = std::chrono::duration_cast<std::chrono::minutes>(due.recipient.due - due.message->accepted + std::chrono::seconds{30});
  return "dkim=" + std::to_string(options.sign_dkim) + " tls=" + std::to_string(options.require_tls) +
         " skip=" + std::to_string(options.skip_verification) + " ip=" + std::to_string(options.show_sending_ip) +
         " within=" + std::to_string(window.count()) + " ahead=" + std::to_string(ahead.count()) + "; priority=" +
         std::string(spool::priority_name(due.recipient.priority));
}

TEST_F(SendParameters, EveryOneHasItsEffect) {
  const std::vector<Effect> effects = {
      {"from", {}, Seen::kSource, "From: Shop <app@mail.example.com>\r\n"},
      {"from, UTF-8 name", {{"from", ""}}, Seen::kEvent, "\"sender\":\"app@mail.example.com\""},
      {"to", {}, Seen::kSource, "To: Ana <ana@north.example>\r\n"},
      {"to, repeated address", {{"to", "ana@NORTH.example"}}, Seen::kEvent, "\"recipients\":[\"ana@north.example\"]"},
      {"cc", {{"cc", "bo@north.example"}}, Seen::kSource, "Cc: bo@north.example\r\n"},
      {"bcc gets a row", {{"bcc", "eve@north.example"}}, Seen::kEvent, "\"recipient\":\"eve@north.example\""},
      {"bcc is not shown", {{"bcc", "eve@north.example"}}, Seen::kNotInSource, "eve@"},
      {"subject", {}, Seen::kSource, "Subject: Order\r\n"},
      {"text", {}, Seen::kSource, "\r\n\r\nHello\r\n"},
      {"html", {{"html", "<p>Hello</p>"}}, Seen::kSource, "text/html"},
      {"amp-html", {{"amp-html", "<!doctype html>"}, {"html", "<p>"}}, Seen::kSource, "text/x-amp-html"},
      {"o:tag", {{"o:tag", "Orders"}, {"o:tag", "orders"}, {"o:tag", "b\xc3\xa9"}}, Seen::kEvent, "\"tags\":[\"Orders\",\"b\"]"},
      {"o:tag in the header", {{"o:tag", "Orders"}}, Seen::kSource, "X-Mailgun-Tag: Orders\r\n"},
      {"o:tag, no ASCII", {{"o:tag", "\xc3\xa9"}}, Seen::kEvent, "\"tags\":[]"},
      {"o:campaign", {{"o:campaign", "spring"}}, Seen::kEvent, "\"campaigns\":[{\"id\":\"spring\",\"name\":\"spring\"}]"},
      {"o:campaign-id", {{"o:campaign-id", "spring"}}, Seen::kSource, "X-Mailgun-Campaign-Id: spring\r\n"},
      {"o:dkim", {}, Seen::kRow, "dkim=1 "},
      {"o:dkim=no", {{"o:dkim", "no"}}, Seen::kRow, "dkim=0 "},
      {"o:deliverytime, RFC 2822", {{"o:deliverytime", in_words(std::chrono::hours{2})}}, Seen::kRow, "within=480 ahead=120;"},
      {"o:deliverytime, epoch", {{"o:deliverytime", in_seconds(std::chrono::hours{71})}}, Seen::kRow, "ahead=4260;"},
      {"o:deliverytime in the event", {{"o:deliverytime", "@2h"}}, Seen::kEvent, "\"scheduled-for\":"},
      {"o:deliverytime, gone by", {{"o:deliverytime", "Sun, 1 Mar 2020 09:00:00 EST"}}, Seen::kRow, "ahead=0;"},
      {"o:deliverytime, gone by, in the event", {{"o:deliverytime", "1"}}, Seen::kNotInEvent, "scheduled-for"},
      {"o:deliver-within", {{"o:deliver-within", "1h30m"}}, Seen::kRow, "within=90 ahead=0;"},
      {"o:deliver-within, 24h", {{"o:deliver-within", "24h"}}, Seen::kRow, "within=1440 "},
      {"o:deliver-within, from the scheduled time", {{"o:deliver-within", "5m"}, {"o:deliverytime", "@2h"}}, Seen::kRow, "within=5 ahead=120;"},
      {"o:testmode", {{"o:testmode", "true"}}, Seen::kEvent, "\"is-test-mode\":true"},
      {"o:testmode ends at once", {{"o:testmode", "yes"}}, Seen::kEvent, "\"code\":650"},
      {"o:tracking=no", {{"o:tracking", "no"}, {"o:tracking-clicks", "False"}, {"o:tracking-opens", "off"}}, Seen::kRow, "dkim=1"},
      {"o:require-tls", {{"o:require-tls", "True"}}, Seen::kRow, "tls=1 skip=0"},
      {"o:skip-verification", {{"o:skip-verification", "1"}}, Seen::kRow, "tls=0 skip=1"},
      {"o:priority, by shape", {}, Seen::kRow, "priority=high"},
      {"o:priority", {{"o:priority", "Bulk"}}, Seen::kRow, "priority=bulk"},
      {"o:priority wins over the shape", {{"o:priority", "high"}, {"h:List-Id", "<l.example.com>"}}, Seen::kRow, "priority=high"},
      {"h:Precedence", {{"h:Precedence", "bulk"}}, Seen::kRow, "priority=bulk"},
      {"h:X-Mailgun-Priority", {{"h:X-Mailgun-Priority", "bulk"}}, Seen::kRow, "priority=bulk"},
      {"o:suppress-headers", {{"o:suppress-headers", "x-mailgun-tag, X-Mailgun-Sending-Ip"}, {"o:tag", "a"}}, Seen::kNotInSource, "X-Mailgun-Tag"},
      {"o:suppress-headers, the rest stays", {{"o:suppress-headers", "x-mailgun-tag"}}, Seen::kSource, "X-Mailgun-Sid"},
      {"o:suppress-headers, on delivery", {{"o:suppress-headers", "X-Mailgun-Sending-Ip"}}, Seen::kRow, "ip=0"},
      {"o:suppress-headers=all", {{"o:suppress-headers", "all"}, {"v:a", "1"}}, Seen::kNotInSource, "X-Mailgun-"},
      {"o:native-send", {{"o:native-send", "yes"}}, Seen::kRow, "dkim=1"},
      {"h:Name", {{"h:x-shop", "one"}}, Seen::kSource, "x-shop: one\r\n"},
      {"h:Reply-To", {{"h:reply-to", "Help <help@mail.example.com>"}}, Seen::kSource, "Reply-To: Help <help@mail.example.com>\r\n"},
      {"h:Message-Id", {{"h:Message-Id", "<1@mail.example.com>"}}, Seen::kEvent, "\"message-id\":\"1@mail.example.com\""},
      {"h:List-Unsubscribe", {{"h:List-Unsubscribe", "<https://a.example/u>"}}, Seen::kSource, "List-Unsubscribe: <https://a.example/u>\r\n"},
      {"h:X-Mailgun-Variables", {{"h:X-Mailgun-Variables", R"({"n":1.5})"}}, Seen::kEvent, "\"user-variables\":{\"n\":\"1.5\"}"},
      {"h:X-Mailgun-Tag", {{"h:X-Mailgun-Tag", "a"}}, Seen::kEvent, "\"tags\":[\"a\"]"},
      {"h:X-Mailgun-Drop-Message", {{"h:X-Mailgun-Drop-Message", "yes"}}, Seen::kEvent, "\"is-test-mode\":true"},
      {"h:X-Mailgun-Require-TLS", {{"h:X-Mailgun-Require-TLS", "yes"}}, Seen::kRow, "tls=1"},
      {"h:X-Mailgun-Deliver-Within", {{"h:X-Mailgun-Deliver-Within", "30m"}}, Seen::kRow, "within=30 "},
      {"h:X-Mailgun-Deliver-By", {{"h:X-Mailgun-Deliver-By", "@2h"}}, Seen::kRow, "ahead=120;"},
      {"v:name", {{"v:order", "7781"}, {"v:order", "7782"}}, Seen::kEvent, "\"user-variables\":{\"order\":\"7782\"}"},
      {"v:name in the header", {{"v:order", "7781"}}, Seen::kSource, "X-Mailgun-Variables: {\"order\":\"7781\"}\r\n"},
      {"recipient-variables", {{"recipient-variables", "{}"}}, Seen::kEvent, "\"batch\":{\"id\":"},
      {"reply-to", {{"reply-to", "help@mail.example.com"}}, Seen::kSource, "Reply-To: help@mail.example.com\r\n"},
      {"in-reply-to", {{"in-reply-to", "<0@a.example>"}}, Seen::kSource, "In-Reply-To: <0@a.example>\r\n"},
      {"references", {{"references", "<0@a.example>"}}, Seen::kSource, "References: <0@a.example>\r\n"},
      {"api_key", {{"api_key", "other"}}, Seen::kRow, "dkim=1"},
      {"unknown option", {{"o:unheard-of", "yes"}}, Seen::kRow, "dkim=1"},
  };
  for (const auto& [parameter, fields, where, text] : effects) {
    SCOPED_TRACE(parameter);
    Fields sent = good(fields);
    for (auto& [name, value] : sent) {
      if (value == "@2h") value = in_seconds(std::chrono::hours{2});
    }
    const std::size_t before = waiting().size();
    const Response response = call("POST", kMessages, encoded(sent));
    ASSERT_EQ(response.status, 200) << response.body;
    const boost::json::array newest = events();
    const std::string event = boost::json::serialize(newest.at(0));
    switch (where) {
      case Seen::kSource: EXPECT_THAT(source_of(newest.at(0)), HasSubstr(text)); break;
      case Seen::kNotInSource: EXPECT_THAT(source_of(newest.at(0)), Not(HasSubstr(text))); break;
      case Seen::kEvent: EXPECT_THAT(event, HasSubstr(text)); break;
      case Seen::kNotInEvent: EXPECT_THAT(event, Not(HasSubstr(text))); break;
      case Seen::kRow: {
        const std::vector<spool::DueRecipient> rows = waiting();
        ASSERT_EQ(rows.size(), before + 1);
        const auto last = std::ranges::max_element(rows, {}, [](const spool::DueRecipient& due) { return due.recipient.id; });
        EXPECT_THAT(row_text(*last), HasSubstr(text));
      }
    }
  }
}

TEST_F(SendParameters, FilesTravelAndTheLaterOfTwoInlineNamesakesWins) {
  const Response sent = multipart(kMessages, {{"from", "a@mail.example.com"}, {"to", "b@north.example"}, {"html", "<img src=cid:logo.png>"},
                                              {"attachment", "%PDF", "order \xc3\xa9.pdf", "application/pdf"},
                                              {"inline", "FIRST", "logo.png", "image/png"}, {"inline", "SECOND", "logo.png", "image/png"},
                                              {"attachment", ""}});
  ASSERT_EQ(sent.status, 200) << sent.body;
  const boost::json::value stored = parsed(call("GET", storage_path(events().at(0))));
  ASSERT_EQ(stored.at("attachments").as_array().size(), 2u);
  ASSERT_EQ(stored.at("content-id-map").as_object().size(), 1u);
  const std::string url(stored.at("content-id-map").at("<logo.png>").at("url").as_string());
  const Response file = call("GET", url.substr(std::string("http://api.test:8025").size()), "", kKey, "", "Accept: message/rfc2822\r\n");
  EXPECT_EQ(file.body, "SECOND");
  EXPECT_EQ(file.content_type, "image/png");
}

TEST_F(SendParameters, EveryErrorHasItsTextAndNothingIsAccepted) {
  struct Case {
    std::string_view about;
    Fields fields;
    int status;
    std::string_view text;
  };
  std::string thousand_and_one;
  for (int i = 0; i <= 1000; ++i) thousand_and_one += "u" + std::to_string(i) + "@north.example,";
  const Fields to{{"to", "b@north.example"}}, from{{"from", "a@mail.example.com"}};
  const std::vector<Case> cases = {
      {"no from", {{"to", "b@north.example"}, {"text", "x"}}, 400, "from parameter is missing"},
      {"no to", {{"from", "a@mail.example.com"}, {"text", "x"}}, 400, "to parameter is missing"},
      {"from", {{"from", "nobody"}, {"to", "b@north.example"}, {"text", "x"}}, 400, "from parameter is not a valid address. please check documentation"},
      {"to", good({{"to", "nobody"}}), 400, "to parameter is not a valid address. please check documentation"},
      {"cc", good({{"cc", "a@b.example, nobody"}}), 400, "cc parameter is not a valid address. please check documentation"},
      {"bcc", good({{"bcc", "@b.example"}}), 400, "bcc parameter is not a valid address. please check documentation"},
      {"no body", {{"from", "a@mail.example.com"}, {"to", "b@north.example"}}, 400,
       "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified"},
      {"html and template", good({{"html", "<p>"}, {"template", "t"}}), 400, "Only one parameters 'html' or 'template' is allowed"},
      {"options", good({{"v:a", std::string(16 * 1024, 'x')}}), 400,
       "Send options (parameters starting with o:, h:, v:, or t:) are limited to 16 kB total"},
      {"recipients", good({{"cc", thousand_and_one}}), 400, "Too many recipients, max is 1000"},
      {"header name", good({{"h:X-\xc3\xa9", "1"}}), 400, "Header name must be pure ASCII: X-\xc3\xa9"},
      {"date", good({{"o:deliverytime", "tomorrow"}}), 400, "tomorrow is not an RFC-2822 compliant date"},
      {"recipient-variables", good({{"recipient-variables", "{"}}), 400, "'recipient-variables' parameter is not a valid JSON"},
      {"recipient-variables, a list", good({{"recipient-variables", "[1]"}}), 400, "'recipient-variables' parameter is not a valid JSON"},
      {"recipient-variables, a text", good({{"recipient-variables", R"({"a@b.example":"x"})"}}), 400, "'recipient-variables' parameter is not a valid JSON"},
      {"time of day", good({{"o:time-zone-localize", "25:00"}}), 400, "25:00 invalid 24 hour time(value of 'o:time-zone-localize')"},
      {"message id", good({{"h:Message-Id", "<a b>"}}), 400, "h:Message-Id is not a message id"},
      {"window too short", good({{"o:deliver-within", "4m"}}), 400, "o:deliver-within: '4m' is not a time between 5m and 24h, such as 1h30m"},
      {"window too long", good({{"o:deliver-within", "24h1m"}}), 400, "o:deliver-within: '24h1m' is not a time between 5m and 24h, such as 1h30m"},
      {"window without a unit", good({{"o:deliver-within", "30"}}), 400, "o:deliver-within: '30' is not a time between 5m and 24h, such as 1h30m"},
      {"window the wrong way round", good({{"o:deliver-within", "30m1h"}}), 400, "o:deliver-within: '30m1h' is not a time between 5m and 24h, such as 1h30m"},
      {"too far ahead", good({{"o:deliverytime", "4102444800"}}), 400, "o:deliverytime: '4102444800' is more than 72 hours ahead"},
      {"priority", good({{"o:priority", "urgent"}}), 400, "o:priority: 'urgent' is neither high nor bulk"},
      {"switch", good({{"o:require-tls", "perhaps"}}), 400, "o:require-tls: 'perhaps' is neither yes nor no"},
      {"later: template", good({{"template", "t"}}), 400, "template is not supported yet"},
      {"later: t:version", good({{"t:version", "1"}}), 400, "t:version is not supported yet"},
      {"later: t:text", good({{"t:text", "yes"}}), 400, "t:text is not supported yet"},
      {"later: t:variables", good({{"t:variables", "{}"}}), 400, "t:variables is not supported yet"},
      {"later: o:tracking", good({{"o:tracking", "htmlonly"}}), 400, "o:tracking is not supported yet"},
      {"later: o:tracking-clicks", good({{"o:tracking-clicks", "yes"}}), 400, "o:tracking-clicks is not supported yet"},
      {"later: o:tracking-opens", good({{"o:tracking-opens", "true"}}), 400, "o:tracking-opens is not supported yet"},
      {"later: o:tracking-pixel-location-top", good({{"o:tracking-pixel-location-top", "yes"}}), 400, "o:tracking-pixel-location-top is not supported yet"},
      {"later: o:secondary-dkim", good({{"o:secondary-dkim", "a.example/s"}}), 400,
       "o:secondary-dkim is not supported yet: a.example/s is not a valid secondary dkim domain name"},
      {"later: o:secondary-dkim-public", good({{"o:secondary-dkim-public", "a.example/s"}}), 400, "o:secondary-dkim-public is not supported yet"},
      {"later: o:sending-ip", good({{"o:sending-ip", "192.0.2.1"}}), 400, "o:sending-ip is not supported yet"},
      {"later: o:sending-ip-pool", good({{"o:sending-ip-pool", "p"}}), 400, "o:sending-ip-pool is not supported yet"},
      {"later: o:archive-to", good({{"o:archive-to", "https://a.example"}}), 400, "o:archive-to is not supported yet"},
      {"later: o:deliverytime-optimize-period", good({{"o:deliverytime-optimize-period", "24h"}}), 400, "o:deliverytime-optimize-period is not supported yet"},
      {"later: o:time-zone-localize", good({{"o:time-zone-localize", "02:00PM"}}), 400, "o:time-zone-localize is not supported yet"},
      {"later: header", good({{"h:X-Mailgun-Track", "yes"}}), 400, "X-Mailgun-Track is not supported yet"},
  };
  for (const auto& [about, fields, status, text] : cases) {
    SCOPED_TRACE(about);
    const Response response = call("POST", kMessages, encoded(fields));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(parsed(response).at("message").as_string(), text);
    EXPECT_EQ(parsed(response).at("http_response_code").as_int64(), status);
  }
  EXPECT_EQ(call("POST", kMessages, "from=%zz").status, 400);
  EXPECT_EQ(call("POST", kMessages, "--b\r\nbroken", kKey, "multipart/form-data; boundary=b").status, 400);
  EXPECT_EQ(events().size(), 0u);
}

TEST_F(SendParameters, TheQueryCountsWhereTheBodyIsSilent) {
  const Response sent = call("POST", std::string(kMessages) + "?o:tag=query&o:dkim=no&subject=ignored", encoded(good({{"o:dkim", "yes"}})));
  ASSERT_EQ(sent.status, 200) << sent.body;
  const std::string event = boost::json::serialize(events().at(0));
  EXPECT_THAT(event, HasSubstr("\"tags\":[\"query\"]"));
  EXPECT_THAT(event, HasSubstr("\"subject\":\"Order\""));
  EXPECT_TRUE(waiting().at(0).message->options.sign_dkim);
}

TEST_F(SendParameters, NoControlCharacterMakesAHeader) {
  std::vector<std::string> controls;
  for (int c = 0; c < 0x20; ++c) {
    if (c != '\t') controls.emplace_back(1, static_cast<char>(c));
  }
  for (const char* more : {"\r\n", "\x7f", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9", "\n\n", "\r\n\r\n"}) controls.emplace_back(more);
  const std::vector<std::string> values = {"from", "to", "cc", "bcc", "subject", "reply-to", "in-reply-to", "references", "h:X-Shop", "h:Reply-To",
                                           "h:Sender", "h:Message-Id", "h:List-Unsubscribe", "h:X-Mailgun-Tag", "h:X-Mailgun-Variables", "v:order",
                                           "o:tag", "o:campaign", "o:dkim", "o:deliverytime", "o:deliver-within", "o:suppress-headers",
                                           "recipient-variables"};
  const std::vector<std::string> names = {"h:X-A", "v:a", "o:a", "t:a"};
  int accepted = 0;
  const auto check = [&](const Fields& fields, std::string_view about) {
    SCOPED_TRACE(about);
    const Response sent = call("POST", kMessages, encoded(good(fields)));
    ASSERT_TRUE(sent.status == 200 || sent.status == 400) << sent.status << sent.body;
    if (sent.status == 400) return;
    ++accepted;
    const std::string source = source_of(events().at(0));
    EXPECT_THAT(source, Not(HasSubstr("\nX-Injected")));
    EXPECT_THAT(source, Not(HasSubstr("\rX-Injected")));
    const std::string header = source.substr(0, source.find("\r\n\r\n"));
    for (const char c : header) ASSERT_TRUE(c == '\t' || c == '\r' || c == '\n' || (c >= 0x20 && c != 0x7f));
  };
  for (const std::string& control : controls) {
    const std::string tail = "x" + control + "X-Injected: 1" + control + "y";
    for (const std::string& name : values) {
      std::string value = tail;
      if (name == "from" || name == "to" || name == "cc" || name == "bcc" || name == "reply-to" || name == "h:Reply-To") {
        value = "a" + tail + " <z@north.example>";
      }
      Fields fields{{name, value}};
      check(fields, name);
    }
    for (const std::string& name : names) check({{name + control + "X-Injected", "1"}}, name);
  }
  EXPECT_GT(accepted, 100) << "most text fields encode what they cannot hold";
}

TEST_F(SendParameters, NoControlCharacterInAFilesNameMakesAHeader) {
  for (const std::string control : {"\x01", "\x0b", "\x1f", "\x7f", "\xc2\x85", "\xe2\x80\xa8"}) {
    const Response sent = multipart(kMessages, {{"from", "a@mail.example.com"}, {"to", "b@north.example"}, {"text", "x"},
                                                {"attachment", "1", "a" + control + "X-Injected: 1.pdf", "application/pdf"}});
    EXPECT_EQ(sent.status, 400) << sent.body;
  }
  EXPECT_EQ(events().size(), 0u);
}

}  // namespace
}  // namespace postroad::ingress::http
