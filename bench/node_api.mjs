// The usual home-made send API: takes the form of POST /messages and hands the mail to an SMTP server, answering when that has
// taken it. node node_api.mjs PORT SMTP_PORT; nodemailer comes from test/conformance.
import http from "node:http";
import { createRequire } from "node:module";

const require = createRequire(new URL("../test/conformance/package.json", import.meta.url));
const nodemailer = require("nodemailer");
const [port, smtpPort] = process.argv.slice(2).map(Number);
const transport = nodemailer.createTransport({ host: "127.0.0.1", port: smtpPort, pool: true, maxConnections: 20, maxMessages: Infinity, ignoreTLS: true });

http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", async () => {
    const form = new URLSearchParams(Buffer.concat(parts).toString());
    try {
      const info = await transport.sendMail({ from: form.get("from"), to: form.getAll("to"), subject: form.get("subject"), text: form.get("text") });
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ id: info.messageId, message: "Queued. Thank you." }));
    } catch (error) {
      response.writeHead(500).end(error.message);
    }
  });
}).listen(port, "127.0.0.1");
