// The clock that can be moved, and when the next digest comes.

import { clockTime, fill, format, h, now, setNow, span } from "./dom.js";

export class Clock {
  constructor(box, act) {
    this.time = box.querySelector("#clock-time");
    this.date = box.querySelector("#clock-date");
    this.off = box.querySelector("#clock-off");
    this.next = box.querySelector("#clock-next");
    this.buttons = [...box.querySelectorAll("[data-move]")];
    this.state = null;
    const form = box.querySelector("#clock-form");
    const choose = box.querySelector("#clock-choose");
    const to = box.querySelector("#clock-to");
    this.then = box.querySelector("#clock-then");
    const show = (open) => {
      form.hidden = !open;
      choose.setAttribute("aria-expanded", String(open));
      if (open) to.value = localTime(now());
    };
    choose.addEventListener("click", () => {
      show(form.hidden);
      if (!form.hidden) to.focus();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const at = new Date(to.value);
      if (Number.isNaN(at.getTime())) return to.focus();
      show(false);
      choose.focus();
      act.moveTo(at);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      show(false);
      choose.focus();
    });
    this.then.addEventListener("click", () => {
      show(false);
      choose.focus();
      act.moveTo(this.newest);
    });
    for (const b of this.buttons) b.addEventListener("click", () => act.move(b.dataset.move));
    setInterval(() => this.tick(), 1000);
  }

  // show takes the state that the server tells.
  show(state) {
    this.state = state;
    setNow(new Date(state.now));
    this.tick();
  }

  // offer proposes the time at which the newest article came out, where that is long past: a digest of then has news in it.
  offer(published) {
    this.newest = new Date(published.getTime() + 5 * 60 * 1000);
    this.tick();
    set(this.then, "When the newest article came out, " + format(published, { day: "numeric", month: "long", year: "numeric" }));
  }

  busy(is) {
    for (const b of this.buttons) b.disabled = is;
  }

  tick() {
    if (!this.state) return;
    const at = now();
    this.then.hidden = !this.newest || Math.abs(at - this.newest) < 3 * 24 * 3600 * 1000;
    set(this.time, clockTime(at));
    const off = this.state.offset;
    set(this.date, format(at, { weekday: "long", day: "numeric", month: "long", year: at.getFullYear() === new Date().getFullYear() ? undefined : "numeric" }));
    set(this.off, Math.abs(off) < 30 ? "" : off > 0 ? `${span(off * 1000)} ahead of now` : `${span(-off * 1000)} behind now`);
    const d = this.state.next;
    if (!d) {
      set(this.next, "No digest is planned yet.");
      return;
    }
    const due = new Date(d.next_at);
    const key = `${d.id} ${d.next_at} ${due > at ? span(due - at) : "due"}`;
    if (this.shown === key) return;
    this.shown = key;
    fill(this.next, "Next digest ", due > at ? "in " : "", h("b", {}, due > at ? span(due - at) : "now"), ` · #${d.channel}`);
  }
}

// localTime writes an instant as a datetime-local field takes it.
function localTime(at) {
  const two = (n) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

function set(e, words) {
  if (e.textContent !== words) e.textContent = words;
}
