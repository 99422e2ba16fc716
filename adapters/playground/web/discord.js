// Draws what Discord's create-message receives (content, embeds, components) the way Discord's own client shows it.

import { clockTime, format, h, icon, link, now, span, webAddress } from "./dom.js";

export function drawDiscord(payload, context) {
  const body = h("div", { class: "discord-body" });
  for (const part of Array.isArray(payload) ? payload : [payload]) {
    const box = h("div", { class: "part" });
    if (part.content) box.append(h("div", { class: "discord-content" }, markdown(part.content)));
    for (const embed of part.embeds ?? []) box.append(drawEmbed(embed, context));
    for (const component of part.components ?? []) box.append(drawComponent(component, context));
    body.append(box);
  }
  return body;
}

function drawEmbed(embed, context) {
  const box = h("div", { class: "discord-embed" });
  box.style.borderLeftColor = colour(embed.color);
  if (embed.author?.name) box.append(h("div", { class: "discord-embed-author" }, link(embed.author.url, embed.author.name)));
  if (embed.title) {
    box.append(h("div", { class: "discord-embed-title", role: "heading", "aria-level": 3 }, embed.url ? link(embed.url, inline(embed.title)) : inline(embed.title)));
  }
  if (embed.description) box.append(h("div", { class: "discord-embed-description" }, markdown(embed.description)));
  if (embed.fields?.length) {
    box.append(h("div", { class: "discord-fields" }, embed.fields.map((f) =>
      h("div", { class: f.inline ? "discord-field discord-field-inline" : "discord-field" },
        h("div", { class: "discord-field-name" }, inline(f.name ?? "")),
        h("div", { class: "discord-field-value" }, markdown(f.value ?? ""))))));
  }
  if (embed.image?.url) box.append(picture(embed.image, context));
  const foot = [embed.footer?.text, embed.timestamp ? stamp(new Date(embed.timestamp)) : ""].filter(Boolean).join(" • ");
  if (foot) box.append(h("div", { class: "discord-embed-footer" }, foot));
  return box;
}

const colour = (n) => (Number.isInteger(n) && n >= 0 && n <= 0xffffff ? "#" + n.toString(16).padStart(6, "0") : "");
const stamp = (at) => (Number.isFinite(at.getTime()) ? format(at, { day: "2-digit", month: "2-digit", year: "numeric" }) + " " + clockTime(at) : "");

function picture(image, context) {
  const words = image.description || context.words(image.url ?? "");
  const data = context.picture(words, image.url ?? "");
  if (data) return h("img", { class: "discord-picture", src: data, alt: words });
  return h("span", { class: "discord-picture no-picture", role: "img", "aria-label": words || "picture" }, words || "picture");
}

// The component types of https://docs.discord.com/developers/components/reference
function drawComponent(c, context) {
  switch (c.type) {
    case 1:
      return h("div", { class: "discord-row" }, (c.components ?? []).map((b) => drawComponent(b, context)));
    case 2:
      return button(c, context);
    case 9:
      return h("div", { class: "discord-section" }, h("div", {}, (c.components ?? []).map((t) => drawComponent(t, context))), c.accessory ? drawComponent(c.accessory, context) : "");
    case 10:
      return h("div", { class: "discord-text" }, markdown(c.content ?? ""));
    case 11:
      return picture({ url: c.media?.url, description: c.description }, context);
    case 12:
      return h("div", {}, (c.items ?? []).map((i) => picture({ url: i.media?.url, description: i.description }, context)));
    case 14:
      return c.divider === false ? h("div", { class: "discord-space" }) : h("hr", { class: "discord-separator" });
    case 17: {
      const box = h("div", { class: "discord-container" }, (c.components ?? []).map((i) => drawComponent(i, context)));
      if (c.accent_color !== undefined && c.accent_color !== null) {
        box.classList.add("discord-container-accent");
        box.style.borderLeftColor = colour(c.accent_color);
      }
      return box;
    }
    default:
      return h("div", { class: "discord-small" }, `[component ${c.type}]`);
  }
}

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

function button(b, context) {
  const kind = "discord-button discord-button-" + (STYLES[b.style] ?? "secondary");
  const label = b.label ?? b.emoji?.name ?? "";
  if (b.style === 5) return webAddress(b.url) ? link(b.url, [label, icon("M11 3h6v6M17 3l-8 8M15 12v5H3V5h5")], { class: kind }) : h("span", { class: kind }, label);
  return context.button({ label, value: "", ids: [b.custom_id ?? ""], disabled: b.disabled }, kind);
}

// --- Discord's Markdown: https://support.discord.com/hc/en-us/articles/210298617

export function markdown(text) {
  const out = [];
  const rows = text.split("\n");
  const listItem = /^(\s*)(?:([-*])|(\d+)\.)\s+(.*)$/;
  let fresh = true; // no line break is needed: the last thing drawn was a block
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row.startsWith("```")) {
      const end = rows.findIndex((r, j) => j > i && r.trimEnd().endsWith("```"));
      if (end > 0) {
        out.push(h("pre", { class: "discord-pre" }, rows.slice(i + 1, end).join("\n")));
        i = end;
        fresh = true;
        continue;
      }
    }
    if (row.startsWith(">>> ")) {
      out.push(quote(markdown([row.slice(4), ...rows.slice(i + 1)].join("\n"))));
      return out;
    }
    if (row.startsWith("> ") || row === ">") {
      const inner = [];
      for (; i < rows.length && (rows[i].startsWith("> ") || rows[i] === ">"); i++) inner.push(rows[i].slice(2));
      i--;
      out.push(quote(markdown(inner.join("\n"))));
      fresh = true;
      continue;
    }
    const heading = /^(#{1,3}) (.+)$/.exec(row);
    if (heading) {
      out.push(h("div", { class: "discord-h" + heading[1].length, role: "heading", "aria-level": 3 }, inline(heading[2])));
      fresh = true;
      continue;
    }
    if (row.startsWith("-# ")) {
      out.push(h("div", { class: "discord-small" }, inline(row.slice(3))));
      fresh = true;
      continue;
    }
    if (listItem.test(row)) {
      const ordered = Boolean(listItem.exec(row)[3]);
      const list = h(ordered ? "ol" : "ul", { class: "discord-list" });
      if (ordered) list.setAttribute("start", listItem.exec(row)[3]);
      for (; i < rows.length; i++) {
        const item = listItem.exec(rows[i]);
        if (!item || Boolean(item[3]) !== ordered) break;
        const li = h("li", {}, inline(item[4]));
        if (item[1].length > 1) li.classList.add("discord-nested");
        list.append(li);
      }
      i--;
      out.push(list);
      fresh = true;
      continue;
    }
    if (row.trim() === "") {
      // An empty line keeps its height, also beside a quote or a list.
      if (out.length) out.push(h("div", { class: "discord-gap" }));
      fresh = true;
      continue;
    }
    if (!fresh) out.push(h("br"));
    fresh = false;
    out.push(...inline(row));
  }
  return out;
}

const quote = (children) => h("div", { class: "discord-quote" }, h("div", { class: "discord-quote-bar" }), h("blockquote", {}, children));

const PAIRS = [
  ["**", "b"],
  ["__", "u"],
  ["~~", "s"],
  ["*", "i"],
  ["_", "i"],
];

function inline(text) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(plain);
    plain = "";
  };
  for (let i = 0; i < text.length; ) {
    const rest = text.slice(i);
    if (text[i] === "\\" && /[^\p{L}\p{N}\s]/u.test(text[i + 1] ?? " ")) {
      plain += text[i + 1];
      i += 2;
      continue;
    }
    const code = /^(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/.exec(rest);
    if (code) {
      flush();
      out.push(h("code", {}, code[2]));
      i += code[0].length;
      continue;
    }
    const masked = /^\[((?:\\.|\[[^\]]*\]|[^\[\]\\])+)\]\(<?(https?:\/\/[^\s<>)]+(?:\([^\s<>)]*\)[^\s<>)]*)*)>?(?: "[^"]*")?\)/.exec(rest);
    if (masked) {
      flush();
      out.push(link(masked[2], inline(masked[1])));
      i += masked[0].length;
      continue;
    }
    const angle = /^<(https?:\/\/[^\s<>]+)>/.exec(rest);
    if (angle) {
      flush();
      out.push(link(angle[1], angle[1]));
      i += angle[0].length;
      continue;
    }
    const time = /^<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/.exec(rest);
    if (time) {
      flush();
      out.push(h("time", { class: "discord-time" }, discordTime(Number(time[1]), time[2] ?? "f")));
      i += time[0].length;
      continue;
    }
    const mention = /^<(@[!&]?|#)(\d+)>/.exec(rest) ?? /^@(everyone|here)\b/.exec(rest);
    if (mention) {
      flush();
      out.push(h("span", { class: "discord-mention" }, mention[2] ? (mention[1] === "#" ? "#" : "@") + mention[2] : mention[0]));
      i += mention[0].length;
      continue;
    }
    const bare = /^https?:\/\/[^\s<>]+[^\s<>.,:;"'\])*_~]/.exec(rest);
    if (bare) {
      flush();
      out.push(link(bare[0], bare[0]));
      i += bare[0].length;
      continue;
    }
    const pair = PAIRS.find(([m]) => rest.startsWith(m));
    if (pair) {
      const [mark, tag] = pair;
      // A single underscore inside a word is an underscore.
      const inWord = mark === "_" && /[\p{L}\p{N}]/u.test(text[i - 1] ?? "");
      const end = inWord ? -1 : closing(text, i + mark.length, mark);
      if (end > 0) {
        flush();
        out.push(h(tag, {}, inline(text.slice(i + mark.length, end))));
        i = end + mark.length;
        continue;
      }
    }
    plain += text[i];
    i++;
  }
  flush();
  return out;
}

function closing(text, from, mark) {
  for (let i = from; i <= text.length - mark.length; i++) {
    if (text[i] === "\\") {
      i++;
      continue;
    }
    if (!text.startsWith(mark, i) || i === from) continue;
    if (mark === "*" && text[i + 1] === "*") {
      i++;
      continue;
    }
    if (mark.length === 1 && /\s/.test(text[i - 1])) continue;
    if (mark === "_" && /[\p{L}\p{N}]/u.test(text[i + 1] ?? "")) continue;
    return i;
  }
  return -1;
}

function discordTime(seconds, style) {
  const at = new Date(seconds * 1000);
  if (!Number.isFinite(at.getTime())) return "";
  const long = { day: "numeric", month: "long", year: "numeric" };
  switch (style) {
    case "t":
      return clockTime(at);
    case "T":
      return format(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    case "d":
      return format(at, { day: "2-digit", month: "2-digit", year: "numeric" });
    case "D":
      return format(at, long);
    case "F":
      return format(at, { weekday: "long", ...long }) + " " + clockTime(at);
    case "R": {
      const ago = now() - at;
      return ago >= 0 ? span(ago) + " ago" : "in " + span(-ago);
    }
    default:
      return format(at, long) + " " + clockTime(at);
  }
}
