// Reads {template, data, partials} a line, writes {output} or {error} a line. `equal` is ours, so it is taught here.
import { createInterface } from "node:readline";
import Handlebars from "handlebars";

const engine = Handlebars.create();
engine.log = () => {};
engine.registerHelper("equal", function (a, b, options) {
  const same = (a == null ? "" : String(a)) === (b == null ? "" : String(b));
  return options.fn ? (same ? options.fn(this) : options.inverse(this)) : same;
});
for await (const line of createInterface({ input: process.stdin })) {
  const { template, data, partials } = JSON.parse(line);
  let answer;
  try {
    answer = { output: engine.compile(template)(data, { partials: { ...partials } }) };
  } catch (error) {
    answer = { error: true, message: String(error.message).split("\n")[0] };
  }
  console.log(JSON.stringify(answer));
}
