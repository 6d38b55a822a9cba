// Unmodified nodemailer over SMTP: node nodemailer.mjs STARTTLS_PORT TLS_PORT CA_FILE USER PASSWORD
import fs from "node:fs";
import nodemailer from "nodemailer";

const [startTlsPort, tlsPort, ca, user, pass] = process.argv.slice(2);
const tls = { ca: fs.readFileSync(ca), servername: "localhost" };
const seen = {};

async function send(name, options) {
  const transport = nodemailer.createTransport({ host: "localhost", auth: { user, pass }, tls, ...options });
  try {
    await transport.verify();
    const info = await transport.sendMail({
      from: `Jörg <${user}>`,
      to: "ana@north.test, Bob <bob@south.test>",
      subject: `Grüße über ${name}`,
      text: "Hello\n.dot\nJörg €\n",
      html: "<p>Hello</p>",
      attachments: [{ filename: "a.bin", content: Buffer.from([0, 1, 2, 255]) }],
      headers: { "X-Mailgun-Tag": name },
    });
    seen[name] = { accepted: info.accepted, rejected: info.rejected, response: info.response };
  } catch (error) {
    seen[name] = { code: error.responseCode, error: error.message };
  }
  transport.close();
}

await send("starttls", { port: Number(startTlsPort), requireTLS: true });
await send("implicit", { port: Number(tlsPort), secure: true });
await send("pool", { port: Number(startTlsPort), requireTLS: true, pool: true });
await send("wrong", { port: Number(startTlsPort), requireTLS: true, auth: { user, pass: "wrong password" } });
console.log(JSON.stringify(seen));
