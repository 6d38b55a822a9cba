// The inbox: the list, what is open, and what keeps both up to date. All state is in the address: /inbox/{key}?tab=&q=.
import * as api from "./api.js";
import { ageText, byId, copyText, el, hideToast, sizeText, toast, toggleUtc, when } from "./dom.js";
import { firstTab, kTabs, refreshMessage, showMessage } from "./message.js";
import { showEmpty } from "./snippets.js";

const kRows = 100;
const kReadMax = 2000;
const kUndoMilliseconds = 10_000;
const kPollMilliseconds = 5_000;
const kNewsMilliseconds = 5_000;

const state = {
  sandbox: null, messages: [], more: false, shown: kRows, query: "", open: null, tab: null, message: null, cursor: null,
  undoing: null, hidden: new Set(), hideAllBefore: null, known: null, fresh: 0,
};

// --- what was read, in this browser
const kReadKey = "postroad.read";
const read = new Set(stored(kReadKey, []));
function stored(name, otherwise) {
  try { return JSON.parse(localStorage.getItem(name)) ?? otherwise; } catch { return otherwise; }
}
function store(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* then it is forgotten */ }
}
function markRead(key, isRead) {
  if (isRead) read.add(key); else read.delete(key);
  store(kReadKey, [...read].slice(-kReadMax));
}

// --- the list
const visible = () => state.messages.filter((one) => !state.hidden.has(one.key) && !(state.hideAllBefore && one.time <= state.hideAllBefore));

function rowState(message) {
  const worst = ["failed", "held", "deferred", "waiting", "canceled"].find((one) => message.recipients.some((recipient) => recipient.state === one));
  return worst ? el("span", { class: `state ${worst}` }, worst) : null;
}

/** "Shop" of "Shop <shop@acme.test>"; the address where there is no name. */
function nameOf(from) {
  const name = from.replace(/<[^<>]*>\s*$/, "").trim().replace(/^"(.*)"$/, "$1");
  return name || from || "(no sender)";
}

function row(message) {
  const unread = !read.has(message.key);
  const more = message.recipient_count > 1 ? ` +${message.recipient_count - 1}` : "";
  const to = message.recipients[0]?.address ?? message.to;
  return el("li", { class: unread ? "unread" : false }, el("a", {
    href: addressOf(message.key, null), "data-key": message.key, tabindex: message.key === state.cursor ? "0" : "-1",
    "aria-current": message.key === state.openBase ? "true" : false,
    onclick: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(message.key);
    } },
    el("span", { class: "mark", "aria-hidden": "true" }),
    el("span", { class: "line from" }, unread ? el("span", { class: "hidden" }, "Unread. ") : null, el("span", { title: message.from }, nameOf(message.from)), el("span", { class: "to" }, ` → ${to}${more}`)),
    el("span", { class: "time" }, when(message.time)),
    el("span", { class: "line subject" }, rowState(message), " ", message.subject || "(no subject)"),
    el("span", { class: "size" }, message.attachments ? el("span", { title: `${message.attachments} attachments` }, `📎${message.attachments} `) : null, sizeText(message.bytes)),
    el("span", { class: "line snippet" }, message.snippet || "\u00a0")));
}

function render() {
  const rows = visible();
  const list = byId("list");
  const hadFocus = list.contains(document.activeElement);
  if (!rows.some((one) => one.key === state.cursor)) state.cursor = rows[0]?.key ?? null;
  list.replaceChildren(...rows.map(row));
  if (hadFocus) focusCursor();
  const isEmpty = rows.length === 0 && !state.query && !state.open;
  byId("empty").hidden = !isEmpty;
  byId("nothing").hidden = !(rows.length === 0 && state.query);
  byId("list-pane").hidden = isEmpty;
  byId("choose").hidden = isEmpty || state.open !== null;
  byId("older").hidden = !state.more;
  byId("delete-all").hidden = isEmpty;
  document.querySelector("main").classList.toggle("empty", isEmpty);
  document.querySelector("main").classList.toggle("open", state.open !== null);
  if (isEmpty && state.sandbox && !byId("empty").hasChildNodes()) showEmpty(byId("empty"), state.sandbox);
  const unread = rows.filter((one) => !read.has(one.key)).length;
  document.title = `${unread ? `(${unread}) ` : ""}${state.message?.subject || "postroad"}${state.message ? " · postroad" : ""}`;
}

function focusCursor() {
  byId("list").querySelector(`a[tabindex="0"]`)?.focus();
}

function moveCursor(step) {
  const rows = visible();
  if (rows.length === 0) return;
  const at = rows.findIndex((one) => one.key === state.cursor);
  const inList = byId("list").contains(document.activeElement);
  const next = inList || state.cursor === null ? Math.min(Math.max(at + step, 0), rows.length - 1) : at;
  state.cursor = rows[next].key;
  render();
  focusCursor();
  byId("list").querySelector(`a[tabindex="0"]`)?.scrollIntoView({ block: "nearest" });
}

// --- fetching
let fetching = false;
let again = false;
/** One at a time; what is asked meanwhile is asked once more behind it. */
async function refresh() {
  if (fetching) { again = true; return; }
  fetching = true;
  do {
    again = false;
    try {
      const query = state.query;
      const answer = await api.list(query, null, Math.min(state.shown, 500));
      if (query !== state.query) { again = true; continue; }
      announce(answer.messages);
      state.messages = answer.messages;
      state.more = answer.more;
      trouble(null);
      render();
      if (state.open) await refreshOpen();
    } catch (error) {
      trouble(error);
    }
  } while (again);
  fetching = false;
}

/** For those who listen: a summary, not every row, and not too often. */
let newsTimer = 0;
function announce(messages) {
  const keys = new Set(messages.map((one) => one.key));
  if (state.known) state.fresh += messages.filter((one) => !state.known.has(one.key)).length;
  state.known = keys;
  if (state.fresh === 0 || newsTimer) return;
  newsTimer = setTimeout(() => {
    byId("news").textContent = `${state.fresh} new`;
    state.fresh = 0;
    newsTimer = 0;
  }, kNewsMilliseconds);
}

function trouble(error) {
  const line = byId("trouble");
  line.hidden = error === null;
  line.textContent = error === null ? "" : `The server does not answer: ${error.message}. What is shown may be old.`;
  byId("list").classList.toggle("stale", error !== null);
}

// --- the open message
const addressOf = (key, tab) => {
  const parameters = new URLSearchParams();
  if (tab) parameters.set("tab", tab);
  if (state.query) parameters.set("q", state.query);
  const query = parameters.toString();
  return `${key ? `/inbox/${encodeURIComponent(key)}` : "/"}${query ? `?${query}` : ""}`;
};

function go(key, tab, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", addressOf(key, tab));
}

async function open(key, { tab = null, push = true, focus = true } = {}) {
  if (push) go(key, tab);
  state.open = key;
  state.tab = tab;
  await loadOpen(focus);
}

async function loadOpen(focus) {
  const key = state.open;
  const place = byId("view");
  place.hidden = false;
  try {
    const message = await api.message(key);
    if (state.open !== key) return;
    state.message = message;
    state.openBase = state.messages.some((one) => one.key === key) ? key : (message.recipients.length ? baseOf(message) : key);
    if (state.openBase) { state.cursor = state.openBase; markRead(state.openBase, true); }
    state.tab ??= firstTab(message);
    showMessage(place, message, state.tab, actions);
    if (focus) place.querySelector("h2").focus();
  } catch (error) {
    state.message = null;
    place.replaceChildren(el("p", { class: "trouble", role: "alert" }, `This message cannot be shown: ${error.message}`),
      el("button", { type: "button", onclick: close }, "Back to the list"));
  }
  render();
}

/** A copy of a batch belongs to the row of its message. */
const baseOf = (message) => state.messages.find((one) => one.message_id === message.message_id)?.key ?? message.key;

async function refreshOpen() {
  const key = state.open;
  if (!state.message) return;
  const before = state.message.events.length;
  try {
    const message = await api.message(key);
    if (state.open !== key || message.events.length === before) return;
    state.message = message;
    refreshMessage(byId("view"), message, state.tab);
  } catch { /* It was deleted elsewhere; what is shown stays. */ }
}

function close() {
  if (state.open === null) return;
  go(null, null);
  shut();
  focusCursor();
}

function shut() {
  state.open = state.openBase = state.message = state.tab = null;
  byId("view").hidden = true;
  byId("view").replaceChildren();
  render();
}

const actions = {
  open: (key) => open(key, { tab: state.tab, focus: false }),
  close,
  choose(tab, focus = false) {
    state.tab = tab;
    go(state.open, tab, true);
    showMessage(byId("view"), state.message, tab, actions);
    if (focus) byId(`tab-${tab}`).focus();
  },
  remove: () => removeOne(state.openBase ?? state.open),
};

// --- deleting: done after ten seconds, unless it is taken back
function laterOrUndone(text, hide, show, run) {
  state.undoing?.run();
  hide();
  render();
  const timer = setTimeout(() => state.undoing?.run(), kUndoMilliseconds);
  const finish = (done) => { clearTimeout(timer); state.undoing = null; hideToast(); return done; };
  state.undoing = { run: async () => {
    finish();
    try { await run(); } catch (error) { toast(`Not deleted: ${error.message}`); }
    show();
    await refresh();
  } };
  toast(text, "Undo", () => { finish(); show(); render(); focusCursor(); }, kUndoMilliseconds);
}

function removeOne(key) {
  if (!key) return;
  const rows = visible();
  const at = rows.findIndex((one) => one.key === key);
  state.cursor = rows[at + 1]?.key ?? rows[at - 1]?.key ?? null;
  if (state.open) { go(null, null); shut(); }
  laterOrUndone("Message deleted", () => state.hidden.add(key), () => state.hidden.delete(key), () => api.remove(key));
  focusCursor();
}

function removeAll() {
  const count = visible().length;
  if (count === 0) return;
  if (state.open) { go(null, null); shut(); }
  const newest = Math.max(...state.messages.map((one) => one.time));
  laterOrUndone("All messages deleted", () => { state.hideAllBefore = newest; }, () => { state.hideAllBefore = null; }, api.removeAll);
}

// --- keys
const singleKeys = stored("postroad.keys", true);
byId("keys-on").checked = singleKeys;
byId("keys-on").addEventListener("change", (event) => store("postroad.keys", event.target.checked));

function onKey(event) {
  if (event.key === "Escape" && !byId("keys").open) {
    if (document.activeElement === byId("search")) { byId("search").blur(); focusCursor(); } else close();
    return;
  }
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName);
  if (typing || event.ctrlKey || event.metaKey || event.altKey || byId("keys").open || !byId("keys-on").checked) return;
  const tab = kTabs[Number(event.key) - 1];
  const neighbour = (step) => {
    const rows = visible();
    const next = rows[rows.findIndex((one) => one.key === (state.openBase ?? state.cursor)) + step];
    if (next) open(next.key, { tab: state.tab === firstTab(state.message ?? {}) ? null : state.tab, focus: false });
  };
  const run = {
    "/": () => byId("search").focus(), f: () => byId("search").focus(),
    j: () => moveCursor(1), k: () => moveCursor(-1), "]": () => neighbour(1), "[": () => neighbour(-1),
    Enter: () => { if (state.cursor && document.activeElement === document.body) open(state.cursor); },
    "?": () => byId("keys").showModal(), Delete: () => removeOne(state.openBase ?? state.cursor),
    u: () => { const key = state.openBase ?? state.cursor; if (key) { markRead(key, false); render(); } },
    c: () => { if (state.message) copyText(state.message.message_id, "Message-Id"); },
    t: () => { toast(toggleUtc() ? "Times in UTC" : "Times in local time"); render(); if (state.message) showMessage(byId("view"), state.message, state.tab, actions); },
  }[event.key] ?? (tab && state.message ? () => actions.choose(tab[0], true) : null);
  if (!run) return;
  if (event.key !== "Enter") event.preventDefault();
  run();
}

// --- theme
function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
  try { localStorage.setItem("postroad.theme", theme ?? "auto"); } catch { /* then only for now */ }
  const label = `Theme: ${theme ?? "as the system"}`;
  byId("theme").textContent = { light: "☀", dark: "☾" }[theme] ?? "◐";
  byId("theme").title = label;
  byId("theme").setAttribute("aria-label", label);
}

// --- live
function live(kind, text) {
  byId("live").className = `live ${kind}`;
  byId("live-text").textContent = text;
}

let polling = 0;
function listen() {
  const stream = new EventSource("/_/api/stream");
  stream.addEventListener("open", () => {
    live("on", "live");
    clearInterval(polling);
    polling = 0;
  });
  stream.addEventListener("change", refresh);
  stream.addEventListener("error", () => {
    live("off", "reconnecting");
    polling ||= setInterval(refresh, kPollMilliseconds);
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, kPollMilliseconds);
  });
}

function followAddress(focus) {
  const parameters = new URLSearchParams(location.search);
  const query = parameters.get("q") ?? "";
  if (query !== state.query) { state.query = query; byId("search").value = query; refresh(); }
  const key = /^\/inbox\/([^/]+)$/.exec(location.pathname)?.[1];
  const tab = kTabs.some(([name]) => name === parameters.get("tab")) ? parameters.get("tab") : null;
  if (key) open(decodeURIComponent(key), { tab, push: false, focus }); else shut();
}

async function start() {
  document.addEventListener("keydown", onKey);
  window.addEventListener("popstate", () => followAddress(true));
  byId("help").addEventListener("click", () => byId("keys").showModal());
  byId("delete-all").addEventListener("click", removeAll);
  byId("brand").addEventListener("click", (event) => { event.preventDefault(); close(); });
  byId("older").addEventListener("click", () => { state.shown += kRows; refresh(); });
  byId("theme").addEventListener("click", () => {
    const now = document.documentElement.dataset.theme;
    setTheme(now === undefined ? "dark" : now === "dark" ? "light" : null);
  });
  setTheme(document.documentElement.dataset.theme ?? null);
  let typing = 0;
  byId("search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      state.query = byId("search").value.trim();
      go(state.open, state.tab, true);
      refresh();
    }, 150);
  });
  byId("search-form").addEventListener("submit", (event) => { event.preventDefault(); refresh().then(focusCursor); });
  setInterval(() => {
    for (const time of document.querySelectorAll("time[data-seconds]")) time.textContent = ageText(Number(time.dataset.seconds));
  }, 10_000);
  listen();
  try { state.sandbox = await api.sandbox(); } catch (error) { trouble(error); }
  await refresh();
  followAddress(false);
}

start();
