// One message: what it says, what it is made of, what became of it.
import * as api from "./api.js";
import { copyText, el, sizeText, timeText, when } from "./dom.js";

export const kTabs = [["html", "HTML"], ["text", "Text"], ["story", "Events"], ["headers", "Headers"], ["source", "Source"], ["files", "Files"]];

/** A message without HTML opens as text. */
export const firstTab = (message) => (message.has_html ? "html" : "text");

function stateOf(message) {
  const count = {};
  for (const one of message.recipients) count[one.state] = (count[one.state] ?? 0) + 1;
  return Object.entries(count).map(([state, number]) =>
    el("span", { class: `state ${state}` }, message.recipients.length === 1 ? state : `${number} ${state}`));
}

function recipientPicker(message, open) {
  if (!message.batch || message.recipients.length < 2) return null;
  const select = el("select", { id: "copy", onchange: () => open(select.value) },
    message.recipients.map((one) => el("option", { value: one.key, selected: one.key === message.key }, `${one.address} (${one.state})`)));
  return [el("dt", {}, el("label", { for: "copy" }, "Copy for")), el("dd", {}, select)];
}

function facts(message, open) {
  const row = (name, value) => (value ? [el("dt", {}, name), el("dd", {}, value)] : null);
  return el("dl", { class: "facts" },
    row("From", message.from), row("To", message.to), row("Cc", message.cc), row("Reply to", message.reply_to),
    recipientPicker(message, open),
    row("Received", el("span", {}, `${timeText(message.time)} by ${message.method === "http" ? "API" : "SMTP"}, ${sizeText(message.bytes)}`)),
    [el("dt", {}, "Became of it"), el("dd", {}, stateOf(message).flatMap((one) => [one, " "]))]);
}

function oneTimeCode(message) {
  if (!message.code) return null;
  return el("p", { class: "code" }, "One-time code ", el("strong", {}, message.code),
    el("button", { type: "button", onclick: () => copyText(message.code, "Code") }, "Copy"));
}

function htmlPanel(message) {
  if (!message.has_html) return el("p", { class: "quiet" }, "This message has no HTML part.");
  // No scripts and an origin of its own: whatever the message holds, it cannot reach this page.
  const frame = el("iframe", { class: "frame", title: "The message's HTML", sandbox: "allow-popups allow-popups-to-escape-sandbox",
    referrerpolicy: "no-referrer", src: api.htmlUrl(message.key, false) });
  const pictures = el("button", { type: "button", onclick: () => {
    frame.src = api.htmlUrl(message.key, true);
    pictures.disabled = true;
  } }, "Load remote pictures");
  const narrow = el("button", { type: "button", "aria-pressed": "false", onclick: () => {
    narrow.setAttribute("aria-pressed", String(frame.classList.toggle("narrow")));
  } }, "Phone width");
  return el("div", {}, el("div", { class: "tools" }, pictures, narrow, "Scripts never run; nothing is loaded from elsewhere until you ask."), frame);
}

function textPanel(message) {
  const text = message.text || message.readable;
  const note = message.text || !message.readable ? null : el("p", { class: "quiet" }, "No text part; this is the HTML as text.");
  const links = message.links.length === 0 ? null : el("div", {}, el("h3", {}, "Links"),
    el("ul", { class: "links" }, message.links.map((url) => el("li", {}, el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url)))));
  return el("div", {}, note, text ? el("pre", {}, text) : el("p", { class: "quiet" }, "This message has no text."), links);
}

function transcript(text) {
  return el("pre", {}, text.trimEnd().split("\n").map((line) => {
    const reply = /^\+\d+ ms < ([245])/.exec(line);
    const kind = reply ? `r${reply[1]}` : line.includes(" ms > ") ? "sent" : "";
    return el("span", { class: kind || false }, line, "\n");
  }));
}

function storyItem(one) {
  const detail = one.detail;
  const status = detail["delivery-status"];
  const temporary = detail.severity === "temporary";
  const state = one.event === "failed" && temporary ? "deferred" : one.event;
  const answer = status ? `${status.code} ${status["enhanced-code"] ?? ""} ${status.message}`.trim() : "";
  const retry = status?.["retry-seconds"] ? `, again in ${status["retry-seconds"]} s` : "";
  return el("li", { class: state },
    el("span", { class: "what" }, one.event), detail.severity ? ` ${detail.severity}${detail.reason ? ` (${detail.reason})` : ""}` : "",
    ` ${one.recipient}${status?.["attempt-no"] > 1 ? `, attempt ${status["attempt-no"]}` : ""} `, when(one.time),
    answer ? el("div", { class: "mono" }, answer + retry) : null, one.transcript ? transcript(one.transcript) : null);
}

function storyPanel(message) {
  return el("ol", { class: "story" }, message.events.map(storyItem));
}

function headersPanel(message) {
  return el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Field"), el("th", { scope: "col" }, "Value"))),
    el("tbody", {}, message.headers.map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "mono" }, value)))));
}

function sourcePanel(message) {
  const pre = el("pre", {}, "Reading …");
  api.source(message.key).then((text) => { pre.textContent = text; }, (error) => { pre.textContent = error.message; });
  return el("div", {}, el("p", { class: "tools" }, el("a", { href: api.sourceUrl(message.key), download: "" }, "Download .eml")), pre);
}

function filesPanel(message) {
  if (message.attachments.length === 0) return el("p", { class: "quiet" }, "This message has no attachments.");
  return el("ul", { class: "files" }, message.attachments.map((file) => el("li", {},
    el("a", { href: api.attachmentUrl(message.key, file.number), download: file.name || `part-${file.number}` }, file.name || `part ${file.number}`),
    ` ${file.type}, ${sizeText(file.bytes)}${file.content_id ? `, cid:${file.content_id}` : ""}`)));
}

const kPanels = { html: htmlPanel, text: textPanel, story: storyPanel, headers: headersPanel, source: sourcePanel, files: filesPanel };

/** Puts `message` into `place`; `act` has open(key), choose(tab), remove(), close(). */
export function showMessage(place, message, tab, act) {
  const label = (name, text) => (name === "files" && message.attachments.length ? `${text} ${message.attachments.length}` : text);
  const buttons = kTabs.map(([name, text]) => el("button", {
    type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel", "aria-selected": String(name === tab),
    tabindex: name === tab ? "0" : "-1", onclick: () => act.choose(name) }, label(name, text)));
  const tabs = el("div", { role: "tablist", "aria-label": "Parts of the message", onkeydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = buttons.findIndex((one) => one.tabIndex === 0);
    event.preventDefault();
    act.choose(kTabs[(at + step + kTabs.length) % kTabs.length][0], true);
  } }, buttons);
  const panel = el("div", { role: "tabpanel", id: "panel", "aria-labelledby": `tab-${tab}`, tabindex: "0" }, kPanels[tab](message));
  place.replaceChildren(
    el("div", { class: "head" }, el("h2", { tabindex: "-1" }, message.subject || "(no subject)"),
      el("button", { type: "button", onclick: () => copyText(message.message_id, "Message-Id") }, "Copy id"),
      el("button", { type: "button", onclick: act.remove }, "Delete"),
      el("button", { type: "button", "aria-label": "Back to the list", onclick: act.close }, "✕")),
    facts(message, act.open), ...[oneTimeCode(message)].filter(Boolean), tabs, panel);
}

/** Only what can change: states and events; a frame that is open stays as it is. */
export function refreshMessage(place, message, tab) {
  place.querySelector(".facts dd:last-of-type")?.replaceChildren(...stateOf(message).flatMap((one) => [one, " "]));
  if (tab === "story") place.querySelector("#panel")?.replaceChildren(storyPanel(message));
}
