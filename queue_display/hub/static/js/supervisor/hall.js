// All counters and all services at a glance: two tables, made once a language, then only their words change.
// A row is chosen by the focus of its first cell; arrows go from row to row.

import { el, icon, setText } from "../dom.js";
import { clockOf, minutesSince, stopwatch } from "../time.js";
import { facts, named } from "../words.js";
import { count, counterName, counterTitle, range, statusLine, statusOf } from "../staff/tell.js";
import { say } from "../staff/words.js";

const SEATED = Boolean(facts.pins && facts.pins.counters.length); // officers sign in with PINs: an empty seat tells something

/** Who waits longest for a service, in minutes; null when nobody does. Pure. */
export function longest(data, service, now) {
  const since = data.tickets.filter((each) => each.service === service.id && each.state === "waiting").map((each) => each.issued_at).sort()[0];
  return since ? minutesSince(since, now) : null;
}

/** Does a counter take other services today than its settings say? Pure. */
export function changedToday(counter) {
  const known = facts.counters.find((each) => each.id === counter.id);
  return Boolean(known) && [...known.services].sort().join() !== [...counter.services].sort().join();
}

class Table {
  /** `columns`: keys of words; `open(id)`: Enter or a click on the row's key. */
  constructor(name, columns, open, chosen) {
    this.rows = new Map();
    this.body = el("tbody", {});
    this.open = open;
    this.chosen = chosen;
    this.node = el("section.panel", { id: `${name}-panel` },
      el("table", { id: name }, el("caption", {}, el("span.quiet-only", {}, say(name))), el("thead", {}, el("tr", {}, ...columns.map((key) => el("th", { scope: "col" }, say(key))))), this.body));
  }

  /** The row of an id with its cells; made at the first call. */
  row(id, cells) {
    let row = this.rows.get(id);
    if (!row) {
      const button = el("button.rowkey", { type: "button", onclick: () => this.open(id), onfocus: () => this.chosen(id) });
      const parts = cells.map(() => el("td", {}));
      const node = el("tr", { "data-id": id, onclick: (event) => {
        if (event.target instanceof Element && !event.target.closest("button")) this.focus(id);
      } }, el("th", { scope: "row" }, button), ...parts);
      row = { node, button, parts };
      this.rows.set(id, row);
      this.body.append(node);
    }
    return row;
  }

  focus(id) {
    const row = this.rows.get(id);
    if (row) row.button.focus();
  }

  step(id, by) {
    const ids = [...this.rows.keys()];
    if (ids.length === 0) return;
    const at = ids.indexOf(id);
    this.focus(ids[at === -1 ? (by > 0 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, at + by))]);
  }
}

export class Hall {
  /** `open(kind, id)` on Enter; `act(name)` for the keys below the tables; `enable(button, possible)`. */
  constructor({ open, act, enable, store }) {
    Object.assign(this, { act, enable, store });
    this.chosen = { kind: "counters", id: null };
    const choose = (kind) => (id) => {
      this.chosen = { kind, id };
      this.drawTools();
    };
    this.counters = new Table("counters", ["col_counter", "col_state", "col_ticket", "col_for", "col_services"], (id) => open("counters", id), choose("counters"));
    this.services = new Table("services", ["col_service", "col_waiting", "col_longest", "col_estimate"], (id) => open("services", id), choose("services"));
    const tool = (name, key, kind = "button.button") => el(kind, { type: "button", id: `do-${name}`, onclick: () => act(name) }, el("span", {}, say(`do_${name}`)), el("kbd", { "aria-hidden": "true" }, key));
    this.tools = { services: tool("services", "Enter"), pause: tool("pause", "B"), open: tool("open", "M"), close: tool("close", "O") };
    this.toolName = el("b", {});
    this.hint = el("span.hint", {});
    this.bar = el("div.tools", { id: "counter-tools" }, this.toolName, ...Object.values(this.tools), this.hint);
    this.sums = el("dl.sums", { id: "sums" });
    this.node = el("div.hall", {}, this.sums, el("div.tables", {}, this.counters.node, this.services.node), this.bar);
  }

  step(by) {
    this[this.chosen.kind].step(this.chosen.id, by);
  }

  /** Left and right: from one table to the other. */
  side(kind) {
    const first = [...this[kind].rows.keys()][0];
    if (first !== undefined) this[kind].focus(first);
  }

  update(data) {
    this.data = data;
    const now = this.store.now();
    for (const each of data.counters) this.drawCounter(each, now);
    for (const each of data.services) this.drawService(each, now);
    this.drawSums();
    this.drawTools();
  }

  drawSums() {
    const { totals } = this.data;
    const of = (...states) => states.reduce((sum, state) => sum + (totals[state] || 0), 0);
    const list = [["sum_issued", totals.issued || 0], ["sum_waiting", of("waiting")], ["sum_serving", of("called", "serving")], ["sum_aside", of("parked", "waiting_papers")], ["sum_done", of("done", "done_on_spot")], ["sum_no_show", of("no_show")]];
    const key = JSON.stringify(list);
    if (this.sums.dataset.key === key) return;
    this.sums.dataset.key = key;
    this.sums.replaceChildren(...list.map(([word, n]) => el("div", { "data-sum": word }, el("dt", {}, say(word)), el("dd", {}, count(n)))));
  }

  drawCounter(counter, now) {
    const row = this.counters.row(counter.id, ["state", "ticket", "time", "services"]);
    const [state, ticket, time, services] = row.parts;
    const held = counter.ticket ? this.data.tickets.find((each) => each.id === counter.ticket) : null;
    const title = counterTitle(counter.id);
    const key = JSON.stringify([counter, held && [held.number, held.state, held.priority, held.calls]]);
    if (row.node.dataset.key !== key) {
      row.node.dataset.key = key;
      row.node.dataset.state = held ? held.state : counter.state;
      row.node.classList.toggle("emergency", Boolean(counter.emergency));
      row.button.replaceChildren(el("b", {}, counterName(counter.id)), title && el("small", {}, title));
      const word = held && counter.state === "open" ? say(held.state) : say(counter.state === "open" ? "open" : counter.state);
      row.soft = el("small", {});
      state.replaceChildren(el("span.chip", {}, counter.emergency ? say("emergency_short") : word), row.soft);
      ticket.replaceChildren(held ? el("span.number", {}, held.number) : "–", held && held.priority ? el("small", {}, say("priority")) : "");
      const letters = counter.services.map((id) => this.data.services.find((each) => each.id === id)).filter(Boolean);
      services.replaceChildren(...letters.map((each) => el("span.letter", { title: named(each, "name") }, each.letter)), changedToday(counter) ? el("small", {}, say("changed_today")) : "");
      row.time = time;
    }
    row.held = held;
    row.counter = counter;
    this.tickCounter(row, now);
  }

  tickCounter(row, now) {
    const { held, counter } = row;
    const since = held ? (held.state === "serving" ? held.served_at : held.called_at) : null;
    setText(row.time, since ? stopwatch(since, now) : "");
    let soft = "";
    let late = false;
    if (counter.state === "paused" && counter.pause) {
      soft = say("pause_until", { reason: say(counter.pause.reason), time: clockOf(counter.pause.until) });
      const over = minutesSince(counter.pause.until, now);
      if (over > 0) soft += ` · ${say("pause_over", { n: over })}`;
      late = over > 0;
    } else if (counter.seat && (counter.seat.taken || (SEATED && counter.state === "open" && !held))) soft = counter.seat.taken ? say("seat_taken", { time: clockOf(counter.seat.since) }) : say("seat_free");
    setText(row.soft, soft);
    row.soft.classList.toggle("late", late);
  }

  drawService(service, now) {
    const row = this.services.row(service.id, ["waiting", "longest", "estimate"]);
    const [waiting, longestCell, estimate] = row.parts;
    const status = statusOf(service);
    const line = status.code === "open" ? "" : statusLine(service, this.store);
    const left = status.code === "open" && typeof service.left === "number" ? say("left", { n: count(service.left) }) : "";
    const key = JSON.stringify([service.name, line, left, service.letter]);
    if (row.button.dataset.key !== key) {
      row.button.dataset.key = key;
      row.button.replaceChildren(el("span.letter", {}, service.letter), el("span.two", {}, el("b", {}, named(service, "name")), line ? el("small.late", {}, line) : "", left ? el("small", {}, left) : ""));
    }
    row.node.dataset.status = status.code;
    const waits = longest(this.data, service, now);
    setText(waiting, count(service.waiting));
    setText(longestCell, waits === null ? "–" : say("minutes", { n: waits }));
    longestCell.classList.toggle("late", Boolean(service.long_wait));
    setText(estimate, service.waiting ? range(service.estimate) || "–" : "–");
  }

  tick() {
    if (!this.data) return;
    const now = this.store.now();
    for (const row of this.counters.rows.values()) if (row.counter) this.tickCounter(row, now);
  }

  drawTools() {
    const { kind, id } = this.chosen;
    const counter = kind === "counters" ? this.data && this.data.counters.find((each) => each.id === id) : null;
    setText(this.toolName, counter ? counterName(counter.id) : "");
    for (const button of Object.values(this.tools)) button.hidden = !counter;
    this.hint.hidden = Boolean(counter);
    setText(this.hint, say(kind === "services" ? "sv_hint_service" : "sv_hint"));
    if (!counter) return;
    this.enable(this.tools.services, true);
    this.enable(this.tools.pause, counter.state === "open");
    this.enable(this.tools.open, counter.state !== "open");
    this.enable(this.tools.close, counter.state !== "closed" && !counter.ticket);
  }

  /** Counters that call for help, the longest first. */
  get alarms() {
    return this.data ? this.data.counters.filter((each) => each.emergency) : [];
  }
}

/** The bar that shouts: one key a counter. */
export function alarmNode(counters, clear) {
  return el("div.alarm", {}, ...counters.map((each) => el("div.cry", {}, icon("alarm"), el("b", {}, say("emergency", { counter: counterName(each.id) })), el("button.button", { type: "button", id: `clear-${each.id}`, onclick: () => clear(each.id) }, el("span", {}, say("emergency_clear")), el("kbd", { "aria-hidden": "true" }, "K")))));
}
