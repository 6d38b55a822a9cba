#include "ingress/http/send_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroad::ingress::http {
namespace {

using net::http::Field;
using net::http::Form;
using testing::ElementsAre;
using testing::Pair;

Form form_of(std::vector<std::pair<std::string, std::string>> fields) {
  Form form;
  for (auto& [name, value] : fields) form.fields.push_back({std::move(name), std::move(value), std::nullopt});
  return form;
}

/// A good call with these fields beside it.
Form good_with(std::vector<std::pair<std::string, std::string>> fields) {
  Form form = form_of({{"from", "Shop <app@mail.example.com>"}, {"to", "ana@north.example"}, {"text", "Hello"}});
  for (auto& [name, value] : fields) form.fields.push_back({std::move(name), std::move(value), std::nullopt});
  return form;
}

std::string refusal_of(const Form& form) {
  const ManualClock clock;
  const auto mail = read_send_form(form, clock);
  return mail ? "accepted" : mail.error().detail;
}

TEST(SendForm, ReadsEveryPart) {
  Form form = form_of({{"from", "Shop <app@mail.example.com>"}, {"to", "Ana <ana@north.example>, bo@north.example"},
                       {"to", "cy@north.example"}, {"cc", "dee@north.example"}, {"bcc", "eve@north.example"}, {"subject", "Order"},
                       {"text", "Hello"}, {"html", "<p>Hello"}, {"amp-html", "<!doctype html>"}, {"o:tag", "a"}, {"o:tag", "b"},
                       {"o:dkim", "False"}, {"o:testmode", "true"}, {"v:order", "7781"}, {"h:reply-to", "help@mail.example.com"},
                       {"h:Message-Id", "<1@mail.example.com>"}, {"h:X-Shop", "yes"}, {"in-reply-to", "<0@a>"},
                       {"h:X-Mailgun-Variables", R"({"n":1})"}, {"api_key", "ignored"}, {"o:unknown", "ignored"}, {"cc", ""}});
  form.fields.push_back({"attachment", "%PDF", net::http::FileInfo{"C:\\files\\order.pdf", "application/pdf"}});
  form.fields.push_back({"inline", "PNG", net::http::FileInfo{"logo.png", "image/png"}});
  form.fields.push_back({"attachment", "", net::http::FileInfo{"", ""}});
  const ManualClock clock;
  const auto mail = read_send_form(form, clock);
  ASSERT_TRUE(mail.has_value()) << mail.error().detail;
  ASSERT_EQ(mail->to.size(), 3u);
  EXPECT_EQ(mail->to[0].display_name, "Ana");
  EXPECT_EQ(mail->cc.size(), 1u);
  EXPECT_EQ(mail->bcc.size(), 1u);
  EXPECT_EQ(mail->draft.subject, "Order");
  EXPECT_EQ(mail->draft.html, "<p>Hello");
  EXPECT_EQ(mail->draft.amp, "<!doctype html>");
  EXPECT_EQ(mail->draft.message_id, "1@mail.example.com");
  EXPECT_EQ(mail->draft.reply_to.size(), 1u);
  EXPECT_THAT(mail->draft.headers, ElementsAre(Pair("X-Shop", "yes"), Pair("In-Reply-To", "<0@a>")));
  EXPECT_THAT(mail->options.tags, ElementsAre("a", "b"));
  EXPECT_THAT(mail->options.variables, ElementsAre(Pair("order", "7781"), Pair("n", "1")));
  EXPECT_EQ(mail->options.sign_dkim, false);
  EXPECT_EQ(mail->options.test_mode, true);
  ASSERT_EQ(mail->draft.attachments.size(), 1u);
  EXPECT_EQ(mail->draft.attachments[0].filename, "order.pdf");
  EXPECT_EQ(mail->draft.attachments[0].bytes, "%PDF");
  ASSERT_EQ(mail->draft.inlines.size(), 1u);
}

TEST(SendForm, RefusesInTheContractsWords) {
  struct Case {
    std::string_view about;
    Form form;
    std::string_view text;
  };
  std::vector<Case> cases;
  cases.push_back({"no from", form_of({{"to", "a@b.example"}, {"text", "x"}}), "from parameter is missing"});
  cases.push_back({"empty to", form_of({{"from", "a@b.example"}, {"to", ""}, {"text", "x"}}), "to parameter is missing"});
  cases.push_back({"nothing to say", form_of({{"from", "a@b.example"}, {"to", "a@b.example"}}),
                   "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified"});
  cases.push_back({"bad from", form_of({{"from", "nobody"}, {"to", "a@b.example"}, {"text", "x"}}),
                   "from parameter is not a valid address. please check documentation"});
  cases.push_back({"two from", form_of({{"from", "a@b.example"}, {"from", "c@b.example"}, {"to", "a@b.example"}, {"text", "x"}}),
                   "from parameter is not a valid address. please check documentation"});
  cases.push_back({"one bad of many", good_with({{"cc", "a@b.example, nobody"}}),
                   "cc parameter is not a valid address. please check documentation"});
  cases.push_back({"line break in an address", good_with({{"bcc", "a@b.example\r\nX: y"}}),
                   "bcc parameter is not a valid address. please check documentation"});
  cases.push_back({"header name", good_with({{"h:X-\xc3\xa9", "1"}}), "Header name must be pure ASCII: X-\xc3\xa9"});
  cases.push_back({"header name with a colon", good_with({{"h:X:Y", "1"}}), "Header name must be pure ASCII: X:Y"});
  cases.push_back({"our header", good_with({{"h:dkim-signature", "v=1"}}), "header dkim-signature cannot be set by h:"});
  cases.push_back({"content header", good_with({{"h:Content-Type", "text/html"}}), "header Content-Type cannot be set by h:"});
  cases.push_back({"message id", good_with({{"h:Message-Id", "<a b>"}}), "h:Message-Id is not a message id"});
  cases.push_back({"date", good_with({{"o:deliverytime", "soon"}}), "soon is not an RFC-2822 compliant date"});
  cases.push_back({"later", good_with({{"o:deliverytime", "4102444800"}}), "o:deliverytime: '4102444800' is more than 72 hours ahead"});
  cases.push_back({"switch", good_with({{"o:testmode", "perhaps"}}), "o:testmode: 'perhaps' is neither yes nor no"});
  cases.push_back({"tracking", good_with({{"o:tracking-opens", "yes"}}), "o:tracking-opens is not supported yet"});
  cases.push_back({"tracking in a header", good_with({{"h:X-Mailgun-Track", "yes"}}), "X-Mailgun-Track is not supported yet"});
  cases.push_back({"template", good_with({{"template", "welcome"}}), "template is not supported yet"});
  cases.push_back({"template option", good_with({{"t:text", "yes"}}), "t:text is not supported yet"});
  cases.push_back({"text as a file", good_with({{"attachment", "text"}}), "'attachment' parameter is not a file"});
  cases.push_back({"options", good_with({{"v:a", std::string(16 * 1024, 'x')}}),
                   "Send options (parameters starting with o:, h:, v:, or t:) are limited to 16 kB total"});
  for (const auto& [about, form, text] : cases) {
    SCOPED_TRACE(about);
    EXPECT_EQ(refusal_of(form), text);
  }
}

TEST(SendForm, CountsRecipientsOverAllFields) {
  std::string list;
  for (int i = 0; i < 999; ++i) list += "u" + std::to_string(i) + "@north.example,";
  EXPECT_EQ(refusal_of(good_with({{"cc", list}})), "accepted");
  EXPECT_EQ(refusal_of(good_with({{"cc", list}, {"bcc", "x@north.example"}})), "Too many recipients, max is 1000");
}

TEST(SendForm, AcceptsOptionsThatSwitchNothingOn) {
  EXPECT_EQ(refusal_of(good_with({{"o:tracking", "no"}, {"o:tracking-clicks", "False"}, {"o:require-tls", "0"},
                                  {"o:native-send", "yes"}, {"o:deliverytime", "Sun, 1 Mar 2020 09:00:00 GMT"},
                                  {"h:X-Mailgun-Track-Opens", "no"}})),
            "accepted");
}

}  // namespace
}  // namespace postroad::ingress::http
