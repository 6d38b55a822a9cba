// Mail for a sandbox to be looked at: `postroad dev --seed demo`.
#include "app/dev_seed.h"

#include <fmt/format.h>

#include "app/commands.h"
#include "app/remote.h"
#include "app/send_form.h"

namespace postroad::app {
namespace {

struct Demo {
  std::string_view from, to, subject, text, html, tag;
};

constexpr Demo kDemos[] = {
    {"Acme <hello@acme.test>", "Ana <ana@corp.test>", "Welcome to Acme", "Hello Ana,\n\nconfirm your address: https://acme.test/confirm?t=7Qx2\n",
     "<h1>Hello Ana</h1><p><a href=\"https://acme.test/confirm?t=7Qx2\">Confirm your address</a></p>", "welcome"},
    {"Acme <login@acme.test>", "ana@corp.test", "482913 is your code", "Your code is 482 913. It is good for ten minutes.\n", "", "login"},
    {"Acme Shop <orders@acme.test>", "bo@corp.test", "Order 4711 is on its way", "Two parcels, Thursday.\n",
     "<p>Two parcels, <b>Thursday</b>.</p><table><tr><td>Lamp</td><td>49.00</td></tr><tr><td>Chair</td><td>120.00</td></tr></table>", "order"},
    {"Acme Shop <orders@acme.test>", "bounce+order4712@corp.test", "Order 4712 is on its way", "One parcel, Friday.\n", "", "order"},
    {"Acme <news@acme.test>", "softbounce@corp.test", "News of November", "It is cold.\n", "<p>It is <i>cold</i>.</p>", "news"},
    {"Acme <news@acme.test>", "full@corp.test", "News of November", "It is cold.\n", "<p>It is <i>cold</i>.</p>", "news"},
    {"Acme <news@acme.test>", "greylist@partner.test", "News of November", "It is cold.\n", "<p>It is <i>cold</i>.</p>", "news"},
    {"Acme <news@acme.test>", "blocked@partner.test", "News of November", "It is cold.\n", "", "news"},
    {"Müller & Söhne <post@mueller.test>", "cy@corp.test", "Grüße aus Köln ☀", "Bis bald!\n", "", ""},
    {"billing@mueller.test", "Dora <dora@corp.test>, eve@corp.test", "Invoice 2026-11", "Please find it below: 1,200.00\n", "", "invoice"},
};

Result<void> send(Remote& remote, const Demo& demo) {
  SendArguments mail;
  mail.to = {std::string(demo.to)};
  mail.subject = demo.subject;
  mail.text = demo.text;
  mail.html = demo.html;
  if (!demo.tag.empty()) mail.tags = {std::string(demo.tag)};
  FormWriter form;
  RETURN_IF_ERROR(write_form(form, mail, std::string(demo.from), remote.now()));
  const std::string type = form.content_type();
  const std::string_view domain = demo.from.find("mueller") == std::string_view::npos ? "acme.test" : "mueller.test";
  ASSIGN_OR_RETURN(const net::http::ClientResponse answer, remote.call("POST", fmt::format("/v3/{}/messages", domain), form.finish(), type));
  if (answer.status != 200) return std::unexpected(error_of_answer(answer));
  return {};
}

}  // namespace

Result<int> seed_demo(const std::string& url) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Remote> remote, Remote::at({.url = url, .key = std::string(Remote::kSandboxKey), .ca_file = {}}));
  ASSIGN_OR_RETURN(const boost::json::object there, remote->get("/_/api/inbox?limit=1"));
  if (!there.at("messages").as_array().empty()) return 0;
  int sent = 0;
  for (const Demo& demo : kDemos) {
    RETURN_IF_ERROR(send(*remote, demo));
    ++sent;
  }
  return sent;
}

}  // namespace postroad::app
