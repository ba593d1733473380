// The list beside the desk: who waits, who was set aside, who is done. One list box: arrows choose, Enter calls.

import { el, setText } from "../dom.js";
import { clockOf, minutesSince } from "../time.js";
import { say } from "../words.js";

const SET_ASIDE = ["parked", "waiting_papers", "no_show"];
const CLOSED = ["done", "done_on_spot", "cancelled", "void"];

/** The tickets of each tab for one counter. Pure. */
export function sort(data, counter) {
  const services = new Set(counter.services);
  const mine = data.tickets.filter((ticket) => ticket.counter === counter.id || services.has(ticket.service));
  const byIssue = (a, b) => (a.issued_at < b.issued_at ? -1 : a.issued_at > b.issued_at ? 1 : a.n - b.n);
  return {
    waiting: mine.filter((ticket) => ticket.state === "waiting" && (ticket.counter === null || ticket.counter === counter.id)).sort(byIssue),
    set_aside: mine.filter((ticket) => SET_ASIDE.includes(ticket.state)).sort(byIssue),
    closed: mine.filter((ticket) => CLOSED.includes(ticket.state)).sort((a, b) => ((a.closed_at || "") < (b.closed_at || "") ? 1 : -1)),
  };
}

export class List {
  /** `onChosen(ticket | null)` when the selection changes, `onCall(ticket)` on Enter or a double click. */
  constructor({ onChosen, onCall }) {
    this.tab = "waiting";
    this.tabs = { waiting: [], set_aside: [], closed: [] };
    this.chosenId = null;
    this.handlers = { onChosen, onCall };
    this.rows = new Map();
    this.box = el("ul", { id: "list", role: "listbox", tabindex: "0", onkeydown: (event) => this.key(event) });
    this.tabButtons = new Map();
    this.empty = el("p.empty", {});
    this.node = el("section.list", {}, this.tabBar(), this.box, this.empty);
  }

  tabBar() {
    const bar = el("div.tabs", { role: "tablist" });
    for (const name of ["waiting", "set_aside", "closed"]) {
      const count = el("b", {});
      const button = el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "list", onclick: () => this.show(name) }, say(`tab_${name}`), " ", count);
      this.tabButtons.set(name, { button, count });
      bar.append(button);
    }
    return bar;
  }

  get chosen() {
    return this.tabs[this.tab].find((ticket) => ticket.id === this.chosenId) || null;
  }

  show(name) {
    this.tab = name;
    this.chosenId = null;
    this.draw();
  }

  choose(id) {
    this.chosenId = id;
    this.draw();
    const row = this.rows.get(id);
    if (row) row.node.scrollIntoView({ block: "nearest" });
  }

  update(tabs, now, services) {
    this.tabs = tabs;
    this.now = now;
    this.services = services;
    if (!this.chosen) this.chosenId = null;
    this.draw();
  }

  /** Move the selection; from anywhere on the page. */
  step(by) {
    const list = this.tabs[this.tab];
    if (list.length === 0) return;
    const at = list.findIndex((ticket) => ticket.id === this.chosenId);
    const next = at === -1 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by));
    this.choose(list[next].id);
    this.box.focus();
  }

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -1e6, End: 1e6 };
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in steps) this.step(steps[event.key]);
    else if (event.key === "Enter" && this.chosen && !event.repeat) this.handlers.onCall(this.chosen);
    else if (event.key === "Escape") this.choose(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  draw() {
    for (const [name, { button, count }] of this.tabButtons) {
      button.setAttribute("aria-selected", String(name === this.tab));
      setText(count, String(this.tabs[name].length));
    }
    const list = this.tabs[this.tab];
    const nodes = list.map((ticket) => this.row(ticket));
    for (const id of this.rows.keys()) if (!list.some((ticket) => ticket.id === id)) this.rows.delete(id);
    // Only touch the order when it differs, so that scrolling and screen readers are left in peace.
    if (nodes.length !== this.box.children.length || nodes.some((node, place) => this.box.children[place] !== node)) this.box.replaceChildren(...nodes);
    this.box.hidden = list.length === 0;
    this.empty.hidden = list.length > 0;
    setText(this.empty, say(`empty_${this.tab}`));
    this.box.setAttribute("aria-label", say(`tab_${this.tab}`));
    const active = this.chosenId && this.rows.has(this.chosenId) ? `row-${this.chosenId}` : "";
    if (active) this.box.setAttribute("aria-activedescendant", active);
    else this.box.removeAttribute("aria-activedescendant");
    this.handlers.onChosen(this.chosen);
  }

  row(ticket) {
    let row = this.rows.get(ticket.id);
    if (!row) {
      const parts = { number: el("b.number", {}), what: el("span.what", {}), mark: el("span.priority", { hidden: true }), time: el("span.time", {}) };
      const node = el("li", { role: "option", id: `row-${ticket.id}`, "data-number": ticket.number, onclick: () => this.choose(ticket.id), ondblclick: () => this.handlers.onCall(ticket) },
        parts.number, parts.what, parts.mark, parts.time);
      row = { node, parts };
      this.rows.set(ticket.id, row);
    }
    const { parts, node } = row;
    node.setAttribute("aria-selected", String(ticket.id === this.chosenId));
    setText(parts.number, ticket.number);
    const unprinted = { no_paper: "print_no_paper", failed: "print_failed", unknown: "print_unknown" }[ticket.print];
    // A counter with one service needs no reminder of it: the time on the paper tells more.
    const origin = this.services && this.services.size > 1 ? this.services.get(ticket.service) || "" : say("taken_at", { time: clockOf(ticket.issued_at) });
    const state = this.tab === "waiting" ? origin : say(ticket.state);
    setText(parts.what, unprinted && this.tab === "waiting" ? say(unprinted) : state);
    parts.what.classList.toggle("warn", Boolean(unprinted) && this.tab === "waiting");
    parts.mark.hidden = !ticket.priority;
    setText(parts.mark, say("priority"));
    const minutes = minutesSince(this.tab === "closed" ? ticket.closed_at : ticket.issued_at, this.now);
    setText(parts.time, minutes === 0 ? say("just_now") : say("minutes", { n: minutes }));
    return node;
  }
}
