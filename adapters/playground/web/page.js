// The page: what is known, what is shown, and what happens on an event.

import { fill, get, h, icon, keep, kept, locale, post, zone } from "./dom.js";
import { Clock } from "./clock.js";
import { Composer } from "./composer.js";
import { Library } from "./library.js";
import { Talk } from "./talk.js";

const $ = (id) => document.getElementById(id);

const state = {
  about: { previews: [], examples: [], features: [] },
  channels: [],
  channel: kept("channel") ?? "general",
  form: kept("form") ?? "",
  following: "", // the entry that began the thread in which the next question is asked
  entries: new Map(), // channel → Map of id → entry
  read: new Map(), // channel → Seq up to which it was looked at
};

const talk = new Talk($("canvas"), $("log"), {
  follow,
  press,
  sources: (message) => library.known(message),
  read: (source, message) => {
    openTab("library");
    showView("desk");
    library.read(source.id, quotesOf(message));
  },
  example: (text) => send(text),
  command: (text) => composer.fill(text),
});
const composer = new Composer($("composer"), $("ask"), $("choices"), {
  send,
  leave: () => state.following && follow(null),
  channel: () => state.channel,
});
const clock = new Clock(document.querySelector(".clock"), { move: (where) => move({ move: where }), moveTo: (at) => move({ to: at.toISOString() }) });
const library = new Library($("library"), {
  channel: () => state.channel,
  loaded: (cards) => {
    const newest = cards.filter((c) => c.published).map((c) => new Date(c.published)).sort((a, b) => b - a)[0];
    if (newest) clock.offer(newest);
    showTalk();
  },
});

// --- telling the person

let toastTimer = 0;

function toast(words) {
  $("toast").textContent = words;
  $("toast").classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => $("toast").classList.remove("shown"), 6000);
}

async function attempt(what) {
  try {
    return await what();
  } catch (error) {
    toast(error.message);
    return undefined;
  }
}

// --- channels

const here = () => state.channels.find((c) => c.id === state.channel) ?? { id: state.channel, kind: "channel", digests: [] };
const list = (id) => [...(state.entries.get(id)?.values() ?? [])].sort((a, b) => a.seq - b.seq);

// inOurZone leaves the zone out of a schedule's words where it is the reader's own.
const inOurZone = (schedule) => schedule.replace(` (${zone})`, "").replace(`, ${zone}`, "");

async function loadChannels() {
  state.channels = await get("/api/channels");
  if (!state.channels.some((c) => c.id === state.channel)) state.channel = state.channels[0].id;
  for (const c of state.channels) if (!state.read.has(c.id)) state.read.set(c.id, c.last);
  showChannels();
}

async function loadTranscript(id) {
  // The map is there before the answer: events that overtake it are kept, and take() keeps the newer of two.
  state.entries.set(id, new Map());
  const { entries } = await get("/api/channels/" + encodeURIComponent(id));
  entries.forEach(take);
}

function showChannels() {
  const row = (c) => {
    const unread = c.id !== state.channel && c.last > (state.read.get(c.id) ?? 0);
    const name = c.kind === "direct" ? [h("img", { class: "dm-face", src: "/attache.svg", alt: "", width: 18, height: 18 }), "Attaché"] : [h("span", { class: "hash", "aria-hidden": "true" }, "#"), h("span", { class: "channel-name" }, c.id)];
    return h("li", {},
      h("button", { type: "button", class: unread ? "channel unread" : "channel", "data-channel": c.id, "aria-current": c.id === state.channel ? "true" : false, onclick: () => openChannel(c.id) },
        name, unread ? [h("span", { class: "dot", "aria-hidden": "true" }), h("span", { class: "unseen" }, ", unread")] : ""),
      c.digests.length ? h("ul", { class: "digests", "aria-label": "Digests of " + c.id }, c.digests.map((d) =>
        h("li", { class: d.paused ? "paused" : false, title: d.paused ? d.reason || "paused" : "" }, h("span", {}, inOurZone(d.schedule)), d.paused ? " · paused" : d.beat ? " · " + d.beat : ""))) : "");
  };
  const focused = document.activeElement?.dataset?.channel;
  fill($("channel-list"), state.channels.filter((c) => c.kind !== "direct").map(row));
  fill($("direct-list"), state.channels.filter((c) => c.kind === "direct").map(row));
  if (focused) document.querySelector(`.channel[data-channel="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });

  const c = here();
  fill($("talk-title"), c.kind === "direct" ? "Attaché" : [h("span", { class: "hash", "aria-hidden": "true" }, "#"), c.id]);
  const active = c.digests.filter((d) => !d.paused).length;
  $("talk-sub").textContent = c.kind === "direct" ? "Direct messages, only you and Attaché" : active === 0 ? "No digest in this channel yet" : active === 1 ? "1 digest, " + inOurZone(c.digests.find((d) => !d.paused).schedule) : `${active} digests`;
}

async function openChannel(id) {
  state.channel = id;
  state.following = "";
  keep("channel", id);
  await attempt(async () => {
    if (!state.entries.has(id)) await loadTranscript(id);
  });
  seen(id);
  showView("talk");
  showChannels();
  showTalk();
  talk.toEnd();
}

function seen(id) {
  const newest = list(id).at(-1)?.seq ?? 0;
  state.read.set(id, Math.max(state.read.get(id) ?? 0, newest));
}

$("new-channel").addEventListener("click", () => {
  const form = $("new-channel-form");
  form.hidden = !form.hidden;
  $("new-channel").setAttribute("aria-expanded", String(!form.hidden));
  if (!form.hidden) $("new-channel-name").focus();
});

$("new-channel-form").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const made = await post("/api/channels", { name: $("new-channel-name").value });
    $("new-channel-name").value = "";
    $("new-channel-form").hidden = true;
    $("new-channel").setAttribute("aria-expanded", "false");
    await loadChannels();
    await openChannel(made.id);
    $("ask").focus();
  });
});

$("new-channel-form").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  $("new-channel-form").hidden = true;
  $("new-channel").setAttribute("aria-expanded", "false");
  $("new-channel").focus();
});

// --- the conversation

function showTalk() {
  talk.show(here(), list(state.channel), state.form, state.following, state.about);
  const root = state.following && state.entries.get(state.channel)?.get(state.following);
  $("in-thread").hidden = !root || here().kind === "direct";
  const c = here();
  $("ask").placeholder = root && !$("in-thread").hidden ? "Ask on in this thread" : c.kind === "direct" ? "Ask Attaché, or type / for commands" : `Ask in #${c.id}, or type / for commands`;
  if (root) $("in-thread-words").textContent = root.text || root.message?.gist || "this digest";
}

// quotesOf is the text in which a message quotes its sources.
const quotesOf = (message) => (message?.blocks ?? []).flatMap((b) => (b.type === "list" ? b.items : [b.spans ?? []])).map((spans) => spans.map((s) => s.text ?? "").join(""));

// take puts an entry of an event or an answer in its place, unless a newer one is there.
function take(e) {
  let all = state.entries.get(e.channel);
  if (!all) return; // not looked at yet: it is read when the channel is opened
  const before = all.get(e.id);
  if (!before || before.rev < e.rev) all.set(e.id, e);
}

function onEntry(e) {
  take(e);
  const channel = state.channels.find((c) => c.id === e.channel);
  if (channel && (e.kind === "answer" || e.kind === "post")) channel.last = Math.max(channel.last, e.seq);
  if (e.channel !== state.channel) {
    if (e.kind === "post") toast(`A digest has arrived in #${e.channel}.`);
    showChannels();
    return;
  }
  const fresh = !talk.drawn.has(e.id);
  const atEnd = talk.atEnd();
  seen(e.channel);
  showTalk();
  if (!fresh || !atEnd) return;
  if (e.kind === "post") talk.reveal(e.id);
  else if (e.kind === "answer") talk.reveal(list(e.channel).findLast((q) => q.seq < e.seq && (q.kind === "ask" || q.kind === "run"))?.id ?? e.id);
  else talk.toEnd();
}

function follow(entry) {
  state.following = entry?.id ?? "";
  showTalk();
  $("ask").focus();
}

async function send(text) {
  const channel = state.channel;
  const command = text.startsWith("/");
  const thread = command || here().kind === "direct" ? "" : state.following;
  const id = crypto.randomUUID();
  if (!command && !thread && here().kind === "channel") state.following = id; // what is asked next leans on this
  talk.toEnd();
  const came = await attempt(() => post("/api/ask", { id, channel, thread, text, zone, locale }));
  if (!came) {
    if (state.following === id) state.following = "";
    if ($("ask").value === "") composer.fill(text);
    showTalk();
    return;
  }
  for (const e of [came.asked, came.answer]) if (e) onEntry(e);
}

async function press(entry, button, element) {
  // Not disabled: a disabled button loses the focus, and a reader of the keyboard their place.
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  const came = await attempt(() => post("/api/click", { id: crypto.randomUUID(), channel: entry.channel, entry: entry.id, action: button.action, value: button.value ?? "", zone, locale }));
  element.removeAttribute("aria-busy");
  if (came?.answer) onEntry(came.answer);
}

// --- the form in which messages are shown

function showForms() {
  const names = [...state.about.previews, "Plain"];
  if (!names.includes(state.form)) state.form = names[0];
  fill($("forms"), names.map((name) => h("button", {
    type: "button", role: "radio", "data-form": name, "aria-checked": String(name === state.form), tabindex: name === state.form ? 0 : -1,
    onclick: () => chooseForm(name),
  }, name)));
}

function chooseForm(name) {
  state.form = name;
  keep("form", name);
  showForms();
  showTalk();
  talk.toEnd();
}

$("forms").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const names = [...state.about.previews, "Plain"];
  chooseForm(names[(names.indexOf(state.form) + step + names.length) % names.length]);
  $("forms").querySelector("[aria-checked=true]").focus();
});

// --- the clock

async function move(where) {
  clock.busy(true);
  const came = await attempt(() => post("/api/clock", { ...where, zone }));
  clock.busy(false);
  if (!came) return;
  clock.show(came);
  await attempt(loadChannels);
}

// --- the desk: library and status

const tabs = ["library", "status"];

function openTab(name, focus) {
  for (const t of tabs) {
    const on = t === name;
    $("tab-" + t).setAttribute("aria-selected", String(on));
    $("tab-" + t).tabIndex = on ? 0 : -1;
    $(t).hidden = !on;
  }
  if (focus) $("tab-" + name).focus();
  if (name === "status") attempt(loadAbout);
  else library.load();
}

for (const t of tabs) {
  $("tab-" + t).addEventListener("click", () => openTab(t));
  $("tab-" + t).addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") openTab(tabs.find((o) => o !== t), true);
  });
}

// featureWords leaves out the state, which stands beside the name, and sets what is to be typed apart.
const featureWords = (words) => words.replace(/^(on|off)[,:] /, "").split("`").map((part, i) => (i % 2 ? h("code", {}, part) : part));

async function loadAbout() {
  state.about = await get("/api/about");
  const row = (f) => h("li", { class: f.on ? "feature on" : "feature off" },
    h("p", { class: "feature-name" }, h("span", { class: "lamp", "aria-hidden": "true" }), f.name, h("span", { class: "feature-state" }, f.on ? "on" : "off")),
    f.words ? h("p", { class: "feature-words" }, featureWords(f.words)) : "");
  const keys = [["/", "go to the question, begin a command"], ["Enter", "send"], ["↑ ↓", "walk through completions"], ["Tab", "take a completion"], ["Esc", "close completions, leave the thread"]];
  fill($("status"),
    h("div", { class: "desk-head" }, h("h2", {}, "Today")),
    state.about.features.length ? h("ul", { class: "features" }, state.about.features.map(row)) : h("p", { class: "quiet" }, "Nothing is reported."),
    h("h3", { class: "keys-title" }, "Keys"),
    h("dl", { class: "keys" }, keys.map(([key, does]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, does)])),
    state.about.version ? h("p", { class: "version" }, "Attaché ", state.about.version) : "");
}

// --- views on a phone, colours, keys

function showView(name) {
  $("frame").dataset.view = name;
  for (const b of $("views").querySelectorAll("button")) {
    if (b.dataset.view === name) b.setAttribute("aria-current", "page");
    else b.removeAttribute("aria-current");
  }
}

for (const b of $("views").querySelectorAll("button")) b.addEventListener("click", () => showView(b.dataset.view));

const THEMES = {
  auto: ["as the system", icon("M10 2.500a7.500 7.500 0 1 0 0 15z", "M10 2.500a7.500 7.500 0 0 1 0 15")],
  light: ["light", icon("M10 6.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7z", "M10 1.500v2M10 16.500v2M1.500 10h2M16.500 10h2M4 4l1.400 1.400M14.600 14.600 16 16M4 16l1.400-1.400M14.600 5.400 16 4")],
  dark: ["dark", icon("M16.500 12.200A7 7 0 0 1 7.800 3.500a7 7 0 1 0 8.700 8.700z")],
};

function setTheme(name) {
  if (!THEMES[name]) name = "auto";
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  keep("theme", name);
  const [words, drawing] = THEMES[name];
  $("theme").setAttribute("aria-label", "Colours: " + words);
  $("theme").title = "Colours: " + words;
  $("theme").dataset.now = name;
  fill($("theme"), drawing);
}

$("theme").addEventListener("click", () => {
  const names = Object.keys(THEMES);
  setTheme(names[(names.indexOf($("theme").dataset.now) + 1) % names.length]);
});

$("leave-thread").addEventListener("click", () => follow(null));

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, [contenteditable]")) return;
  event.preventDefault();
  showView("talk");
  if ($("ask").value === "") composer.fill("/");
  else $("ask").focus();
});

// --- beginning

function listen() {
  const events = new EventSource("/api/events");
  const on = (kind, does) => events.addEventListener(kind, (event) => does(JSON.parse(event.data)));
  // The stream is open before anything is read, at first and after a gap, so that nothing falls between the two.
  on("hello", async () => {
    state.entries.clear();
    await attempt(loadAll);
    document.documentElement.dataset.live = "yes";
  });
  on("entry", onEntry);
  on("channels", () => attempt(loadChannels));
  on("digests", () => attempt(async () => {
    await loadChannels();
    library.load();
    clock.show(await get("/api/clock"));
  }));
  on("clock", (c) => clock.show(c));
  events.addEventListener("error", () => {
    if (document.documentElement.dataset.live === "yes") toast("The connection to Attaché is gone. The page looks for it again by itself.");
    document.documentElement.dataset.live = "no";
  });
}

async function loadAll() {
  await Promise.all([loadAbout(), loadChannels(), get("/api/commands").then((c) => (composer.commands = c)), get("/api/clock").then((c) => clock.show(c))]);
  await loadTranscript(state.channel);
  seen(state.channel);
  showForms();
  showChannels();
  showTalk();
  talk.toEnd();
}

setTheme(kept("theme") ?? "auto");
listen();
library.load();
