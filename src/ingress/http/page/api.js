// The calls of this page; each gives JSON or throws with the server's own words.
export class Refused extends Error {}

async function call(path, options = {}) {
  const response = await fetch(path, { cache: "no-store", ...options });
  const text = await response.text();
  let answer = null;
  try { answer = JSON.parse(text); } catch { /* said below */ }
  if (!response.ok) {
    const id = response.headers.get("X-Request-Id");
    throw new Refused(`${answer?.message ?? text.slice(0, 200)} (${response.status}, request ${id})`);
  }
  return answer;
}

const key = (text) => encodeURIComponent(text);
export const sandbox = () => call("/_/api/sandbox");
export const list = (query, before, limit) => {
  const parameters = new URLSearchParams({ limit });
  if (query) parameters.set("query", query);
  if (before) parameters.set("before", before);
  return call(`/_/api/inbox?${parameters}`);
};
export const message = (id) => call(`/_/api/inbox/${key(id)}`);
export const remove = (id) => call(`/_/api/inbox/${key(id)}`, { method: "DELETE" });
export const removeAll = () => call("/_/api/inbox", { method: "DELETE" });
export async function source(id) {
  const response = await fetch(`/_/api/inbox/${key(id)}/source`, { cache: "no-store" });
  if (!response.ok) throw new Refused(`the source cannot be read (${response.status})`);
  return response.text();
}
export const htmlUrl = (id, pictures) => `/_/api/inbox/${key(id)}/html${pictures ? "?pictures=remote" : ""}`;
export const sourceUrl = (id) => `/_/api/inbox/${key(id)}/source?download=1`;
export const attachmentUrl = (id, number) => `/_/api/inbox/${key(id)}/attachments/${number}`;
