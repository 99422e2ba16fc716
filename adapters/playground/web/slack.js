// Draws what chat.postMessage receives (text and Block Kit) the way Slack's own client shows it.

import { clockTime, format, h, icon, link, webAddress } from "./dom.js";

// THUMB is a thumb that points up.
const THUMB = "M6.5 9v8H4a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1zM6.5 9l3.2-6.2c1.2 0 2.1 1 1.9 2.2L11.2 8h4.3a1.6 1.6 0 0 1 1.5 2l-1.5 5.8A1.6 1.6 0 0 1 14 17H6.500";

// drawSlack draws a payload, or several that one message was split into. context.button makes a button of {label, value,
// ids}; context.picture finds the bytes of a picture.
export function drawSlack(payload, context) {
  const body = h("div", { class: "slack-body" });
  for (const part of Array.isArray(payload) ? payload : [payload]) {
    const box = h("div", { class: "part" });
    const blocks = part.blocks ?? [];
    if (blocks.length === 0) box.append(h("div", { class: "slack-section" }, mrkdwn(part.text ?? "")));
    for (const block of blocks) box.append(drawBlock(block, context));
    for (const attachment of part.attachments ?? []) box.append(drawAttachment(attachment, context));
    body.append(box);
  }
  return body;
}

function drawAttachment(attachment, context) {
  const box = h("div", { class: "slack-attachment" });
  if (/^#?[0-9a-f]{6}$/i.test(attachment.color ?? "")) {
    box.style.borderLeftColor = "#" + attachment.color.replace("#", "");
  }
  if ((attachment.blocks ?? []).length === 0) box.append(h("div", { class: "slack-section" }, mrkdwn(attachment.text ?? attachment.fallback ?? "")));
  for (const block of attachment.blocks ?? []) box.append(drawBlock(block, context));
  return box;
}

function drawBlock(block, context) {
  switch (block.type) {
    case "header":
      return h("div", { class: "slack-header", role: "heading", "aria-level": 3 }, textOf(block.text));
    case "section": {
      const section = h("div", { class: "slack-section" });
      const words = h("div", { class: "slack-section-text" });
      if (block.text) words.append(h("div", {}, textOf(block.text)));
      if (block.fields?.length) words.append(h("div", { class: "slack-fields" }, block.fields.map((f) => h("div", {}, textOf(f)))));
      section.append(words);
      if (block.accessory) section.append(h("div", { class: "slack-accessory" }, drawElement(block.accessory, context)));
      return section;
    }
    case "context":
      return h("div", { class: "slack-context" }, (block.elements ?? []).map((e) => (e.type === "image" ? picture(e, context, "slack-context-image") : h("div", {}, textOf(e)))));
    case "divider":
      return h("hr", { class: "slack-divider" });
    case "image":
      return h("figure", { class: "slack-image" }, block.title ? h("figcaption", {}, textOf(block.title)) : "", picture(block, context));
    case "actions":
    case "context_actions":
      return h("div", { class: block.type === "actions" ? "slack-actions" : "slack-actions slack-context-actions" }, (block.elements ?? []).map((e) => drawElement(e, context)));
    case "rich_text":
      return h("div", { class: "slack-rich" }, (block.elements ?? []).map(richPart));
    case "markdown":
      return h("div", { class: "slack-section" }, mrkdwn(block.text ?? ""));
    case "table":
      return table(block);
    case "container":
      return h("div", { class: "slack-container" }, (block.child_blocks ?? block.blocks ?? []).map((b) => drawBlock(b, context)));
    default:
      return h("div", { class: "slack-context" }, `[${block.type}]`);
  }
}

function drawElement(element, context) {
  switch (element.type) {
    case "button": {
      const label = element.text?.text ?? "";
      const style = element.style ? ` slack-button-${element.style}` : "";
      if (element.url && webAddress(element.url)) return link(element.url, label, { class: "slack-button" + style });
      return context.button({ label, value: element.value ?? "", ids: [element.action_id ?? ""] }, "slack-button" + style);
    }
    case "feedback_buttons":
      return h("span", { class: "slack-feedback" }, [[element.positive_button, THUMB], [element.negative_button, THUMB]].filter(([b]) => b).map(([b, drawn], i) =>
        context.button({ label: b.accessibility_label ?? b.text?.text ?? "", value: "", ids: [b.value ?? ""], icon: icon(drawn) }, i ? "slack-thumb slack-thumb-down" : "slack-thumb")));
    case "image":
      return picture(element, context, "slack-accessory-image");
    default:
      return h("span", { class: "slack-context" }, `[${element.type}]`);
  }
}

// picture draws an image. The page loads nothing from elsewhere: a foreign picture is shown by its words.
function picture(image, context, kind = "slack-picture") {
  const data = context.picture(image.alt_text ?? "");
  if (data) return h("img", { class: kind, src: data, alt: image.alt_text ?? "" });
  return h("span", { class: kind + " no-picture", role: "img", "aria-label": image.alt_text ?? "picture" }, image.alt_text || "picture");
}

function textOf(text) {
  if (!text) return "";
  if (text.type === "mrkdwn") return mrkdwn(text.text ?? "");
  return lines(text.text ?? "");
}

const lines = (text) => text.split("\n").flatMap((line, i) => (i ? [h("br"), line] : [line]));

function table(block) {
  const align = (i) => (block.column_settings?.[i]?.align === "right" ? "right" : undefined);
  const cell = (c) => (c?.type === "rich_text" ? (c.elements ?? []).map(richPart) : (c?.text?.text ?? c?.text ?? ""));
  const [head = [], ...rows] = block.rows ?? [];
  return h("div", { class: "slack-table-frame", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", { class: "slack-table" },
    h("thead", {}, h("tr", {}, head.map((c, i) => h("th", { scope: "col", class: align(i) }, cell(c))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((c, i) => h("td", { class: align(i) }, cell(c))))))));
}

// --- rich text

function richPart(part) {
  const inner = () => (part.elements ?? []).map(richLeaf);
  switch (part.type) {
    case "rich_text_section":
      return h("div", { class: "slack-rich-section" }, inner());
    case "rich_text_quote":
      return h("blockquote", { class: "slack-quote" }, inner());
    case "rich_text_preformatted":
      return h("pre", { class: "slack-pre" }, inner());
    case "rich_text_list": {
      const items = (part.elements ?? []).map((e) => h("li", {}, (e.elements ?? []).map(richLeaf)));
      const list = h(part.style === "ordered" ? "ol" : "ul", { class: "slack-list" }, items);
      if (part.offset) list.setAttribute("start", part.offset + 1);
      return list;
    }
    default:
      return h("span", {}, `[${part.type}]`);
  }
}

function richLeaf(leaf) {
  switch (leaf.type) {
    case "text":
      return styled(lines(leaf.text ?? ""), leaf.style);
    case "link":
      return styled(link(leaf.url, lines(leaf.text || leaf.url || "")), leaf.style);
    case "emoji":
      return leaf.unicode ? String.fromCodePoint(...leaf.unicode.split("-").map((c) => parseInt(c, 16))) : `:${leaf.name}:`;
    case "date":
      return styled(h("time", {}, slackDate(leaf.timestamp, leaf.format, leaf.fallback)), leaf.style);
    case "channel":
      return h("span", { class: "slack-mention" }, "#" + leaf.channel_id);
    case "user":
    case "usergroup":
    case "broadcast":
      return h("span", { class: "slack-mention" }, "@" + (leaf.user_id ?? leaf.usergroup_id ?? leaf.range));
    case "tag":
      return h("span", { class: "slack-tag" }, leaf.text ?? "");
    case "citation":
      return link(leaf.url, [`[${leaf.number ?? leaf.text ?? ""}]`]);
    default:
      return `[${leaf.type}]`;
  }
}

function styled(children, style = {}) {
  let e = h("span", {}, children);
  if (style.code) e = h("code", {}, e);
  if (style.strike) e = h("s", {}, e);
  if (style.italic) e = h("i", {}, e);
  if (style.bold) e = h("b", {}, e);
  return e;
}

// slackDate fills Slack's date tokens in. https://docs.slack.dev/messaging/formatting-message-text#date-formatting
export function slackDate(seconds, pattern, fallback) {
  const at = new Date(Number(seconds) * 1000);
  if (!Number.isFinite(at.getTime())) return fallback ?? "";
  const long = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  const tokens = {
    date_num: () => format(at, { year: "numeric", month: "2-digit", day: "2-digit" }).split("/").reverse().join("-"),
    date_slash: () => format(at, { year: "numeric", month: "2-digit", day: "2-digit" }),
    date: () => format(at, { day: "numeric", month: "long", year: "numeric" }),
    date_short: () => format(at, { day: "numeric", month: "short", year: "numeric" }),
    date_long: () => format(at, long),
    time: () => clockTime(at),
    time_secs: () => format(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: () => fallback ?? "",
  };
  tokens.date_pretty = tokens.date;
  tokens.date_short_pretty = tokens.date_short;
  tokens.date_long_pretty = tokens.date_long;
  return (pattern ?? "").replace(/\{(\w+)\}/g, (all, name) => (tokens[name] ? tokens[name]() : all));
}

// --- mrkdwn

const unescape = (s) => s.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

// mrkdwn draws Slack's own markup: quotes and code by the line, the rest inline.
export function mrkdwn(text) {
  const out = [];
  const parts = text.split("```");
  for (let i = 0; i < parts.length; i++) {
    if (i % 2 === 1 && i < parts.length - 1) {
      out.push(h("pre", { class: "slack-pre" }, unescape(parts[i].replace(/^\n|\n$/g, ""))));
      continue;
    }
    const rest = i % 2 === 1 ? "```" + parts[i] : parts[i];
    out.push(...byLine(rest));
  }
  return out;
}

function byLine(text) {
  const out = [];
  let quote = null;
  let fresh = true;
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>)\s?/.exec(line);
    if (quoted) {
      if (!quote) out.push((quote = h("blockquote", { class: "slack-quote" })));
      else quote.append(h("br"));
      quote.append(...inline(line.slice(quoted[0].length)));
      fresh = true;
      continue;
    }
    quote = null;
    if (!fresh) out.push(h("br"));
    fresh = false;
    if (line === "") out.push(h("span", { class: "slack-gap" }));
    else out.push(...inline(line));
  }
  return out;
}

const MARKS = [
  ["*", "b"],
  ["_", "i"],
  ["~", "s"],
];

// inline draws <tokens>, `code` and the three marks, which count at word edges only.
function inline(text) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(unescape(plain));
    plain = "";
  };
  for (let i = 0; i < text.length; ) {
    const c = text[i];
    if (c === "<") {
      const end = text.indexOf(">", i);
      if (end > i) {
        flush();
        out.push(token(text.slice(i + 1, end)));
        i = end + 1;
        continue;
      }
    }
    if (c === "`") {
      const end = text.indexOf("`", i + 1);
      if (end > i + 1) {
        flush();
        out.push(h("code", {}, unescape(text.slice(i + 1, end))));
        i = end + 1;
        continue;
      }
    }
    const mark = MARKS.find(([m]) => m === c);
    if (mark && !/[\p{L}\p{N}]/u.test(text[i - 1] ?? "") && text[i + 1] && !/\s/.test(text[i + 1])) {
      const end = closing(text, i + 1, c);
      if (end > 0) {
        flush();
        out.push(h(mark[1], {}, inline(text.slice(i + 1, end))));
        i = end + 1;
        continue;
      }
    }
    plain += c;
    i++;
  }
  flush();
  return out;
}

function closing(text, from, mark) {
  for (let i = from; i < text.length; i++) {
    if (text[i] === "<") {
      const end = text.indexOf(">", i);
      if (end > 0) i = end;
      continue;
    }
    if (text[i] === mark && i > from && !/\s/.test(text[i - 1]) && !/[\p{L}\p{N}]/u.test(text[i + 1] ?? "")) return i;
  }
  return -1;
}

function token(inner) {
  const [head, ...labels] = inner.split("|");
  const label = unescape(labels.join("|"));
  if (head.startsWith("!date^")) {
    const [, seconds, pattern, url] = head.split("^");
    const words = h("time", {}, slackDate(seconds, unescape(pattern ?? ""), label));
    return url ? link(unescape(url), words) : words;
  }
  if (head.startsWith("@") || head.startsWith("!")) return h("span", { class: "slack-mention" }, "@" + (label || head.slice(1)));
  if (head.startsWith("#")) return h("span", { class: "slack-mention" }, "#" + (label || head.slice(1)));
  const url = unescape(head);
  return webAddress(url) ? link(url, label || url) : h("span", {}, label || url);
}
