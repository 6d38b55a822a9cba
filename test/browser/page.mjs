// Drives Debian's Chromium through the sandbox's page: node page.mjs CHECK URL [JSON]. The last line is the findings as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [check, url, given = "{}"] = process.argv.slice(2);
const options = JSON.parse(given);
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

async function pageOf({ scheme = "light", width = 1280, height = 800 } = {}) {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height }, acceptDownloads: true });
  const page = await context.newPage();
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.setDefaultTimeout(15_000);
  return page;
}
const post = async (fields) => {
  const response = await fetch(`${url}/v3/acme.test/messages`, { method: "POST", body: new URLSearchParams(fields),
    headers: { Authorization: `Basic ${btoa("api:key-dev")}` } });
  if (!response.ok) throw new Error(`send: ${response.status} ${await response.text()}`);
};
const subjects = (page) => page.locator("#list .subject").allTextContents();
const live = (page) => page.locator("#live.on").waitFor();
async function violations(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => axe.run(document, { iframes: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

const checks = {
  /** A new message appears in an open page, which is not loaded anew. */
  async live() {
    const page = await pageOf();
    await page.goto(url);
    await page.locator("#empty h2").waitFor();
    await live(page);
    await page.evaluate(() => { window.sameDocument = true; });
    const begun = performance.now();
    await post({ from: "shop@acme.test", to: "ana@corp.test", subject: "Now & here", text: "Hello" });
    await page.locator("#list a").first().waitFor();
    const milliseconds = performance.now() - begun;
    await post({ from: "shop@acme.test", to: "softbounce@corp.test", subject: "Later", text: "Hello" });
    await page.locator("#list a").nth(1).waitFor();
    await page.locator("#list .state.deferred").waitFor();
    await page.locator("#list a").first().click();
    await page.locator("#tab-story").waitFor();  // A key that is pressed before the message is there opens nothing.
    await page.keyboard.press("3");
    await page.locator(".story .deferred").waitFor();
    await page.locator(".story .delivered").waitFor();  // With --warp, without a key being touched.
    return { milliseconds, subjects: await subjects(page), title: await page.title(), same: await page.evaluate(() => window.sameDocument === true), errors: page.errors };
  },

  /** Everything with the keyboard alone. */
  async keyboard() {
    const page = await pageOf();
    await page.goto(url);
    await page.locator("#list a").first().waitFor();
    const seen = {};
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    seen.second = await page.evaluate(() => document.activeElement.querySelector(".subject")?.textContent.trim());
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.locator("#view h2").waitFor();
    seen.opened = await page.locator("#view h2").textContent();
    seen.focus = await page.evaluate(() => document.activeElement.tagName);
    await page.keyboard.press("]");
    await page.waitForFunction((before) => document.querySelector("#view h2").textContent !== before, seen.opened);
    seen.next = await page.locator("#view h2").textContent();
    for (const [key, tab] of [["2", "text"], ["3", "story"], ["4", "headers"], ["5", "source"], ["6", "files"]]) {
      await page.keyboard.press(key);
      await page.locator(`#tab-${tab}[aria-selected="true"]`).waitFor();
    }
    seen.address = new URL(page.url()).search;
    await page.keyboard.press("ArrowLeft");
    seen.arrow = await page.evaluate(() => document.activeElement.id);
    await page.keyboard.press("Escape");
    seen.closed = await page.locator("#view").isHidden() && new URL(page.url()).pathname === "/";
    await page.keyboard.press("/");
    await page.keyboard.type("subject:third");
    await page.waitForFunction(() => document.querySelectorAll("#list a").length === 1);
    seen.searched = (await subjects(page)).map((one) => one.trim());
    seen.query = new URL(page.url()).search;
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    seen.help = await page.locator("#keys").isVisible();
    await page.keyboard.press("Escape");
    await page.goBack();
    return { ...seen, errors: page.errors };
  },

  /** What was read, whose copy is shown and which theme was chosen: kept, and over a reload. */
  async remembering() {
    const page = await pageOf();
    await page.goto(url);
    await page.locator("#list a").nth(1).waitFor();
    const unread = () => page.locator("#list .unread").count();
    const seen = { unread: [await unread()], titles: [await page.title()] };
    await page.locator("#list a").first().click();
    await page.locator("#copy").waitFor();
    seen.copies = [await page.locator("#view h2").textContent()];
    const addresses = await page.locator("#copy option").allTextContents();
    await page.locator("#copy").selectOption({ index: 1 });
    await page.waitForFunction((before) => document.querySelector("#view h2").textContent !== before, seen.copies[0]);
    seen.copies.push(await page.locator("#view h2").textContent());
    seen.addresses = addresses.map((one) => one.split(" ")[0]);
    seen.current = await page.locator("#list a[aria-current=true]").count();
    seen.unread.push(await unread());
    await page.locator("#theme").click();
    await page.reload();
    await page.locator("#view h2").waitFor();
    seen.theme = await page.evaluate(() => document.documentElement.dataset.theme);
    seen.afterReload = await page.locator("#view h2").textContent();
    seen.unread.push(await unread());
    await page.keyboard.press("u");
    seen.unread.push(await unread());
    await page.keyboard.press("Escape");
    seen.titles.push(await page.title());
    return { ...seen, errors: page.errors };
  },

  /** Deleting, taking it back, and doing it for good. */
  async deleting() {
    const page = await pageOf();
    await page.goto(url);
    await page.locator("#list a").first().waitFor();
    const left = async () => (await (await fetch(`${url}/_/api/inbox`)).json()).messages.length;
    const before = await left();
    await page.keyboard.press("j");
    await page.keyboard.press("Delete");
    await page.locator("#toast button").waitFor();
    const hidden = await page.locator("#list a").count();
    await page.locator("#toast button").click();
    const undone = await page.locator("#list a").count();
    const afterUndo = await left();
    await page.getByRole("button", { name: "Delete all" }).click();
    await page.locator("#empty h2").waitFor();
    const whileUndoable = await left();
    await page.locator("#toast").waitFor({ state: "hidden", timeout: 15_000 });
    await page.waitForFunction(async () => (await (await fetch("/_/api/inbox")).json()).messages.length === 0);
    return { before, hidden, undone, afterUndo, whileUndoable, after: await left(), errors: page.errors };
  },

  /** Files come as they were sent, under their own names, to be kept. */
  async files() {
    const page = await pageOf();
    await page.goto(`${url}/inbox/${options.key}?tab=files`);
    const files = [];
    await page.locator("ul.files a").first().waitFor();
    for (const link of await page.locator("ul.files a").all()) {
      const coming = page.waitForEvent("download");
      await link.click();
      const download = await coming;
      files.push({ name: download.suggestedFilename(), base64: readFileSync(await download.path()).toString("base64") });
    }
    return { files, address: page.url(), errors: page.errors };
  },

  /** Nothing is fetched from elsewhere until it is asked for. */
  async remote() {
    const page = await pageOf();
    await page.goto(`${url}/inbox/${options.key}?tab=html`);
    const frame = page.frameLocator("iframe.frame");
    await frame.locator("#here").waitFor();
    const cid = await frame.locator("#own").evaluate((image) => image.naturalWidth);
    await new Promise((done) => setTimeout(done, 500));  // For whatever would load late.
    await fetch(`${options.elsewhere}/now-it-is-asked-for`);
    await page.getByRole("button", { name: "Load remote pictures" }).click();
    await frame.locator("#there").evaluate((image) => image.complete || new Promise((done) => { image.onload = image.onerror = done; }));
    return { cid, errors: page.errors };
  },

  /** Payloads in every place of a message: none may run, wherever it is shown. */
  async payloads() {
    const page = await pageOf();
    const fired = [];
    await page.context().exposeBinding("fired", (source, what) => { fired.push(`${what} at ${source.frame.url()}`); });
    page.context().on("dialog", (dialog) => { fired.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
    await page.goto("data:text/html,<img src=x onerror=\"fired('control')\">");
    for (let i = 0; i < 100 && fired.length === 0; ++i) await new Promise((done) => setTimeout(done, 20));
    const control = fired.splice(0);

    let shown = 0;
    let clicked = 0;
    const titles = [];
    async function look(reader, key) {
      const framed = reader.waitForResponse((response) => response.url().endsWith(`/${key}/html`));
      await reader.goto(`${url}/inbox/${key}?tab=html`, { waitUntil: "domcontentloaded" });
      await framed;
      const [frame] = reader.mainFrame().childFrames();  // Where a payload sends it, it is looked at all the same.
      await frame.waitForLoadState("load", { timeout: 1000 }).catch(() => {});
      for (const link of await frame.locator("a, [onclick], button, form input[type=submit]").all()) {
        await link.dispatchEvent("mouseover", {}, { timeout: 500 }).catch(() => {});
        await link.click({ timeout: 300, noWaitAfter: true, force: true }).catch(() => {});  // Where it can be reached by hand.
        if (await link.dispatchEvent("click", {}, { timeout: 2000 }).then(() => true, () => false)) ++clicked;
      }
      for (const tab of ["text", "story", "headers", "source", "files"]) {
        // Not by locator: it waits for frames to be drawn, and a page behind another draws one a second.
        await reader.evaluate((id) => document.getElementById(id).click(), `tab-${tab}`);
        await reader.waitForFunction((id) => {
          const drawn = id !== "tab-source" || document.querySelector("#panel pre")?.textContent;  // The only one that is fetched.
          return drawn && document.getElementById(id).getAttribute("aria-selected") === "true";
        }, `tab-${tab}`, { polling: 10 });
      }
      titles.push(await reader.title());
      ++shown;
    }
    await page.goto(url);
    await page.locator("#list a").nth(Math.min(99, options.keys.length - 1)).waitFor({ state: "attached" });
    const left = [...options.keys];
    await Promise.all([1, 2, 3].map(async () => {
      const reader = await page.context().newPage();
      reader.setDefaultTimeout(60_000);
      reader.on("popup", (popup) => popup.close());
      for (let key = left.shift(); key; key = left.shift()) await look(reader, key);
      await reader.close();
    }));
    // The frame's page on its own, as somebody may open it: its origin is nobody's.
    const origins = new Set();
    for (const key of options.keys.slice(0, 10)) {
      await page.goto(`${url}/_/api/inbox/${key}/html`);
      origins.add(await page.evaluate(() => self.origin));
    }
    await new Promise((done) => setTimeout(done, 300));
    return { control, fired, shown, clicked, titles, origins: [...origins], errors: page.errors };
  },

  /** No violation that axe knows, in both themes and on a narrow page; pictures of each go to a folder. */
  async looks() {
    const found = {};
    for (const [name, scheme, width] of [["light", "light", 1280], ["dark", "dark", 1280], ["narrow", "light", 320]]) {
      const page = await pageOf({ scheme, width, height: 800 });
      const take = async (view) => {
        found[`${name}-${view}`] = await violations(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
        if (overflow) found[`${name}-${view}`].push("scrolls sideways");
        await page.screenshot({ path: `${options.folder}/${name}-${view}.png` });
      };
      await page.goto(options.empty);
      await page.locator("#empty h2").waitFor();
      await live(page);
      await take("empty");
      await page.goto(url);
      await page.locator("#list a").first().waitFor();
      await live(page);
      await take("list");
      for (const tab of ["html", "text", "story", "headers", "source", "files"]) {
        await page.goto(`${url}/inbox/${options.key}?tab=${tab}`);
        await page.locator(`#tab-${tab}[aria-selected="true"]`).waitFor();
        await page.waitForLoadState("load");
        await take(tab);
      }
      await page.keyboard.press("?");
      await take("keys");
      found[`${name}-errors`] = page.errors;
      await page.context().close();
    }
    return { found };
  },
};

try {
  console.log(JSON.stringify(await checks[check]()));
} finally {
  await browser.close();
}
