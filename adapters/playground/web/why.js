// Why an answer is what it is: what was searched for and found, what each feature adds, what was rejected and what the guard said.

import { h } from "./dom.js";

// drawWhy draws an explanation as it comes with an answer.
export function drawWhy(why) {
  return h("details", { class: "why" },
    h("summary", {}, "Why this answer"),
    // Of several questions each is explained by itself.
    why.questions?.length ? why.questions.map((q, i) => h("section", {}, h("h4", {}, `${i + 1}. ${q.question}`), ...drawOne(q))) : drawOne(why));
}

function drawOne(why) {
  const sure = Math.round(100 * why.confidence);
  return [
    h("p", { class: "why-lead" }, "Searched for ", h("b", {}, (why.terms ?? []).join(", ") || "nothing"), "; expected ", h("b", {}, why.type), "; confidence ", h("b", {}, sure + " %"), ` (it answers from ${Math.round(100 * why.threshold)} % on).`),
    part("What decided between answering and refusing", why.parts?.length && parts(why.parts)),
    part("Passages found", why.passages?.length && h("ol", {}, why.passages.map((p) => h("li", {}, score(p.score), h("b", {}, p.title || p.article), " ", h("span", { class: "why-text" }, p.text))))),
    part("Sentences, best first", why.sentences?.length && h("ol", {}, why.sentences.map((s) => h("li", {}, score(s.score), h("span", { class: "why-text" }, s.text), parts(s.parts))))),
    part("Short answers considered: the first was proposed, the others rejected", why.spans?.length && h("ol", {}, why.spans.map((s) => h("li", {}, score(s.score), h("b", {}, s.text), h("span", { class: "why-kind" }, s.kind), parts(s.parts))))),
    part("The guard", guard(why)),
  ];
}

function part(title, content) {
  return content ? h("section", {}, h("h4", {}, title), content) : "";
}

const score = (n) => h("span", { class: "why-score" }, n.toFixed(2));

// parts draws what each feature adds to a score, as bars that grow from the middle.
function parts(list) {
  const most = Math.max(...(list ?? []).map((f) => Math.abs(f.value)), 0.01);
  return h("dl", { class: "why-parts" }, (list ?? []).map((f) => {
    const bar = h("i", { class: f.value < 0 ? "less" : "more" });
    bar.style.width = Math.round((50 * Math.abs(f.value)) / most) + "%";
    return [h("dt", {}, f.name), h("dd", {}, h("span", { class: "why-bar", "aria-hidden": "true" }, bar), h("span", { class: "why-number" }, (f.value < 0 ? "−" : "+") + Math.abs(f.value).toFixed(2)))];
  }));
}

// guard lists the claims that passed and those that did not.
function guard(why) {
  const rows = [
    ...(why.stands ?? []).map((text) => h("li", { class: "stands" }, h("b", {}, "Stands: "), text)),
    ...(why.rejected ?? []).map((r) => h("li", { class: "rejected" }, h("b", {}, "Rejected: "), r.text, " ", h("em", {}, "(" + r.reason + ")"))),
  ];
  return rows.length ? h("ul", {}, rows) : h("p", {}, "It was shown no claim.");
}
