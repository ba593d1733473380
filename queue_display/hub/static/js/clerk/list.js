// The list beside the desk: who waits, who was set aside, the history of the day here, who has no paper.
// One list box: arrows choose, Enter calls.

import { el, setText } from "../dom.js";
import { clockOf, minutesSince } from "../time.js";
import { named } from "../words.js";
import { waitingHere } from "./ahead.js";
import { noteWords, say } from "./words.js";

const SET_ASIDE = ["parked", "waiting_papers", "no_show"];
const CLOSED = ["done", "done_on_spot", "cancelled", "void"];
const UNPRINTED = { no_paper: "print_no_paper", failed: "print_failed", unknown: "print_unknown" };
const NOT_YET = { ...UNPRINTED, queued: "print_failed" };
export const TABS = ["waiting", "set_aside", "closed", "paperless"];

/** The printer prints nothing at all, says the bridge; or there is no bridge to ask it. */
export const printerDown = (data) => data.notices.some((notice) => ["printer", "bridge"].includes(notice.part) && notice.level === "error");

/** Without paper in the citizen's hand, as far as the hub knows, and still open. */
export function paperless(data) {
  const down = printerDown(data);
  return data.tickets.filter((ticket) => !CLOSED.includes(ticket.state) && (ticket.print in UNPRINTED || (down && ticket.print === "queued")));
}

/** The tickets of each tab for one counter. Pure. `history`: what the hub remembers of this counter, or null. */
export function sort(data, counter, history = null) {
  const services = new Set(counter.services);
  const mine = data.tickets.filter((ticket) => ticket.counter === counter.id || services.has(ticket.service));
  const byIssue = (a, b) => (a.issued_at < b.issued_at ? -1 : a.issued_at > b.issued_at ? 1 : a.n - b.n);
  const latest = (a, b) => ((a.closed_at || "") < (b.closed_at || "") ? 1 : -1);
  const now = new Map(data.tickets.map((ticket) => [ticket.id, ticket]));
  const closed = history === null
    ? mine.filter((ticket) => CLOSED.includes(ticket.state))
    : [...new Map([...history, ...mine.filter((ticket) => CLOSED.includes(ticket.state) && ticket.counter === counter.id)].map((ticket) => [ticket.id, now.get(ticket.id) || ticket])).values()].filter((ticket) => CLOSED.includes(ticket.state));
  return {
    waiting: waitingHere(data, counter).sort(byIssue),
    set_aside: mine.filter((ticket) => SET_ASIDE.includes(ticket.state)).sort(byIssue),
    closed: closed.sort(latest),
    paperless: paperless(data).sort(byIssue),
  };
}

export class List {
  /** `onChosen(ticket | null)` when the selection changes, `onCall(ticket)` on Enter or a double click, `onTab(name)`. */
  constructor({ onChosen, onCall, onTab }) {
    this.tab = "waiting";
    this.tabs = { waiting: [], set_aside: [], closed: [], paperless: [] };
    this.chosenId = null;
    this.handlers = { onChosen, onCall, onTab };
    this.rows = new Map();
    this.box = el("ul", { id: "list", role: "listbox", tabindex: "0", onkeydown: (event) => this.key(event) });
    this.tabButtons = new Map();
    this.sum = el("p.sum", { hidden: true });
    this.empty = el("p.empty", {});
    this.panel = el("div.panel", { role: "tabpanel", id: "list-panel" }, this.sum, this.box, this.empty);
    this.node = el("section.list", {}, this.tabBar(), this.panel);
  }

  tabBar() {
    const bar = el("div.tabs", { role: "tablist", "aria-label": say("kb_rows") });
    for (const name of TABS) {
      const count = el("b", {});
      const button = el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "list-panel", "aria-keyshortcuts": String(TABS.indexOf(name) + 1), onclick: () => this.show(name) }, say(`tab_${name}`), " ", count);
      this.tabButtons.set(name, { button, count });
      bar.append(button);
    }
    return bar;
  }

  get chosen() {
    return this.tabs[this.tab].find((ticket) => ticket.id === this.chosenId) || null;
  }

  get focused() {
    return document.activeElement === this.box;
  }

  show(name) {
    this.tab = name;
    this.chosenId = null;
    this.handlers.onTab(name);
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
    if (this.tab === "paperless" && tabs.paperless.length === 0) this.tab = "waiting";
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
      button.hidden = name === "paperless" && this.tabs.paperless.length === 0;
    }
    this.node.classList.toggle("four", this.tabs.paperless.length > 0);
    const list = this.tabs[this.tab];
    const nodes = list.map((ticket) => this.row(ticket));
    for (const id of this.rows.keys()) if (!list.some((ticket) => ticket.id === id)) this.rows.delete(id);
    // Only touch the order when it differs, so that scrolling and screen readers are left in peace.
    if (nodes.length !== this.box.children.length || nodes.some((node, place) => this.box.children[place] !== node)) this.box.replaceChildren(...nodes);
    this.box.hidden = list.length === 0;
    this.empty.hidden = list.length > 0;
    setText(this.empty, say(this.tab === "closed" ? "empty_history" : `empty_${this.tab}`));
    this.panel.setAttribute("aria-labelledby", `tab-${this.tab}`);
    this.box.setAttribute("aria-label", say(`tab_${this.tab}`));
    this.drawSum(list);
    const active = this.chosenId && this.rows.has(this.chosenId) ? `row-${this.chosenId}` : "";
    if (active) this.box.setAttribute("aria-activedescendant", active);
    else this.box.removeAttribute("aria-activedescendant");
    this.handlers.onChosen(this.chosen);
  }

  drawSum(list) {
    const served = list.filter((ticket) => ticket.served_at && ticket.closed_at);
    this.sum.hidden = this.tab !== "closed" || served.length === 0;
    if (this.sum.hidden) return;
    const minutes = served.reduce((sum, ticket) => sum + (Date.parse(ticket.closed_at) - Date.parse(ticket.served_at)) / 60000, 0);
    setText(this.sum, say("cl_history_sum", { n: list.length, m: Math.max(1, Math.round(minutes / served.length)) }));
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
    const unprinted = (this.tab === "paperless" ? NOT_YET : UNPRINTED)[ticket.print];
    setText(parts.what, this.what(ticket, unprinted));
    parts.what.classList.toggle("warn", Boolean(unprinted) && ["waiting", "paperless"].includes(this.tab));
    parts.mark.hidden = !(ticket.priority || ticket.appointment) || this.tab === "closed";
    setText(parts.mark, ticket.priority ? say("priority") : say("cl_appointment"));
    if (this.tab === "closed") setText(parts.time, clockOf(ticket.closed_at));
    else {
      const minutes = minutesSince(ticket.since || ticket.issued_at, this.now);
      setText(parts.time, minutes === 0 ? say("just_now") : say("minutes", { n: minutes }));
    }
    return node;
  }

  what(ticket, unprinted) {
    if (this.tab === "closed") return say(ticket.state);
    if (this.tab === "set_aside") return noteWords(ticket.note) || say(ticket.state);
    if (unprinted) return say(unprinted);
    // A counter with one service needs no reminder of it: the time on the paper tells more.
    return this.services && this.services.size > 1 ? this.services.get(ticket.service) || "" : say("taken_at", { time: clockOf(ticket.issued_at) });
  }
}

export const serviceNames = (data, counter) => new Map(data.services.filter((each) => counter.services.includes(each.id)).map((each) => [each.id, named(each, "name")]));
