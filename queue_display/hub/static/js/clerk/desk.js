// The desk: the number in hand, large, and the keys around it. Built once a language, then only its words change.

import { el, icon, setText } from "../dom.js";
import { minutesSince, stopwatch } from "../time.js";
import { facts, named } from "../words.js";
import { DESK_DEEDS, mainDeed, possible, ROW_DEEDS, TICKET_DEEDS, UNDO, undoLeft } from "./deed.js";
import { noteWords, say } from "./words.js";

const keyNode = (letter) => el("kbd", { "aria-hidden": "true" }, letter);
const rules = facts.rules || {};

const recallsOf = (ticket) => ticket.recalls ?? Math.max(0, ticket.calls - 1);

/** How often it may still be called again; whoever was called often enough is marked absent by the next press. */
function recallWords(ticket) {
  const n = recallsOf(ticket);
  const enough = ticket.state === "called" && rules.no_show_after > 0;
  if (enough && n + 1 >= rules.no_show_after) return say("recall_last");
  const limit = enough ? Math.min(rules.no_show_after - 1, rules.recall_limit) : rules.recall_limit;
  return limit > 0 ? say("recall_n", { n, limit }) : say("recall");
}

export class Desk {
  /** `page`: the clerk's page: `act(name)`, `enable(button, possible)`, `placeName(counter id)`. */
  constructor(page, list, ahead) {
    this.page = page;
    this.list = list;
    this.buttons = new Map();
    this.state = el("span.state", { id: "state" });
    this.marks = el("span.marks", {});
    this.number = el("h1", { id: "number" });
    this.detail = el("p", { id: "detail" });
    this.wait = el("p.wait", { id: "waited" });
    this.watch = el("p.watch", { id: "watch", role: "timer" });
    const times = el("div.times", {}, this.wait, this.watch);
    this.current = el("section.current", { id: "current", "aria-labelledby": "number" }, el("div.top", {}, this.state, this.marks, times), this.number, this.detail, document.getElementById("toast"));
    this.mainWord = el("span", {});
    this.main = el("button.button.main.next", { type: "button", id: "do-main", "aria-keyshortcuts": "Space", onclick: () => page.act("main") }, icon("call"), this.mainWord, keyNode(say("key_space")));
    const deeds = el("div.deeds", {}, ...TICKET_DEEDS.map((deed) => this.button(deed)), this.button(UNDO));
    const desk = el("div.desk-keys", {}, ...DESK_DEEDS.map((deed) => this.button(deed)));
    this.rowName = el("b", {});
    this.rowTools = el("div.row-tools", { id: "row-tools" }, this.rowName, ...ROW_DEEDS.map((deed) => this.button(deed, deed.name)));
    this.rowHint = el("p.row-hint", {}, say("list_hint"));
    list.node.append(this.rowTools, this.rowHint);
    this.node = el("div.page", {}, el("div.desk", {}, this.current, this.main, deeds, desk), el("div.side", {}, ahead.node, list.node));
  }

  button(deed, id = `do-${deed.name}`) {
    const kind = deed.main ? "button.button.main" : deed.act ? "button.button.act" : "button.button";
    const word = el("span", {}, say(deed.word));
    const node = el(kind, { type: "button", id, "aria-keyshortcuts": deed.letter, onclick: () => this.page.act(deed.name) }, deed.icon && icon(deed.icon), word, keyNode(deed.letter));
    this.buttons.set(deed.name, { node, word });
    return node;
  }

  /** `view`: {data, counter, ticket, now}. */
  update({ data, counter, ticket, now }) {
    this.current.dataset.state = ticket ? ticket.state : counter.state === "open" ? "free" : counter.state;
    if (ticket) this.showTicket(data, counter, ticket);
    else this.showFree(data, counter);
    this.number.classList.toggle("ticket", ticket !== null);
    setText(this.mainWord, say(mainDeed(counter, ticket).word));
    this.page.enable(this.main, true);
    for (const deed of [...TICKET_DEEDS, ...DESK_DEEDS]) this.page.enable(this.buttons.get(deed.name).node, possible(deed.name, counter, ticket));
    setText(this.buttons.get("recall").word, ticket ? recallWords(ticket) : say("recall"));
    setText(this.buttons.get("emergency").word, say(counter.emergency ? "emergency_off" : "emergency_do"));
    this.current.classList.toggle("in-need", Boolean(counter.emergency));
    this.row(this.list.chosen);
    this.tick(counter, ticket, now);
  }

  showTicket(data, counter, ticket) {
    const service = data.services.find((each) => each.id === ticket.service);
    const serviceName = (id) => named(data.services.find((each) => each.id === id) || { name: id }, "name");
    setText(this.state, say(ticket.state));
    setText(this.number, ticket.number);
    const known = [
      service && named(service, "name"),
      recallsOf(ticket) > 0 && say("cl_recalls", { n: recallsOf(ticket) }),
      ticket.also && ticket.also.length > 0 && say("cl_also", { names: ticket.also.map(serviceName).join(", ") }),
      ticket.back_to && say("cl_back_to", { counter: this.page.placeName(ticket.back_to) }),
      noteWords(ticket.note),
      ticket.returns > 0 && say("cl_returned", { n: ticket.returns }),
      ticket.carry && say("cl_carried"),
    ].filter(Boolean);
    setText(this.detail, known.join(" · "));
    const marks = [ticket.priority && say("priority"), ticket.appointment && say("cl_appointment")].filter(Boolean);
    if (this.marks.textContent !== marks.join("")) this.marks.replaceChildren(...marks.map((mark) => el("span.priority", {}, mark)));
  }

  showFree(data, counter) {
    const nobody = !data.tickets.some((each) => each.state === "waiting" && (each.counter === counter.id || (each.counter === null && counter.services.includes(each.service))));
    setText(this.state, say(counter.state));
    this.marks.replaceChildren();
    if (counter.state === "paused") {
      setText(this.number, say("paused_title"));
      setText(this.detail, counter.pause ? say("paused_until", { reason: say(counter.pause.reason), time: counter.pause.until.slice(11, 16) }) : "");
    } else if (counter.state === "closed") {
      setText(this.number, say("closed_title"));
      setText(this.detail, say("closed_hint"));
    } else {
      setText(this.number, say(nobody ? "nobody" : "counter_free"));
      setText(this.detail, say(nobody ? "nobody_hint" : "next_hint"));
    }
  }

  row(ticket) {
    this.rowTools.hidden = ticket === null;
    this.rowHint.hidden = ticket !== null;
    setText(this.rowName, ticket ? ticket.number : "");
    for (const deed of ROW_DEEDS) {
      const { node } = this.buttons.get(deed.name);
      const may = ticket !== null && deed.when(ticket);
      node.hidden = !may;
      this.page.enable(node, may);
    }
  }

  tick(counter, ticket, now) {
    const { node, word } = this.buttons.get("undo");
    const left = undoLeft(counter, now, rules.undo_s);
    setText(word, left ? say("undo_left", { n: left }) : say("undo_do"));
    node.classList.toggle("ready", left > 0);
    this.page.enable(node, left > 0);
    setText(this.wait, ticket ? say("cl_waited", { n: minutesSince(ticket.issued_at, Date.parse(ticket.called_at || "") || now) }) : "");
    if (!ticket) setText(this.watch, "");
    else if (ticket.state === "called") setText(this.watch, say("cl_called_for", { time: stopwatch(ticket.called_at, now) }));
    else setText(this.watch, say("cl_serving_for", { time: stopwatch(ticket.served_at, now) }));
  }
}
