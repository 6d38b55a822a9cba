// Building the page without ever reading markup: text goes in as text.

/** An element; `attributes` with on… functions, false leaves one out; children are elements, texts, or null. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

export function sizeText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

let utc = false;
export const toggleUtc = () => { utc = !utc; return utc; };

/** A moment, whole: local or UTC. */
export function timeText(seconds) {
  const time = new Date(seconds * 1000);
  if (utc) return time.toISOString().replace("T", " ").replace("Z", " UTC");
  return time.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** How long ago, in a word. */
export function ageText(seconds, now = Date.now() / 1000) {
  const age = Math.max(0, now - seconds);
  if (age < 10) return "now";
  if (age < 60) return `${Math.floor(age)} s`;
  if (age < 3600) return `${Math.floor(age / 60)} min`;
  if (age < 86400) return `${Math.floor(age / 3600)} h`;
  return `${Math.floor(age / 86400)} d`;
}

/** A <time> that says how long ago, and the moment on hover. */
export function when(seconds) {
  return el("time", { datetime: new Date(seconds * 1000).toISOString(), title: timeText(seconds), "data-seconds": seconds }, ageText(seconds));
}

let toastTimer = 0;
/** A line at the foot of the page, with what can be done about it. */
export function toast(text, action = null, run = null, milliseconds = 4000) {
  const box = byId("toast");
  clearTimeout(toastTimer);
  box.replaceChildren(el("span", {}, text), ...(action ? [el("button", { type: "button", onclick: run }, action)] : []));
  box.hidden = false;
  toastTimer = setTimeout(() => { box.hidden = true; }, milliseconds);
}
export const hideToast = () => { byId("toast").hidden = true; };

export async function copyText(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${what} copied`);
  } catch {
    toast(text);
  }
}
