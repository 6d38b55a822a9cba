// Unmodified mailgun.js: node mailgun_js_story.mjs BASE_URL KEY DOMAIN FILE EML
// Prints one JSON object of what the client handed back (story.py).
import crypto from "node:crypto";
import fs from "node:fs";
import Mailgun from "mailgun.js";
import FormData from "form-data";

const [base, key, domain, file, eml] = process.argv.slice(2);
const client = new Mailgun(FormData).client({ username: "api", key, url: base });
const seen = {};

async function refusal(call) {
  try {
    return { answered: await call() };
  } catch (error) {
    return { status: error.status, message: error.message, details: error.details };
  }
}

async function settled(recipient) {
  for (let i = 0; i < 200; ++i) {
    const { items } = await client.events.get(domain, { event: "delivered", recipient });
    if (items.length > 0) return items;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`no delivery to ${recipient} was told`);
}

seen.sent = await client.messages.create(domain, {
  from: `Jörg Shop <app@${domain}>`,
  to: ["Ana <ana@north.test>", "bob@south.test"],
  subject: "Grüße aus dem Laden",
  text: "Hello Ana,\n.dot\nJörg €\n",
  html: '<p>Hello <b>Ana</b></p><img src="cid:logo.png">',
  attachment: { data: fs.readFileSync(file), filename: "order.bin" },
  inline: { data: Buffer.from("89504e470d0a1a0a", "hex"), filename: "logo.png" },
  "o:tag": ["orders", "js"],
  "o:tracking": false,
  "v:order": "7781",
  "h:Reply-To": `help@${domain}`,
});
seen.test_mode = await client.messages.create(domain, {
  from: `app@${domain}`, to: "tess@north.test", subject: "Test", text: "x", "o:testmode": true });
seen.batch = await client.messages.create(domain, {
  from: `app@${domain}`, to: ["carl@west.test", "dora@east.test"], subject: "Hello %recipient.name%", text: "Dear %recipient.name%",
  "recipient-variables": JSON.stringify({ "carl@west.test": { name: "Carl" }, "dora@east.test": { name: "Dora" } }) });
seen.mime = await client.messages.create(domain, { to: "dora@east.test", message: fs.readFileSync(eml, "utf8") });

const plain = { from: `app@${domain}`, to: "ana@north.test", subject: "x", text: "x" };
seen.bad_address = await refusal(() => client.messages.create(domain, { ...plain, to: "not an address" }));
seen.unknown_domain = await refusal(() => client.messages.create("nobody.example", plain));
seen.not_built = await refusal(() => client.messages.create(domain, { ...plain, "o:tracking": "yes" }));
const stranger = new Mailgun(FormData).client({ username: "api", key: "key-wrong", url: base });
seen.wrong_key = await refusal(() => stranger.messages.create(domain, plain));

seen.delivered = (await settled("bob@south.test")).map((e) => e.recipient);
for (const recipient of ["carl@west.test", "dora@east.test"]) await settled(recipient);
const [delivery] = await settled("ana@north.test");
seen.walked = [];
for (let page = await client.events.get(domain, { limit: 2 }); page.items.length > 0;
  page = await client.events.get(domain, { limit: 2, page: page.pages.next.page })) {
  seen.walked.push(...page.items.map((e) => e.id));
}

const path = new URL(delivery.storage.url).pathname;
const stored = (await client.request.get(path)).body;
seen.stored = { subject: stored.subject };
const attached = stored.attachments.find((a) => a.name === "order.bin");
const answer = await fetch(attached.url, { headers: { Authorization: "Basic " + Buffer.from(`api:${key}`).toString("base64") } });
seen.attachment = crypto.createHash("sha256").update(Buffer.from(await answer.arrayBuffer())).digest("hex");
seen.resent = (await client.request.postWithFD(path, { to: "ana@north.test" })).body;
const query = (attribute, value) => ({ attribute, comparator: "=", values: [{ label: value, value }] });
const logs = await client.logs.list({ start: new Date(Date.now() - 3600_000), end: new Date(Date.now() + 60_000), events: ["delivered"],
  filter: { AND: [query("domain", domain), query("message_id", seen.sent.id.replace(/[<>]/g, ""))] }, pagination: { sort: "timestamp:asc", limit: 50 } });
seen.logs = logs.items.map((item) => item.recipient);
console.log(JSON.stringify(seen));
