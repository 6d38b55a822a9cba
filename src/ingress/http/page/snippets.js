// What to type to see the first message.
import { copyText, el } from "./dom.js";

const text = (...lines) => lines.join("\n");

function snippets({ url, smtp }) {
  const host = url.replace(/^https?:\/\//, "");
  const [smtpHost, smtpPort] = [smtp.slice(0, smtp.lastIndexOf(":")), smtp.slice(smtp.lastIndexOf(":") + 1)];
  const form = "-F from=me@acme.test -F to=you@corp.test -F subject=Hi -F text=Hello";
  return {
    curl: `curl -su api:key-dev ${host}/v3/acme.test/messages \\\n  ${form}`,
    SMTP: text(`SMTP_HOST=${smtpHost}`, `SMTP_PORT=${smtpPort}`, "SMTP_USER=any", "SMTP_PASSWORD=any"),
    Node: text('import FormData from "form-data";', 'import Mailgun from "mailgun.js";',
      `const mg = new Mailgun(FormData).client({ username: "api", key: "key-dev", url: "${url}" });`,
      'await mg.messages.create("acme.test", {', '  from: "me@acme.test", to: ["you@corp.test"], subject: "Hi", text: "Hello",', "});"),
    Python: text("import requests", `requests.post("${url}/v3/acme.test/messages", auth=("api", "key-dev"),`,
      '  data={"from": "me@acme.test", "to": "you@corp.test", "subject": "Hi", "text": "Hello"})'),
    PHP: text("# .env of Laravel or Symfony", "MAIL_MAILER=smtp", `MAIL_HOST=${smtpHost}`, `MAIL_PORT=${smtpPort}`, `MAILER_DSN=smtp://${smtp}`),
    Ruby: text('require "net/http"', `uri = URI("${url}/v3/acme.test/messages")`, "request = Net::HTTP::Post.new(uri)",
      'request.basic_auth("api", "key-dev")', 'request.set_form_data(from: "me@acme.test", to: "you@corp.test", subject: "Hi", text: "Hello")',
      "Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }"),
    Go: text(`mg := mailgun.NewMailgun("acme.test", "key-dev")`, `mg.SetAPIBase("${url}/v3")`,
      'message := mg.NewMessage("me@acme.test", "Hi", "Hello", "you@corp.test")', "_, id, err := mg.Send(ctx, message)"),
    Java: text('MailgunMessagesApi api = MailgunClient.config(', `    "${url}/", "key-dev").createApi(MailgunMessagesApi.class);`,
      'api.sendMessage("acme.test", Message.builder().from("me@acme.test")', '    .to("you@corp.test").subject("Hi").text("Hello").build());'),
    "C++": text("// libcurl", "curl_easy_setopt(curl, CURLOPT_USERPWD, \"api:key-dev\");",
      `curl_easy_setopt(curl, CURLOPT_URL, "${url}/v3/acme.test/messages");`,
      'curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "from=me@acme.test&to=you@corp.test&subject=Hi&text=Hello");'),
    "In a test": text(`curl -s '${host}/_/api/inbox/wait?to=you@corp.test&timeout=10s'   # the message as JSON, as soon as it is there`,
      "postroad inbox code --to you@corp.test        # the one-time code in it", "postroad inbox links --to you@corp.test"),
  };
}

/** The page before the first message. */
export function showEmpty(place, sandbox) {
  const all = snippets(sandbox);
  const pre = el("pre", { id: "snippet", tabindex: "0" });
  const buttons = Object.keys(all).map((name) => el("button", { type: "button", role: "tab", "aria-controls": "snippet", onclick: () => choose(name) }, name));
  function choose(name) {
    pre.textContent = all[name];
    for (const button of buttons) {
      button.setAttribute("aria-selected", String(button.textContent === name));
      button.tabIndex = button.textContent === name ? 0 : -1;
    }
  }
  choose("curl");
  place.replaceChildren(
    el("h2", {}, el("span", { class: "pulse", "aria-hidden": "true" }), "Waiting for the first message"),
    el("p", {}, "Mail sent to this server appears here and goes nowhere else. Any key, any password, any domain."),
    el("div", { role: "tablist", "aria-label": "How to send", onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = buttons[(buttons.findIndex((one) => one.tabIndex === 0) + step + buttons.length) % buttons.length];
      choose(next.textContent);
      next.focus();
    } }, buttons), pre,
    el("p", {}, el("button", { type: "button", onclick: () => copyText(pre.textContent, "Snippet") }, "Copy")),
    el("h3", {}, "Addresses that misbehave on purpose"),
    el("p", {}, el("code", {}, "bounce@"), " ", el("code", {}, "softbounce@"), " ", el("code", {}, "greylist@"), " ", el("code", {}, "full@"), " ",
      el("code", {}, "blocked@"), " ", el("code", {}, "timeout@"), " ", el("code", {}, "tlsfail@"), " ", el("code", {}, "nxdomain@"), " ",
      el("code", {}, "451@"), " ", el("code", {}, "data-554+label@"), " ", el("code", {}, "deliver+after30s@"),
      " at any domain. ", sandbox.warp > 1 ? `Retries run ${sandbox.warp} times faster.` : "With --warp 600, retries of a day pass in minutes."));
}
