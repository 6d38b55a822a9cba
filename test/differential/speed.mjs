// Speed of the peers on Node: `speed.mjs mailparser ROUNDS FILE…` and `speed.mjs handlebars ROUNDS FILE`, where FILE has
// JSON lines {template, data, partials}. Both warm up first, as a server that runs for long has.
import { readFileSync } from "node:fs";
import Handlebars from "handlebars";
import { simpleParser } from "mailparser";

const [what, roundsText, ...files] = process.argv.slice(2);
const rounds = Number(roundsText);
// CPU seconds of all threads: the garbage collector is part of the cost, and a busy machine is not.
const now = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

if (what === "mailparser") {
  const messages = files.map((file) => readFileSync(file));
  const all = async () => {
    let decoded = 0;
    for (const message of messages) {
      const parsed = await simpleParser(message, { skipImageLinks: true, skipTextToHtml: true, skipHtmlToText: true, skipTextLinks: true });
      decoded += (parsed.text ?? "").length + parsed.attachments.reduce((sum, one) => sum + one.size, 0);
    }
    return decoded;
  };
  await all();
  const start = now();
  let decoded = 0;
  for (let round = 0; round < rounds; ++round) decoded += await all();
  const octets = messages.reduce((sum, one) => sum + one.length, 0) * rounds;
  console.log(JSON.stringify({ seconds: now() - start, octets, decoded }));
} else {
  const answers = [];
  for (const line of readFileSync(files[0], "utf8").split("\n").filter(Boolean)) {
    const { template, data, partials } = JSON.parse(line);
    const engine = Handlebars.create();
    engine.registerPartial(partials);
    const render = engine.compile(template);
    let octets = 0;
    for (let i = 0; i < 20000; ++i) octets += render(data).length; // the compiler has seen what is hot
    octets = 0;
    const start = now();
    for (let round = 0; round < rounds; ++round) octets += render(data).length;
    answers.push({ seconds: (now() - start) / rounds, octets: octets / rounds });
  }
  console.log(JSON.stringify(answers));
}
