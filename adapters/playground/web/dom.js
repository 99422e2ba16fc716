// What every part of the page uses to make elements. Text always becomes a text node; nothing is ever parsed as HTML.

// h makes an element: h("p", {class: "quiet"}, "text", child).
export function h(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (value === true) e.setAttribute(name, "");
    else e.setAttribute(name, String(value));
  }
  e.append(...children.flat(Infinity).filter((c) => c !== undefined && c !== null && c !== false && c !== ""));
  return e;
}

const SVG = "http://www.w3.org/2000/svg";

// icon draws paths in a box of 20 by 20.
export function icon(...paths) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

// webAddress returns url where it is http or https, else "".
export function webAddress(url) {
  try {
    const u = new URL(url);
    return u.protocol === "http:" || u.protocol === "https:" ? u.href : "";
  } catch {
    return "";
  }
}

// link makes an outgoing link of children, or returns them as they are where url is not http(s).
export function link(url, children, attributes = {}) {
  const href = webAddress(url);
  if (!href) return h("span", {}, children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", ...attributes }, children);
}

// clear empties an element and fills it with children.
export function fill(e, ...children) {
  e.replaceChildren(...children.flat(Infinity).filter((c) => c !== undefined && c !== null && c !== false && c !== ""));
  return e;
}

// get and post speak to the API. An error carries the words of the server.
export async function get(path, options = {}) {
  return answerOf(await reach(path, options));
}

export async function post(path, body) {
  return answerOf(
    await reach(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  );
}

async function reach(path, options) {
  try {
    return await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new Error("Attaché can't be reached. Is it still running in the terminal?", { cause });
  }
}

async function answerOf(response) {
  const body = await response.json().catch(() => null);
  if (!response.ok) {
    const error = new Error(body?.error?.message ?? `The server answered with status ${response.status}.`);
    error.code = body?.error?.code ?? "failed";
    throw error;
  }
  return body;
}

// keep and kept remember a choice in this browser. A browser that refuses storage forgets.
export function keep(name, value) {
  try {
    localStorage.setItem("attache." + name, value);
  } catch {
    // private windows may refuse
  }
}

export function kept(name) {
  try {
    return localStorage.getItem("attache." + name);
  } catch {
    return null;
  }
}

// zone and locale are what the browser tells of its person.
export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
export const locale = navigator.language || "en";

const formats = new Map();

// format writes an instant; options are those of Intl.DateTimeFormat.
export function format(at, options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return formats.get(key).format(at);
}

export const clockTime = (at) => format(at, { hour: "2-digit", minute: "2-digit" });
export const dayOf = (at) => format(at, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

// span says how long something takes: "2 d 3 h", "3 h 12 min", "40 s".
export function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 90) return `${s} s`;
  const min = Math.round(s / 60);
  if (min < 60) return `${min} min`;
  const days = Math.round(min / 60 / 24);
  if (days > 60) return days > 700 ? `${Math.round(days / 365.25)} years` : `${Math.round(days / 30.44)} months`;
  const hours = Math.floor(min / 60);
  if (hours < 48) return min % 60 ? `${hours} h ${min % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

// now is the playground's time, which the clock may have moved from this machine's.
let ahead = 0;
export const now = () => new Date(Date.now() + ahead);
export const setNow = (at) => (ahead = at.getTime() - Date.now());
