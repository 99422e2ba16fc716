// The library: a list of articles or of stories, a story with its reports, and one article with its sentences numbered and its
// statements marked.

import { clockTime, fill, format, get, h, icon, link } from "./dom.js";

// The stances in the order of the legend.
const STANCES = ["says", "claims", "denies", "condemns", "supports", "warns", "speculates", "asks", "promises"];

export class Library {
  // act has loaded(cards) and channel(), whose people see the library as they may.
  constructor(panel, act) {
    this.panel = panel;
    this.act = act;
    this.cards = [];
    this.words = "";
    this.open = null;
    this.shows = "articles"; // or "stories"
    this.stories = null; // cards, once they were asked for
  }

  seen() {
    return "?channel=" + encodeURIComponent(this.act.channel() ?? "");
  }

  async load() {
    try {
      this.cards = await get("/api/articles" + this.seen());
      this.stories = null;
      if (!this.open) this.list();
      this.act.loaded(this.cards);
    } catch (error) {
      fill(this.panel, h("p", { class: "quiet" }, error.message), h("button", { type: "button", class: "small", onclick: () => this.load() }, "Try again"));
    }
  }

  list(focusOn = "") {
    this.open = null;
    if (this.shows === "stories") return this.listStories(focusOn);
    const cards = h("ul", { class: "cards" });
    const show = () => {
      const words = this.words.toLowerCase();
      const found = this.cards.filter((c) => [c.title, c.outlet, c.label].join(" ").toLowerCase().includes(words));
      fill(cards, found.map((c) => this.card(c)), found.length ? "" : h("li", { class: "quiet" }, this.cards.length ? "No article has these words in its title or outlet." : "The library is empty. Add an article in the terminal: attache add FILE."));
    };
    const search = h("input", { type: "search", id: "find-article", placeholder: "Find by title or outlet", "aria-label": "Find an article by title or outlet", autocomplete: "off", value: this.words });
    search.addEventListener("input", () => {
      this.words = search.value;
      show();
    });
    const count = this.cards.length === 1 ? "1 article" : `${this.cards.length} articles`;
    fill(this.panel, h("div", { class: "desk-head" }, h("h2", {}, "Library"), h("p", { class: "quiet" }, count)), this.switch(), this.cards.length > 6 || this.words ? search : "", cards);
    show();
    if (focusOn) this.panel.querySelector(`[data-article="${CSS.escape(focusOn)}"]`)?.focus();
  }

  // switch chooses between the articles and the stories that they tell.
  switch() {
    const button = (what, label) => h("button", { type: "button", class: "small", "aria-pressed": String(this.shows === what), onclick: () => {
      this.shows = what;
      this.list();
      this.panel.querySelector(`.which [aria-pressed="true"]`)?.focus();
    } }, label);
    return h("div", { class: "which", role: "group", "aria-label": "Show the library as" }, button("articles", "Articles"), button("stories", "Stories"));
  }

  async listStories(focusOn) {
    const head = (words) => [h("div", { class: "desk-head" }, h("h2", {}, "Library"), h("p", { class: "quiet" }, words)), this.switch()];
    if (!this.stories) {
      fill(this.panel, head("Stories are being grouped …"));
      try {
        this.stories = await get("/api/stories" + this.seen());
      } catch (error) {
        if (this.shows === "stories" && !this.open) fill(this.panel, head(""), h("p", { class: "quiet" }, error.message));
        return;
      }
      if (this.shows !== "stories" || this.open) return;
    }
    const focused = this.panel.querySelector(".which :focus");
    fill(this.panel, head(count(this.stories.length, "story", "stories")), h("ul", { class: "cards" }, this.stories.map((s) =>
      h("li", {}, h("button", { type: "button", class: "card", "data-article": s.lead, onclick: () => this.story(s.lead) },
        h("span", { class: "card-outlet" }, when({ published: s.newest })),
        h("span", { class: "card-title" }, unbroken(s.title || "Untitled")),
        h("span", { class: "card-foot" }, told(s))))),
      this.stories.length ? "" : h("li", { class: "quiet" }, "The library is empty. Add an article in the terminal: attache add FILE.")),
      this.stories.length ? h("p", { class: "quiet" }, "The stories of the library’s newest week.") : "");
    if (focused) this.panel.querySelector(`.which [aria-pressed="true"]`)?.focus();
    if (focusOn) this.panel.querySelector(`[data-article="${CSS.escape(focusOn)}"]`)?.focus();
  }

  // story opens the story that an article is in.
  async story(article) {
    const mark = "story " + article;
    this.open = mark;
    let story;
    try {
      story = await get("/api/stories/" + encodeURIComponent(article) + this.seen());
    } catch (error) {
      this.open = null;
      fill(this.panel, this.back(article), h("p", { class: "quiet" }, error.message));
      return;
    }
    if (this.open !== mark) return;
    const title = h("h2", { class: "article-title", tabindex: "-1", lang: story.articles[0]?.language }, unbroken(story.title || "Untitled"));
    const report = (a, foot) => h("li", { lang: a.language }, h("button", { type: "button", class: "card", "data-article": a.id, onclick: () => this.read(a.id) },
      h("span", { class: "card-outlet", lang: "en" }, [a.outlet, when(a)].filter(Boolean).join(" · ")),
      h("span", { class: "card-title" }, unbroken(a.title || "Untitled")),
      a.label ? h("span", { class: "label", lang: "en" }, a.label) : "",
      foot ? h("span", { class: "card-foot", lang: "en" }, foot) : ""));
    fill(this.panel, this.back(article), h("article", { class: "article" },
      h("p", { class: "card-outlet" }, "Story " + story.id),
      title,
      h("p", { class: "quiet" }, told(story)),
      h("h3", { class: "story-part" }, "Reports"),
      h("ul", { class: "cards" }, story.articles.map((a) => report(a, [languageName(a.language), a.copy_of ? `repeats “${a.copy_of}”` : "independent text"].filter(Boolean).join(" · ")))),
      story.counterparts.length ? [
        h("h3", { class: "story-part" }, "Perhaps the same event, in other languages"),
        h("p", { class: "key-note" }, "Suggested by the names, numbers and places in both, not by what they say. They count for no origin."),
        h("ul", { class: "cards" }, story.counterparts.map((a) => report(a, [languageName(a.language),
          a.firm ? "a number, a name and a country agree" : a.weak ? "less certain: little of a name survives between these scripts" : "suggestion"].filter(Boolean).join(" · ")))),
      ] : ""));
    this.panel.scrollTop = 0;
    title.focus({ preventScroll: true });
  }

  // known returns the sources of a message that are in the library, each as {number, id, title}.
  known(message) {
    const cited = (message?.blocks ?? []).filter((b) => b.type === "sources").flatMap((b) => b.items);
    return cited.flatMap((s) => {
      const card = this.cards.find((c) => c.title === s.title && (!s.outlet || c.outlet === s.outlet));
      return card ? [{ number: s.number, id: card.id, title: card.title }] : [];
    });
  }

  card(c) {
    return h("li", {}, h("button", { type: "button", class: "card", "data-article": c.id, onclick: () => this.read(c.id) },
      h("span", { class: "card-outlet" }, [c.outlet, when(c)].filter(Boolean).join(" · ")),
      h("span", { class: "card-title" }, unbroken(c.title || "Untitled")),
      c.label ? h("span", { class: "label" }, c.label) : "",
      h("span", { class: "card-foot" }, c.sentences === 1 ? "1 sentence" : `${c.sentences} sentences`, c.revision > 1 ? ` · revision ${c.revision}` : "")));
  }

  // read opens an article. Sentences that stand in one of the quotes are marked as cited.
  async read(id, quotes = []) {
    this.open = id;
    let article;
    try {
      article = await get("/api/articles/" + encodeURIComponent(id) + this.seen());
    } catch (error) {
      this.open = null;
      fill(this.panel, this.back(id), h("p", { class: "quiet" }, error.message));
      return;
    }
    if (this.open !== id) return;
    this.article(article, quotes);
  }

  back(id) {
    return h("button", { type: "button", class: "back", onclick: () => this.list(id) }, icon("M12 4 6 10l6 6"), this.shows === "stories" ? "All stories" : "All articles");
  }

  article(a, quotes) {
    const cited = new Set(a.body.filter((s) => s.role !== "headline" && quotes.some((q) => q.includes(s.text))));
    const statements = a.body.flatMap((s) => s.statements ?? []);
    const counts = new Map();
    for (const s of statements) counts.set(s.stance, (counts.get(s.stance) ?? 0) + 1);
    const speakers = [...new Set(statements.map((s) => s.speaker))].filter(Boolean);
    const text = h("div", { class: "article-text", lang: a.language });
    const title = h("h2", { class: "article-title", tabindex: "-1" }, unbroken(a.title || "Untitled"));

    let only = { stance: "", speaker: "" };
    const legend = h("div", { class: "legend", role: "group", "aria-label": "Show only one stance" });
    const who = h("div", { class: "speakers", role: "group", "aria-label": "Show only one speaker" });
    const choose = (next) => {
      only = next;
      for (const b of [...legend.children]) b.setAttribute("aria-pressed", String(b.dataset.stance === only.stance));
      for (const b of [...who.children]) b.setAttribute("aria-pressed", String(b.dataset.speaker === only.speaker));
      text.classList.toggle("filtered", Boolean(only.stance || only.speaker));
      for (const s of text.querySelectorAll(".sentence")) {
        const meant = [...s.querySelectorAll(".who")].some((w) => (!only.stance || w.dataset.stance === only.stance) && (!only.speaker || w.dataset.speaker === only.speaker));
        s.classList.toggle("meant", meant);
      }
    };
    fill(legend, STANCES.filter((s) => counts.has(s)).map((s) =>
      h("button", { type: "button", class: "stance stance-" + s, "data-stance": s, "aria-pressed": "false", onclick: () => choose({ stance: only.stance === s ? "" : s, speaker: "" }) }, s, " ", h("span", { class: "count" }, counts.get(s)))));
    fill(who, speakers.map((name) =>
      h("button", { type: "button", class: "speaker", "data-speaker": name, "aria-pressed": "false", onclick: () => choose({ stance: "", speaker: only.speaker === name ? "" : name }) }, name)));

    let paragraph = null;
    let passage;
    for (const s of a.body) {
      if (s.role === "headline") continue;
      if (s.role === "heading" || s.role === "caption") {
        text.append(h(s.role === "heading" ? "h3" : "p", { class: "sentence " + s.role }, s.role === "caption" ? number(s) : "", marked(s)));
        paragraph = null;
        continue;
      }
      if (!paragraph || s.passage !== passage) text.append((paragraph = h("p", {})));
      passage = s.passage;
      paragraph.append(h("span", { class: cited.has(s) ? "sentence cited" : "sentence", "data-index": s.index }, number(s), marked(s), (s.statements ?? []).map(attribution)), " ");
    }

    fill(this.panel, this.back(a.id), h("article", { class: "article" },
      h("p", { class: "card-outlet" }, [a.outlet, a.byline, when(a)].filter(Boolean).join(" · ")),
      title,
      a.label ? h("p", {}, h("span", { class: "label" }, a.label)) : "",
      a.url ? h("p", { class: "quiet" }, link(a.url, "Read it where it was published")) : "",
      h("p", { class: "quiet" }, h("button", { type: "button", class: "textlike", onclick: () => this.story(a.id) }, "The story that it belongs to")),
      a.picture ? h("p", { class: "quiet" }, link(a.picture.url, a.picture.alt ? "Lead picture: " + a.picture.alt : "Lead picture, at its outlet"), a.picture.credit ? ` (${a.picture.credit})` : " (no credit given)") : "",
      statements.length ? h("div", { class: "key" },
        h("h3", {}, "Who says what"), legend, speakers.length > 1 ? who : "",
        h("p", { class: "key-note" }, h("mark", { class: "direct" }, "Solid underline"), " direct quotation, ", h("mark", {}, "dotted"), " reported speech. Unmarked sentences are the outlet’s own.")) : "",
      text));
    this.panel.closest(".desk").scrollTop = 0;
    this.panel.scrollTop = 0;
    title.focus({ preventScroll: true });
    const first = this.panel.querySelector(".cited");
    // Not scrollIntoView: it would scroll the page behind the panel as well.
    if (first) this.panel.scrollTop += first.getBoundingClientRect().top - this.panel.getBoundingClientRect().top - this.panel.clientHeight / 4;
  }
}

// unbroken keeps short words with a hyphen, such as names, on one line.
const unbroken = (text) => text.split(/(\S+-\S+)/).map((w) => (w.includes("-") && w.length < 16 ? h("span", { class: "whole" }, w) : w));

const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;

// told sums up who tells a story: "5 outlets, 2 independent · English, Korean · 7 reports".
const told = (s) => [
  `${count(s.outlets.length, "outlet", "outlets")}, ${s.origins} independent`,
  s.languages.map(languageName).filter(Boolean).join(", "),
  count(s.reports, "report", "reports"),
].filter(Boolean).join(" · ");

const languages = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

function languageName(tag) {
  if (!tag) return "";
  try {
    return languages.of(tag);
  } catch {
    return tag;
  }
}

const number = (s) => h("sup", { class: "number", "aria-hidden": "true" }, s.index);

const attribution = (s) => h("span", { class: "who stance-" + (s.stance || "says"), "data-stance": s.stance, "data-speaker": s.speaker },
  h("span", { class: "unseen" }, " ("), [s.speaker, s.via ? "via " + s.via : ""].filter(Boolean).join(" "), h("i", {}, s.stance || "says"), h("span", { class: "unseen" }, ")"));

// marked draws a sentence with what its statements report marked. Statements that overlap share the marks in order.
function marked(s) {
  const spans = (s.statements ?? [])
    .map((t) => ({ ...t, from: t.text ? s.text.indexOf(t.text) : -1 }))
    .filter((t) => t.from >= 0)
    .sort((a, b) => a.from - b.from || b.text.length - a.text.length);
  const out = [];
  let at = 0;
  for (const t of spans) {
    const from = Math.max(t.from, at);
    const to = t.from + t.text.length;
    if (to <= at) continue;
    out.push(s.text.slice(at, from), h("mark", { class: `stance-${t.stance || "says"}${t.direct ? " direct" : ""}` }, s.text.slice(from, to)));
    at = to;
  }
  out.push(s.text.slice(at));
  return out.filter(Boolean);
}

function when(a) {
  if (!a.published) return "";
  const at = new Date(a.published);
  if (a.date_only) return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(at);
  return format(at, { day: "numeric", month: "long", year: "numeric" }) + ", " + clockTime(at);
}
