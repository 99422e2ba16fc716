// The conversation: threads of entries, drawn in the chosen form. An entry's element is kept until the entry changes.

import { clockTime, dayOf, fill, format, h, icon, now } from "./dom.js";
import { drawDiscord } from "./discord.js";
import { drawSlack } from "./slack.js";
import { drawWhy } from "./why.js";

const DRAW = { slack: drawSlack, discord: drawDiscord };

// Talk draws into canvas and log. act has follow(entry), press(entry, button), example(text), command(text).
export class Talk {
  constructor(canvas, log, act) {
    this.canvas = canvas;
    this.log = log;
    this.act = act;
    this.drawn = new Map(); // entry id → {element, mark}
    this.threads = new Map(); // root id → element
    this.channel = null;
    this.form = "";
    this.following = "";
  }

  // show draws a channel: {id, kind}, its entries in order, the form's name and the thread being followed.
  show(channel, entries, form, following, about) {
    const moved = this.channel?.id !== channel.id || this.form !== form;
    if (moved) {
      this.drawn.clear();
      this.threads.clear();
      this.log.replaceChildren();
    }
    this.channel = channel;
    this.form = form;
    this.following = following;
    this.canvas.dataset.form = form.toLowerCase();
    if (entries.length === 0) {
      this.drawn.clear();
      this.threads.clear();
      fill(this.log, this.welcome(about));
      return;
    }
    this.log.querySelector(".welcome")?.remove();

    const roots = new Map();
    const known = new Set(entries.map((e) => e.id));
    for (const e of entries) {
      const root = channel.kind === "direct" ? e.id : e.thread && known.has(e.thread) ? e.thread : e.id;
      if (!roots.has(root)) roots.set(root, []);
      roots.get(root).push(e);
    }
    for (const id of this.threads.keys()) {
      if (!roots.has(id)) {
        this.threads.get(id).remove();
        this.threads.delete(id);
      }
    }
    for (const id of this.drawn.keys()) if (!known.has(id)) this.drawn.delete(id);

    const wanted = [];
    let day = "";
    for (const [root, list] of roots) {
      const today = dayOf(new Date(list[0].at));
      if (today !== day) wanted.push(this.divider(today));
      day = today;
      wanted.push(this.thread(root, list));
    }
    arrange(this.log, wanted);
  }

  divider(words) {
    this.dividers ??= new Map();
    if (!this.dividers.has(words)) {
      this.dividers.set(words, h("div", { class: "day", role: "separator", "aria-label": words }, h("span", {}, words)));
    }
    return this.dividers.get(words);
  }

  thread(root, list) {
    let box = this.threads.get(root);
    if (!box) {
      box = h("section", { class: "thread", "data-root": root });
      this.threads.set(root, box);
    }
    box.classList.toggle("followed", this.following === root && this.channel.kind === "channel");
    box.classList.toggle("flat", list[0].kind === "run"); // what a command answers stands in the channel, not in a thread
    box.setAttribute("aria-label", list[0].text ? "Thread: " + list[0].text : "Digest");
    const [first, ...replies] = list;
    const wanted = [this.entry(first, list)];
    if (replies.length) {
      let below = box.querySelector(":scope > .replies");
      if (!below) below = h("div", { class: "replies" });
      arrange(below, replies.map((e) => this.entry(e, list)));
      wanted.push(below);
    }
    const waiting = list.some((e) => e.pending);
    const answered = list.some((e) => e.message && !e.private);
    if (waiting) wanted.push(this.thinking(root));
    else if (answered) wanted.push(this.follow(root, list));
    arrange(box, wanted);
    return box;
  }

  thinking(root) {
    const old = this.threads.get(root)?.querySelector(":scope > .thinking");
    if (old) return old;
    return h("div", { class: "thinking" }, avatar("bot"), h("p", {}, "Attaché is reading the library", h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"))));
  }

  // follow is the page's own row below a thread: ask on, and read the sources of the last answer.
  follow(root, list) {
    const last = list.findLast((e) => e.message && !e.private);
    const sources = this.act.sources(last.message);
    const mark = this.form + last.rev + sources.map((s) => s.number + s.id).join();
    const old = this.threads.get(root)?.querySelector(":scope > .follow");
    if (old?.dataset.mark === mark) return old;
    const words = this.form === "Discord" ? "Reply" : "Reply in thread";
    return h("div", { class: "follow", "data-mark": mark },
      this.channel.kind === "channel" && h("button", { type: "button", onclick: () => this.act.follow(list[0]) }, icon("M8 4 3 9l5 5M3 9h8.500c3.500 0 5.500 2 5.500 5.500"), words),
      sources.slice(0, 5).map((s) => h("button", { type: "button", class: "read", title: s.title, onclick: () => this.act.read(s, last.message) }, icon("M10 5C8 3.500 5.500 3 2.500 3v12.500c3 0 5.500.5 7.500 2 2-1.500 4.500-2 7.500-2V3c-3 0-5.500.5-7.500 2zm0 0v12.500"), `Read [${s.number}]`, h("span", { class: "unseen" }, " in the library: ", s.title))));
  }

  // entry returns the element of e, drawn anew where e has changed. The focus stays on the button that it was on.
  entry(e, list) {
    const before = this.drawn.get(e.id);
    if (before && before.rev === e.rev) return before.element;
    const focused = before ? [...before.element.querySelectorAll("button, a")].indexOf(document.activeElement) : -1;
    const element = this.draw(e, list);
    if (before) before.element.replaceWith(element);
    this.drawn.set(e.id, { element, rev: e.rev });
    if (focused >= 0) [...element.querySelectorAll("button, a")][focused]?.focus({ preventScroll: true });
    return element;
  }

  draw(e, list) {
    const mine = e.kind === "ask" || e.kind === "run";
    const box = h("article", { class: "entry " + (mine ? "mine" : "theirs"), "data-id": e.id, "data-kind": e.kind });
    if (e.private && !mine) box.classList.add("private");
    const at = new Date(e.at);
    const time = h("time", { datetime: e.at, title: dayOf(at) + " " + clockTime(at) }, this.form === "Discord" ? discordStamp(at) : clockTime(at));

    if (mine && e.kind === "run" && this.form === "Discord") {
      box.classList.add("used");
      box.append(h("p", { class: "spine" }, h("b", {}, "You"), " used ", h("span", { class: "used-command" }, e.text)), h("span", { class: "unseen" }, " at ", clockTime(at)));
      return box;
    }
    if (!mine && this.form === "Slack" && e.private) box.append(h("p", { class: "only-you" }, eye(), "Only visible to you"));
    if (!mine && this.form === "Discord") {
      const asked = list.findLast((q) => q.seq < e.seq && q.kind === "ask");
      const direct = list.find((q) => q.seq > (asked?.seq ?? 0) && q.kind === "run" && q.seq < e.seq);
      if (asked && !direct) box.append(h("p", { class: "spine" }, h("b", {}, "@You"), " ", asked.text));
    }
    const badge = mine ? "" : h("span", { class: "badge" }, "APP");
    const head = h("p", { class: "entry-head" }, h("b", { class: "name" }, mine ? "You" : "Attaché"), badge, time, e.edited && this.form !== "Discord" ? h("span", { class: "edited" }, "edited") : "");
    const body = h("div", { class: "entry-body" });
    if (mine) {
      const mention = e.kind === "ask" && !e.thread && this.channel.kind === "channel" ? [h("span", { class: this.form === "Discord" ? "discord-mention" : "slack-mention" }, "@Attaché"), " "] : [];
      body.append(h("p", { class: e.kind === "run" ? "said said-command" : "said" }, mention, e.text));
    } else body.append(this.message(e), ...(e.why ? [drawWhy(e.why)] : []));
    box.append(h("div", { class: "entry-row" }, avatar(mine ? "you" : "bot"), h("div", { class: "entry-main" }, head, body)));
    if (!mine && this.form === "Discord" && e.private) box.append(h("p", { class: "only-you" }, eye(), "Only you can see this"));
    return box;
  }

  message(e) {
    const payload = e.previews?.[this.form];
    const fault = e.fault?.[this.form];
    if (fault) return h("p", { class: "fault" }, `${this.form} can't show this message: ${fault}`);
    const draw = DRAW[this.form.toLowerCase()];
    const context = {
      button: (b, kind) => this.button(e, b, kind),
      picture: (alt, url = "") => pictureOf(e.message, alt, url),
      words: (url) => (e.message?.blocks ?? []).find((b) => b.type === "image" && ((b.url && b.url === url) || (b.name && url.endsWith(b.name))))?.alt ?? "",
    };
    if (draw && payload) return draw(payload, context);
    const buttons = (e.message?.blocks ?? []).filter((b) => b.type === "buttons").flatMap((b) => b.items);
    return h("div", { class: "plain" }, h("div", { class: "plain-text" }, (e.plain ?? e.message?.gist ?? "").split("\n").map(plainLine)),
      buttons.some((b) => b.action) ? h("p", { class: "plain-buttons" }, buttons.filter((b) => b.action).map((b) => this.button(e, { label: b.label, value: b.value ?? "", ids: [b.action] }, "plain-button"))) : "");
  }

  // button draws a button of a rendering and finds the button of the message that it stands for.
  button(e, b, kind) {
    const all = (e.message?.blocks ?? []).filter((x) => x.type === "buttons").flatMap((x) => x.items).filter((x) => x.action);
    const names = (x) => b.ids.some((id) => id.includes(x.action)) && (b.value === (x.value ?? "") || b.ids.some((id) => x.value && id.endsWith(x.value)));
    const meant = all.find((x) => names(x) && x.label === b.label) ?? all.find(names) ?? all.find((x) => x.label === b.label);
    const pressed = meant && (e.pressed ?? []).includes(meant.action + " " + (meant.value ?? ""));
    const element = h("button", { type: "button", class: kind + (pressed ? " pressed" : ""), disabled: b.disabled || !meant, "data-action": meant?.action, title: b.icon && b.label }, b.icon ?? "", b.icon ? h("span", { class: "unseen" }, b.label) : b.label, pressed ? h("span", { class: "unseen" }, " (pressed)") : "");
    element.addEventListener("click", () => this.act.press(e, meant, element));
    return element;
  }

  welcome(about) {
    const examples = about?.examples ?? [];
    const channel = this.channel.kind === "channel";
    return h("div", { class: "welcome" },
      h("p", { class: "welcome-kicker" }, channel ? "#" + this.channel.id : "Direct messages"),
      h("h2", {}, "Ask what the sources say."),
      h("p", {}, "Attaché answers from the articles in its library and from nothing else. Each sentence keeps its speaker and its source, and where the library is silent the answer says so."),
      examples.length ? h("ul", { class: "welcome-examples", "aria-label": "Questions to begin with" }, examples.map((q) => h("li", {}, h("button", { type: "button", onclick: () => this.act.example(q) }, h("span", {}, q), icon("M4 10h12M11 5l5 5-5 5"))))) : "",
      channel ? h("p", { class: "welcome-more" }, "Or have this channel briefed: ", h("button", { type: "button", class: "inline-command", onclick: () => this.act.command("/brief digest add daily 08:00") }, "/brief digest add daily 08:00"), " and move the clock to see it arrive.") : "");
  }

  // reveal scrolls so that entry id is read from its beginning, or to the end where it fits.
  reveal(id) {
    const element = this.drawn.get(id)?.element;
    const canvas = this.canvas;
    if (!element) return;
    const top = element.getBoundingClientRect().top - canvas.getBoundingClientRect().top + canvas.scrollTop;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    canvas.scrollTo({ top: Math.min(top - 16, canvas.scrollHeight), behavior: calm ? "auto" : "smooth" });
  }

  atEnd() {
    return this.canvas.scrollHeight - this.canvas.scrollTop - this.canvas.clientHeight < 120;
  }

  toEnd() {
    this.canvas.scrollTop = this.canvas.scrollHeight;
  }
}

// plainLine is a line of the terminal's form: what is wrapped hangs below its text, as the terminal would have it.
function plainLine(line) {
  const [, blank, mark, text] = /^( *)(│ |• |\d+\. |\[\d+\] )?(.*)$/s.exec(line);
  const quote = mark === "│ ";
  const row = h("div", { class: quote ? "plain-quote" : "" }, quote ? "" : (mark ?? ""), text || (mark ? "" : "\u00a0"));
  row.style.marginLeft = blank.length + "ch";
  if (mark && !quote) {
    row.style.paddingLeft = mark.length + "ch";
    row.style.textIndent = -mark.length + "ch";
  }
  return row;
}

// arrange makes parent hold exactly wanted, in order, and moves only what is out of place.
function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((child, i) => {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
}

function avatar(who) {
  if (who === "you") return h("span", { class: "avatar avatar-you", "aria-hidden": "true" }, "Y");
  return h("img", { class: "avatar", src: "/attache.svg", alt: "", width: 36, height: 36 });
}

const eye = () => icon("M1.500 10S4.500 4.500 10 4.500 18.500 10 18.500 10 15.500 15.500 10 15.500 1.500 10 1.500 10z", "M10 7.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5z");

function discordStamp(at) {
  const day = (t) => format(t, { day: "2-digit", month: "2-digit", year: "numeric" });
  return day(at) === day(now()) ? "Today at " + clockTime(at) : day(at) + " " + clockTime(at);
}

// pictureOf finds the bytes of a picture that travels in the message.
function pictureOf(message, alt, url) {
  const images = (message?.blocks ?? []).filter((b) => b.type === "image" && b.data);
  const image = images.find((i) => url && i.name && url.endsWith(i.name)) ?? images.find((i) => i.alt === alt);
  if (!image) return "";
  const kind = /\.jpe?g$/i.test(image.name ?? "") ? "jpeg" : /\.gif$/i.test(image.name ?? "") ? "gif" : /\.webp$/i.test(image.name ?? "") ? "webp" : "png";
  return `data:image/${kind};base64,${image.data}`;
}
