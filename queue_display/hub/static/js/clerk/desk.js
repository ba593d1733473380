// The desk: the number in hand, large, and the keys around it. Built once a language, then only its words change.

import { el, icon, setText } from "../dom.js";
import { stopwatch } from "../time.js";
import { named, say } from "../words.js";
import { CANCEL, DEEDS, DESK, fits, mainDeed, rowDeeds } from "./deed.js";

const keyNode = (letter) => el("kbd", { "aria-hidden": "true" }, letter);

export class Desk {
  /** `act(name)` for every key on the page. */
  constructor(act, list, reception = false) {
    this.list = list;
    this.toast = document.getElementById("toast"); // one node for the life of the page: an alert is spoken once
    this.buttons = new Map();
    this.state = el("span.state", { id: "state" });
    this.mark = el("span.priority", { hidden: true }, say("priority"));
    this.number = el("h1", { id: "number" });
    this.detail = el("p", { id: "detail" });
    this.watch = el("p.watch", { id: "watch" });
    this.current = el("section.current", { id: "current" }, el("div.top", {}, this.state, this.mark, this.watch), this.number, this.detail, this.toast);
    this.mainWord = el("span", {});
    this.main = el("button.button.main.next", { type: "button", id: "do-main", onclick: () => act("main") }, icon("call"), this.mainWord, keyNode(say("key_space")));
    const button = (deed, kind = "button.button") => {
      const node = el(kind, { type: "button", id: `do-${deed.name}`, "aria-keyshortcuts": deed.letter, onclick: () => act(deed.name) }, icon(deed.icon), el("span", {}, say(deed.word)), keyNode(deed.letter));
      this.buttons.set(deed.name, node);
      return node;
    };
    const deeds = el("div.deeds", {}, ...DEEDS.map((deed) => button(deed)));
    const desk = el("div.desk-keys", {}, ...DESK.map((deed) => button(deed)));
    desk.append(button(CANCEL, "button.button.act"));
    this.close = el("button.button", { type: "button", id: "do-close", onclick: () => act("close") }, icon("cancel"), el("span", {}, say("close_counter")), keyNode("O"));
    desk.append(this.close);
    this.tools = {
      call: el("button.button.main", { type: "button", id: "row-call", onclick: () => act("row-call") }, say("call_this"), keyNode("Enter")),
      return: el("button.button", { type: "button", id: "row-return", onclick: () => act("return") }, say("return"), keyNode("U")),
      reprint: el("button.button", { type: "button", id: "row-reprint", onclick: () => act("row-reprint") }, say("reprint"), keyNode("I")),
      cancel: el("button.button.act", { type: "button", id: "row-cancel", onclick: () => act("row-cancel") }, say("cancel"), keyNode("H")),
    };
    this.rowName = el("b", {});
    this.rowTools = el("div.row-tools", { id: "row-tools" }, this.rowName, ...Object.values(this.tools));
    this.rowHint = el("p.row-hint", {}, say("list_hint"));
    list.node.append(this.rowTools, this.rowHint);
    this.reception = reception;
    this.node = el("div.page", {}, el("div.desk", {}, this.current, this.main, ...(reception ? [] : [deeds, desk])), list.node);
  }

  /** `view`: {data, counter, ticket, now, able} where able is false while the link is lost. */
  update({ data, counter, ticket, able, busy }) {
    const empty = data.tickets.every((each) => each.state !== "waiting" || !counter.services.includes(each.service));
    this.current.dataset.state = ticket ? ticket.state : counter.state === "open" ? "free" : counter.state;
    this.mark.hidden = !(ticket && ticket.priority);
    if (ticket) {
      const service = data.services.find((each) => each.id === ticket.service);
      setText(this.state, say(ticket.state));
      setText(this.number, ticket.number);
      const times = ticket.calls > 1 ? ` · ${say("called_times", { n: ticket.calls })}` : "";
      setText(this.detail, (service ? named(service, "name") : "") + times);
    } else {
      setText(this.state, say(this.reception ? "open" : counter.state));
      if (counter.state === "paused") {
        const { pause } = counter;
        setText(this.number, say("paused_title"));
        setText(this.detail, pause ? say("paused_until", { reason: say(pause.reason), time: pause.until.slice(11, 16) }) : "");
      } else if (counter.state === "closed") {
        setText(this.number, say("closed_title"));
        setText(this.detail, say("closed_hint"));
      } else if (this.reception) {
        setText(this.number, say("reception_title"));
        setText(this.detail, say("reception_hint"));
      } else {
        setText(this.number, say(empty ? "nobody" : "counter_free"));
        setText(this.detail, say(empty ? "nobody_hint" : "next_hint"));
      }
    }
    this.number.classList.toggle("ticket", ticket !== null);
    setText(this.mainWord, say(mainDeed(counter, ticket).word));
    this.enable(this.main, able, busy);
    for (const deed of [...DEEDS, CANCEL]) this.enable(this.buttons.get(deed.name), able && fits(deed, ticket), busy);
    const open = counter.state === "open";
    this.enable(this.buttons.get("pick"), able && counter.state !== "closed", busy);
    this.enable(this.buttons.get("issue"), able, busy);
    this.enable(this.buttons.get("reprint"), able && ticket !== null, busy);
    this.enable(this.buttons.get("pause"), able && open, busy);
    this.enable(this.close, able && open && ticket === null, busy);
    this.row(this.list.chosen, able, busy);
  }

  /** Not possible: disabled. On its way: says so without taking the focus away from under the finger. */
  enable(button, possible, busy) {
    if (button.disabled === possible) button.disabled = !possible;
    if (busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }

  row(ticket, able, busy) {
    this.rowTools.hidden = ticket === null;
    this.rowHint.hidden = ticket !== null;
    setText(this.rowName, ticket ? ticket.number : "");
    const may = ticket ? rowDeeds(ticket) : {};
    for (const [name, button] of Object.entries(this.tools)) {
      button.hidden = !may[name] || (this.reception && name === "call");
      this.enable(button, able && Boolean(may[name]), busy && ticket !== null);
    }
  }

  tick(ticket, now) {
    if (!ticket) setText(this.watch, "");
    else if (ticket.state === "called") setText(this.watch, say("called_for", { time: stopwatch(ticket.called_at, now) }));
    else setText(this.watch, say("serving_for", { time: stopwatch(ticket.served_at, now) }));
  }
}
