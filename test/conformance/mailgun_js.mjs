// Unmodified mailgun.js against the server named on the command line: node mailgun_js.mjs BASE_URL KEY DOMAIN FILE
// Prints one JSON object with what the client itself got back.
import fs from "node:fs";
import path from "node:path";
import Mailgun from "mailgun.js";
import FormData from "form-data";

const [base, key, domain, file] = process.argv.slice(2);
const client = new Mailgun(FormData).client({ username: "api", key, url: base });
const seen = {};

async function refusal(call) {
  try {
    return { answered: await call() };
  } catch (error) {
    return { status: error.status, message: error.message, details: error.details };
  }
}

seen.sent = await client.messages.create(domain, {
  from: "Jörg Shop <app@" + domain + ">",
  to: ["Ana <ana@north.test>"],
  subject: "Grüße aus dem Laden",
  text: "Hello Ana,\n.dot\nJörg €\n",
  html: '<p>Hello <b>Ana</b></p><img src="cid:logo.png">',
  attachment: [{ data: fs.createReadStream(file), filename: path.basename(file), contentType: "application/x-shop" }],
  inline: [{ data: Buffer.from("89504e470d0a1a0a", "hex"), filename: "logo.png", contentType: "image/png" }],
  "o:tag": ["orders", "js"],
  "o:testmode": false,
  "o:tracking": "no",
  "v:order": "7781",
  "h:Reply-To": "help@" + domain,
});
seen.missing_to = await refusal(() => client.messages.create(domain, { from: "a@" + domain, text: "x" }));
seen.bad_address = await refusal(() => client.messages.create(domain, { from: "a@" + domain, to: "not an address", text: "x" }));
seen.unknown_domain = await refusal(() => client.messages.create("nobody.example", { from: "a@b.example", to: "a@b.example", text: "x" }));
seen.not_built = await refusal(() => client.messages.create(domain, { from: "a@" + domain, to: "b@north.test", text: "x", "o:tracking": "yes" }));
const stranger = new Mailgun(FormData).client({ username: "api", key: "key-wrong", url: base });
seen.wrong_key = await refusal(() => stranger.messages.create(domain, { from: "a@" + domain, to: "b@north.test", text: "x" }));

seen.created = await client.domains.create({ name: "second.example" });
seen.listed = (await client.domains.list()).map((d) => d.name);
seen.got = (await client.domains.get("second.example")).name;
seen.destroyed = await client.domains.destroy("second.example");
seen.gone = await refusal(() => client.domains.get("second.example"));

const page = await client.events.get(domain, { limit: 1 });
seen.first_page = page.items.map((e) => e.event);
seen.next_page = (await client.events.get(domain, { page: page.pages.next.page })).items.map((e) => e.event);
console.log(JSON.stringify(seen));
