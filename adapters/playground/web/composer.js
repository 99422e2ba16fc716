// The line in which a person writes: a question, or a command with completion.

import { fill, get, h } from "./dom.js";

const WAIT = 120; // ms between the last key and the question for completions

// Composer owns the form. act has send(text), leave() and channel().
export class Composer {
  constructor(form, input, list, act) {
    this.input = input;
    this.list = list;
    this.act = act;
    this.commands = [];
    this.choices = [];
    this.active = -1;
    this.naming = false; // the choices are commands, not arguments
    this.past = [];
    this.timer = 0;
    this.asking = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    list.addEventListener("mousedown", (event) => event.preventDefault()); // keep the focus in the line
  }

  // fill puts text into the line and the caret behind it.
  fill(text) {
    this.input.value = text;
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.typed();
  }

  typed() {
    this.fit();
    clearTimeout(this.timer);
    this.asking?.abort();
    const text = this.input.value;
    if (!text.startsWith("/") || text.includes("\n") || this.input.selectionEnd !== text.length) return this.close();
    const here = this.where(text);
    if (!here.command) return this.offer(here.choices, true);
    // What is offered belongs to what was typed before: nothing of it may be taken by Enter.
    if (here.asked.length === 0 || this.naming) this.close();
    else this.point(-1);
    if (here.asked.length === 0) return;
    this.timer = setTimeout(() => this.complete(here), WAIT);
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = Math.min(this.input.scrollHeight, 180) + "px";
  }

  // where says what is being typed: the name of a command, or arguments of one.
  where(text) {
    const lead = /^\/\s*(brief\b\s*)?/i.exec(text)[0];
    const rest = text.slice(lead.length);
    const command = this.commands
      .filter((c) => rest.toLowerCase().startsWith(c.name + " "))
      .sort((a, b) => b.name.length - a.name.length)[0];
    if (command) {
      const typed = rest.slice(command.name.length + 1);
      return { command, typed, asked: slots(command, typed.trimStart()) };
    }
    const low = rest.toLowerCase().trimStart();
    const choices = this.commands
      .filter((c) => c.name.startsWith(low) || c.name.split(" ").some((w) => low && w.startsWith(low)))
      .sort((a, b) => Number(b.name.startsWith(low)) - Number(a.name.startsWith(low)))
      .map((c) => ({ label: c.usage, note: c.summary, text: "/brief " + c.name + (c.args.length ? " " : "") }));
    return { choices };
  }

  async complete({ command, asked }) {
    const asking = (this.asking = new AbortController());
    const text = this.input.value;
    try {
      const found = await Promise.all(asked.map(async (slot) => {
        if (slot.literal) return [{ label: slot.literal, note: slot.help, text: text.slice(0, text.length - slot.prefix.length) + slot.literal + " " }];
        const query = new URLSearchParams({ command: command.name, arg: slot.arg, prefix: slot.prefix, channel: this.act.channel() });
        const choices = await get("/api/complete?" + query, { signal: asking.signal });
        return choices.map((c) => ({ label: c.label, note: slot.arg, text: text.slice(0, text.length - slot.prefix.length) + c.value + (slot.last ? "" : " ") }));
      }));
      if (asking.signal.aborted || this.input.value !== text) return;
      const list = found.flat().filter((c) => c.text.trimEnd() !== text.trimEnd());
      this.offer(list.slice(0, 25), false);
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // completion is a convenience: the line works without it
    }
  }

  offer(choices, pick) {
    this.choices = choices;
    this.naming = pick;
    if (choices.length === 0 || document.activeElement !== this.input) return this.close();
    fill(this.list, choices.map((c, i) => h("div", { class: "choice", role: "option", id: "choice-" + i, "aria-selected": "false", onclick: () => this.take(i) },
      h("span", { class: "choice-label" }, c.label), h("span", { class: "choice-note" }, c.note ?? ""))));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.point(pick ? 0 : -1);
  }

  point(i) {
    this.active = i;
    this.list.querySelectorAll(".choice").forEach((e, j) => e.setAttribute("aria-selected", String(i === j)));
    if (i < 0) this.input.removeAttribute("aria-activedescendant");
    else if (this.list.children[i]) {
      this.input.setAttribute("aria-activedescendant", "choice-" + i);
      const { offsetTop, offsetHeight } = this.list.children[i];
      this.list.scrollTop = Math.min(Math.max(this.list.scrollTop, offsetTop + offsetHeight - this.list.clientHeight + 6), offsetTop - 6);
    }
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.choices = [];
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  take(i) {
    const choice = this.choices[i];
    this.close();
    this.fill(choice.text);
  }

  key(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    const count = this.choices.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        const down = event.key === "ArrowDown";
        if (open) {
          event.preventDefault();
          this.point(down ? (this.active + 1) % count : (this.active <= 0 ? count : this.active) - 1);
        } else if (!down && this.input.value === "" && this.past.length) {
          event.preventDefault();
          this.fill(this.past.at(-1));
          this.close();
        }
        return;
      }
      case "Tab":
        if (open && !event.shiftKey) {
          event.preventDefault();
          this.take(Math.max(this.active, 0));
        }
        return;
      case "Escape":
        event.preventDefault();
        if (open) this.close();
        else this.act.leave();
        return;
      case "Enter":
        if (event.shiftKey) return;
        event.preventDefault();
        if (open && this.active >= 0 && this.choices[this.active].text.trim() !== this.input.value.trim()) this.take(this.active);
        else this.send();
    }
  }

  send() {
    const text = this.input.value.trim();
    this.close();
    if (!text) return;
    this.past.push(text);
    this.input.value = "";
    this.fit();
    this.act.send(text);
  }
}

// slots says which arguments the end of a line may be completing, and with what prefix each. It follows how people type:
// a schedule, then perhaps a zone, then "about" and topics with commas.
function slots(command, typed) {
  let args = command.args;
  const about = /(?:^|\s)about\s+(.*)$/i.exec(typed);
  if (about && args.some((a) => a.name === "about")) {
    return [{ arg: "about", prefix: about[1].slice(about[1].lastIndexOf(",") + 1).trimStart(), last: true }];
  }
  while (args.length > 1 && !["when", "zone", "about"].includes(args[0].name)) {
    const end = typed.indexOf(" ");
    if (end < 0) break;
    typed = typed.slice(end + 1).trimStart();
    args = args.slice(1);
  }
  if (args.length === 0) return [];
  const out = [];
  const [first, ...others] = args;
  if (first.completes) out.push({ arg: first.name, prefix: typed, last: others.length === 0 });
  if (first.name === "when" && typed.includes(" ")) {
    const word = typed.slice(typed.lastIndexOf(" ") + 1);
    if (others.some((a) => a.name === "zone") && /^[A-Za-z]/.test(word)) out.push({ arg: "zone", prefix: word });
    if (others.some((a) => a.name === "about") && typed.trim().includes(" ") && "about".startsWith(word.toLowerCase())) {
      out.push({ literal: "about", prefix: word, help: "then the topics, separated by commas" });
    }
  }
  return out;
}
