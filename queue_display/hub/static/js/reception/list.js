// The reception's lists: numbers of the day, numbers without paper, people who asked for help, appointments.
// One list box with four contents: digits change it, arrows choose, the row's own keys stand below it.

import { el, icon, setText } from "../dom.js";
import { clockOf, minutesSince } from "../time.js";
import { named } from "../words.js";
import { hour } from "../staff/tell.js";
import { say } from "../staff/words.js";
import { may, sort } from "./rows.js";

export const TABS = ["today", "paper", "help", "appointment"];
const TICKETS = ["today", "paper"];

export class Lists {
  /** `act(name)` for the row's keys; `checkIn(code)` for the field of the appointments; `enable(button, possible)`. */
  constructor({ act, checkIn, enable }) {
    Object.assign(this, { act, checkIn, enable });
    this.tab = "today";
    this.chosenId = null;
    this.rows = [];
    this.appointments = [];
    this.build();
  }

  build() {
    this.tabButtons = new Map();
    const bar = el("div.tabs", { role: "tablist", "aria-label": say("reception") }, ...TABS.map((name, at) => {
      const badge = el("b", {});
      const button = el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "list", "aria-keyshortcuts": String(at + 1), onclick: () => this.show(name) },
        el("kbd", { "aria-hidden": "true" }, String(at + 1)), el("span", {}, say(`tab_${name}`), " ", badge));
      this.tabButtons.set(name, { button, badge });
      return button;
    }));
    this.find = el("input", { type: "search", id: "find", maxlength: "5", autocomplete: "off", spellcheck: "false", placeholder: say("rc_find"), "aria-label": say("rc_find"), oninput: () => this.draw() });
    this.findRow = el("div.find", {}, this.find, el("kbd", { "aria-hidden": "true" }, "/"));
    this.code = el("input", { type: "text", id: "code", maxlength: "8", autocomplete: "off", spellcheck: "false", autocapitalize: "characters", placeholder: say("rc_code"), "aria-label": say("rc_code"), "aria-describedby": "code-hint" });
    this.codeGo = el("button.button.main", { type: "submit", id: "do-checkin" }, say("rc_checkin"), el("kbd", { "aria-hidden": "true" }, "Enter"));
    this.codeRow = el("form.find", { novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      this.checkIn(this.code.value.trim().toUpperCase());
    } }, this.code, this.codeGo, el("p.hint", { id: "code-hint" }, say("rc_code_hint")));
    this.callRow = el("div.find", {}, this.callHelp = el("button.button", { type: "button", id: "do-help", onclick: () => this.act("help") }, icon("call"), el("span", {}, say("help_call")), el("kbd", { "aria-hidden": "true" }, "0")));
    this.box = el("ul", { id: "list", role: "listbox", tabindex: "0", "aria-label": say("tab_today") });
    this.empty = el("p.empty", {});
    const tool = (name, key, kind = "button.button") => el(kind, { type: "button", id: `row-${name}`, onclick: () => this.act(name) }, el("span", {}, say(`row_${name}`)), el("kbd", { "aria-hidden": "true" }, key));
    this.tools = { reprint: tool("reprint", "I"), spot: tool("spot", "O"), move: tool("move", "."), return: tool("return", "⌫"), void: tool("void", "Del", "button.button.act") };
    this.helped = el("button.button.main", { type: "button", id: "row-helped", onclick: () => this.act("helped") }, el("span", {}, say("help_done")), el("kbd", { "aria-hidden": "true" }, "Enter"));
    this.arrive = el("button.button.main", { type: "button", id: "row-arrive", onclick: () => this.act("arrive") }, el("span", {}, say("rc_checkin")), el("kbd", { "aria-hidden": "true" }, "Enter"));
    this.rowName = el("b", {});
    this.rowTools = el("div.row-tools", { id: "row-tools" }, this.rowName, ...Object.values(this.tools), this.helped, this.arrive);
    this.hint = el("p.row-hint", {});
    this.node = el("section.list", { "aria-label": say("tab_today") }, bar, this.findRow, this.codeRow, this.callRow, this.box, this.empty, this.rowTools, this.hint);
  }

  get chosen() {
    return this.rows.find((row) => row.id === this.chosenId) || null;
  }

  /** The chosen ticket, where the list is one of tickets. */
  get ticket() {
    return TICKETS.includes(this.tab) && this.chosen ? this.chosen.ticket : null;
  }

  show(name) {
    this.tab = name;
    this.chosenId = null;
    this.draw();
    if (name === "appointment") this.code.focus();
    else this.box.focus();
  }

  step(by) {
    if (this.rows.length === 0) return;
    const at = this.rows.findIndex((row) => row.id === this.chosenId);
    const next = at === -1 ? (by > 0 ? 0 : this.rows.length - 1) : Math.min(this.rows.length - 1, Math.max(0, at + by));
    this.choose(this.rows[next].id);
    this.box.focus();
  }

  choose(id) {
    this.chosenId = id;
    this.draw();
    const node = this.box.querySelector('[aria-selected="true"]');
    if (node) node.scrollIntoView({ block: "nearest" });
  }

  update(data, now, busy) {
    Object.assign(this, { data, now, busy });
    this.draw();
  }

  draw() {
    if (!this.data) return;
    const names = new Map(this.data.services.map((each) => [each.id, named(each, "name")]));
    const tickets = sort(this.data, this.now, this.find.value);
    const helps = this.data.helps || [];
    const counts = { today: this.data.totals.issued ?? tickets.today.length, paper: tickets.paper.length, help: helps.length, appointment: this.appointments.filter((each) => each.ticket === null).length };
    for (const [name, { button, badge }] of this.tabButtons) {
      setText(badge, String(counts[name]));
      button.setAttribute("aria-selected", String(name === this.tab));
      button.classList.toggle("wants", (name === "paper" || name === "help") && counts[name] > 0);
    }
    if (TICKETS.includes(this.tab)) this.rows = tickets[this.tab].map((ticket) => this.ticketRow(ticket, names));
    else if (this.tab === "help") this.rows = helps.map((help) => this.helpRow(help));
    else this.rows = this.appointments.map((each) => this.appointmentRow(each, names));
    if (!this.chosen) this.chosenId = null;
    this.box.replaceChildren(...this.rows.map((row) => this.rowNode(row)));
    this.box.setAttribute("aria-label", say(`tab_${this.tab}`));
    if (this.chosenId === null) this.box.removeAttribute("aria-activedescendant");
    else this.box.setAttribute("aria-activedescendant", `row-of-${this.chosenId}`);
    const empty = this.rows.length === 0;
    this.empty.hidden = !empty;
    this.box.hidden = empty;
    setText(this.empty, say(`empty_${this.tab}`));
    this.findRow.hidden = this.tab !== "today";
    this.codeRow.hidden = this.tab !== "appointment";
    this.callRow.hidden = this.tab !== "help";
    this.enable(this.callHelp, true);
    this.enable(this.codeGo, true);
    this.drawTools();
  }

  drawTools() {
    const { chosen } = this;
    const allowed = this.ticket ? may(this.ticket) : {};
    for (const [name, button] of Object.entries(this.tools)) {
      button.hidden = !allowed[name];
      this.enable(button, Boolean(allowed[name]));
    }
    this.helped.hidden = !(chosen && chosen.help);
    this.enable(this.helped, true);
    this.arrive.hidden = !(chosen && chosen.appointment && !chosen.over);
    this.enable(this.arrive, true);
    this.rowTools.hidden = chosen === null;
    setText(this.rowName, chosen ? chosen.name : "");
    this.hint.hidden = chosen !== null || this.rows.length === 0;
    setText(this.hint, say(TICKETS.includes(this.tab) ? "rc_hint" : `rc_hint_${this.tab}`));
  }

  ticketRow(ticket, names) {
    const broken = ["no_paper", "failed", "unknown"].includes(ticket.print);
    const what = this.tab === "paper" || (broken && ticket.state === "waiting") ? say(`paper_${ticket.print}`) : `${names.get(ticket.service) || ""}`;
    const state = this.tab === "paper" ? names.get(ticket.service) || "" : say(ticket.state);
    const minutes = minutesSince(ticket.issued_at, this.now);
    return { id: ticket.id, name: ticket.number, ticket, big: ticket.number, what, state, warn: broken || this.tab === "paper", mark: ticket.priority ? say("priority") : "", time: minutes === 0 ? say("just_now") : say("minutes", { n: minutes }) };
  }

  helpRow(help) {
    const minutes = minutesSince(help.at, this.now);
    const where = ["kiosk", "reception", "counter"].includes(help.where) ? say(`help_${help.where}`) : help.where;
    return { id: `help-${help.id}`, name: clockOf(help.at), help, big: clockOf(help.at), what: say(help.what === "guide" ? "help_guide" : "help_write"), state: help.counter ? say("counter_n", { n: help.counter }) : where, warn: false, mark: "", time: minutes === 0 ? say("just_now") : say("minutes", { n: minutes }) };
  }

  appointmentRow(each, names) {
    const over = each.ticket !== null;
    const late = minutesSince(each.at, this.now);
    const state = over ? say("checked_in", { number: each.ticket.split("-").pop() }) : late > 0 ? say("missed", { n: late }) : say("expected", { time: hour(each.at) });
    return { id: `appointment-${each.code}`, name: each.code, appointment: each, over, big: each.code, what: names.get(each.service) || "", state, warn: !over && late > 0, mark: "", time: hour(each.at) };
  }

  rowNode(row) {
    return el("li", { role: "option", id: `row-of-${row.id}`, "data-number": row.name, "aria-selected": String(row.id === this.chosenId), onclick: () => this.choose(row.id) },
      el("span.number", {}, row.big),
      el("span.two", {}, el("span.what", {}, row.what), el(row.warn ? "span.state.warn" : "span.state", {}, row.state)),
      row.mark ? el("span.priority", {}, row.mark) : el("span", {}),
      el("span.time", {}, row.time));
  }
}
