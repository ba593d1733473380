// The clerk's page: one counter, its number in hand, its people waiting. Everything by keyboard, everything by mouse.
// It decides nothing: it asks the hub, says what the hub answered, and shows what the stream tells.

import { get, Refused } from "./api.js";
import { Ahead, waitingHere } from "./clerk/ahead.js";
import { deedOf, mainDeed, possible, undoLeft } from "./clerk/deed.js";
import { Desk } from "./clerk/desk.js";
import * as ask from "./clerk/dialogs.js";
import { keyTable } from "./clerk/keys.js";
import { List, paperless, printerDown, serviceNames, sort, TABS } from "./clerk/list.js";
import { ANYWHERE, seating } from "./clerk/seating.js";
import { say } from "./clerk/words.js";
import { el, icon, setText } from "./dom.js";
import "./icons.js";
import { dialogOpen } from "./staff/dialog.js";
import { Shell } from "./staff/shell.js";
import { facts, language, named, roleName } from "./words.js";

const SEEN_KEY = "motcua.seen"; // the message for all that was read
const MINUTES_MS = 15000; // the minutes in the list grow by themselves

const byId = (id) => document.getElementById(id);

class ClerkPage extends Shell {
  constructor() {
    super({ page: "clerk", roles: ["clerk", ...ANYWHERE], build: () => this.make(), draw: () => this.show(), tick: () => this.second(), onKey: (event) => this.pressed(event) });
    this.counterId = null;
    this.asking = false;
    this.desk = null;
    this.list = null;
    this.history = null;
    this.issuedHere = new Set(); // numbers given out by this page that may lack their paper
    Object.assign(this.store.handlers, {
      onSession: (session) => this.sessionIs(session),
      onSeat: (seat) => this.seatLost(seat.counter, seat.since),
    });
    setInterval(() => this.redraw(), MINUTES_MS);
  }

  // -- what there is

  get counter() {
    return this.data && this.data.counters.find((each) => each.id === this.counterId);
  }

  get ticket() {
    const here = this.counter;
    return (here && here.ticket && this.data.tickets.find((each) => each.id === here.ticket)) || null;
  }

  get officer() {
    return Boolean(this.session && this.session.staff);
  }

  described(each) {
    const known = facts.counters.find((one) => one.id === each.id) || each;
    const plain = !known.name || known.name === `Quầy ${each.id}`;
    return { id: each.id, name: plain ? say("counter_n", { n: each.id }) : known.name, title: named(known, "title") };
  }

  placeName(id) {
    return this.described({ id }).name;
  }

  // -- doing

  intent(what, path, body, said) {
    return super.intent(what, path, body, said, (error) => this.refused(error));
  }

  refused(error) {
    if (error.code !== "seat_lost") return false;
    this.seatLost(this.counterId, null);
    return true;
  }

  at(verb, body, said) {
    return this.intent(`${verb} ${this.counterId}`, `/v1/counters/${this.counterId}/${verb}`, body, said);
  }

  /** A deed on the ticket at the counter, guarded against another one than was seen. */
  simple(verb, ticket, word, body = {}) {
    return this.at(verb, { ticket: ticket.id, ...body }, say("said_ok", { verb: say(word), number: ticket.number }));
  }

  onTicket(verb, ticket, body, said) {
    return this.intent(`${verb}:${ticket.id}`, `/v1/tickets/${ticket.id}/${verb}`, body, said);
  }

  act(name) {
    if (!this.counter || dialogOpen()) return;
    if (!this.able) {
      this.toast(say("said_lost"), "bad");
      return;
    }
    const { counter, ticket } = this;
    if (name.startsWith("row-")) this.actOnRow(name.slice(4), this.list.chosen);
    else if (name === "main") this.actMain(counter, ticket);
    else if (name === "undo") {
      if (undoLeft(counter, this.store.now()) > 0) this.at("undo", {}, say("said_undone"));
    } else if (possible(name, counter, ticket)) this.deeds[name].call(this, ticket, counter);
  }

  actMain(counter, ticket) {
    const { deed } = mainDeed(counter, ticket);
    if (deed !== "next") return this.at(deed, {}, say("open"));
    return this.at("next", ticket ? { ticket: ticket.id } : {}, (answer) => (answer.ticket ? say("said_called", { number: answer.ticket.number }) : say("said_none")));
  }

  deeds = {
    start(ticket) { return this.simple("start", ticket, "start"); },
    done(ticket) { return this.simple("done", ticket, "done_do"); },
    recall(ticket) {
      return this.at("recall", { ticket: ticket.id }, (answer) => (answer.ticket.state === "no_show" ? say("said_absent", { number: ticket.number }) : say("said_ok", { verb: say("recall"), number: ticket.number })));
    },
    "no-show"(ticket) { return this.simple("no-show", ticket, "no_show_do"); },
    "done-on-spot"(ticket) { return this.simple("done-on-spot", ticket, "spot_do"); },
    papers(ticket) { return this.simple("park", ticket, "papers_do", { papers: true }); },
    async park(ticket) {
      const found = await ask.askPark(ticket.number);
      if (found) await this.simple("park", ticket, "park", found.note ? { note: found.note } : {});
    },
    async transfer(ticket) {
      const found = await ask.askTransfer(ticket.number, this.otherCounters(), this.services());
      if (found) await this.at("transfer", { ticket: ticket.id, ...found.target }, say("said_ok", { verb: say("transfer_to", { place: found.place }), number: ticket.number }));
    },
    async also(ticket) {
      const taken = [ticket.service, ...(ticket.also || [])];
      const services = this.services().filter((each) => !taken.includes(each.id));
      const service = await ask.askAlso(ticket.number, services);
      if (service) await this.onTicket("also", ticket, { service }, say("said_also", { number: ticket.number, name: services.find((each) => each.id === service).name }));
    },
    reprint(ticket) { return this.reprint(ticket); },
    cancel(ticket) { return this.cancel(ticket); },
    async pick() {
      const ticket = await ask.askNumber((text) => this.find(text));
      if (ticket) await this.call(ticket);
    },
    async issue() {
      const body = await ask.askService(this.services());
      const answer = body && await this.intent("issue", "/v1/tickets", body, (given) => say("said_issued", { number: given.ticket.number }));
      if (!answer) return;
      if (printerDown(this.data)) await ask.sayPaperless(answer.ticket.number);
      else this.issuedHere.add(answer.ticket.id);
    },
    async help() {
      const found = await ask.askHelp();
      if (found) await this.intent("help", "/v1/help", { where: "counter", what: found.what }, say("said_help"));
    },
    async pause() {
      const body = await ask.askPause();
      if (body) await this.at("pause", body, say("paused_title"));
    },
    close() { return this.at("close", {}, say("closed_title")); },
    async emergency(_, counter) {
      if (counter.emergency) await this.at("emergency-clear", {}, say("said_emergency_off"));
      else if (await ask.askEmergency()) await this.at("emergency", {}, say("said_emergency"));
    },
  };

  actOnRow(name, ticket) {
    if (!ticket || this.desk.buttons.get(`row-${name}`).node.hidden) return undefined;
    if (name === "call") return this.call(ticket);
    if (name === "return") return this.onTicket("return", ticket, {}, say("said_ok", { verb: say("return"), number: ticket.number }));
    if (name === "reopen") return this.onTicket("reopen", ticket, {}, say("said_reopened", { number: ticket.number }));
    if (name === "move") return this.move(ticket);
    return name === "reprint" ? this.reprint(ticket) : this.cancel(ticket);
  }

  call(ticket) {
    return this.onTicket("call", ticket, { counter: this.counterId }, say("said_called", { number: ticket.number }));
  }

  reprint(ticket) {
    return this.onTicket("reprint", ticket, {}, say("said_printing", { number: ticket.number }));
  }

  async move(ticket) {
    const found = await ask.askTransfer(ticket.number, [this.described({ id: this.counterId }), ...this.otherCounters()], this.services(), true);
    if (found) await this.onTicket("move", ticket, found.target, say("said_moved", { number: ticket.number }));
  }

  async cancel(ticket) {
    const found = await ask.askCancel(ticket.number);
    if (!found) return;
    // A waiting number is withdrawn; one that was called already is declared void. For the clerk both are "cancel".
    await this.onTicket(ticket.state === "waiting" ? "cancel" : "void", ticket, found, say("said_ok", { verb: say("cancelled"), number: ticket.number }));
  }

  otherCounters() {
    return this.data.counters.filter((each) => each.id !== this.counterId && each.state !== "closed").map((each) => {
      const { name, title } = this.described(each);
      return { id: each.id, name, soft: title + (each.state !== "open" ? ` (${say(each.state)})` : "") };
    });
  }

  services() {
    return this.data.services.map((each) => ({ id: each.id, letter: each.letter, name: named(each, "name") }));
  }

  find(text) {
    const digits = text.replace(/^[A-Z]/, "");
    const open = this.data.tickets.filter((each) => ["waiting", "parked", "waiting_papers", "no_show"].includes(each.state));
    const found = open.filter((each) => (/^[A-Z]/.test(text) ? each.letter === text[0] : true) && digits !== "" && each.n === Number(digits));
    if (found.length === 1) return { ticket: found[0] };
    if (found.length === 0) return { problem: say("pick_none", { number: text || "?" }) };
    return { problem: say("pick_several", { numbers: found.map((each) => each.number).join(", ") }) };
  }

  // -- the past

  async fetchHistory() {
    const counter = this.counterId;
    try {
      const answer = await get(`/v1/history?counter=${counter}`);
      if (counter === this.counterId) this.history = answer.tickets;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.history = null; // the last twenty of the stream are shown instead
    }
    this.redraw();
  }

  // -- keys

  pressed(event) {
    const { code } = event;
    if (event.key === "?" || code === "F1") ask.showKeys(keyTable());
    else if (code === "KeyL") this.changeLanguage();
    else if (code === "KeyQ" && this.maySwitch()) this.switchCounter();
    else if (code === "KeyY") this.seen();
    else if (code === "ArrowDown" || code === "ArrowUp") this.list.step(code === "ArrowDown" ? 1 : -1);
    else if (/^(Digit|Numpad)[1-4]$/.test(code)) this.list.show(TABS[Number(code.slice(-1)) - 1]);
    else {
      const name = code === "Space" ? "main" : deedOf(code, this.list.chosen, this.list.focused);
      if (name === null) return false;
      this.act(name);
    }
    return true;
  }

  // -- drawing

  redraw() {
    if (this.data === null || this.session === null || this.asking) return;
    if (this.counterId === null) {
      this.place();
      if (this.counterId === null) return;
    }
    super.redraw();
  }

  header() {
    const title = this.described(this.counter);
    const held = this.officer && this.session.held.length > 1 ? this.session.held : [];
    byId("header").replaceChildren(...[
      el("div.mark", { "aria-hidden": "true" }, icon("ticket")),
      el("div.who", {}, el("b", {}, title.name), el("span", {}, title.title || named(facts.site, "name"))),
      held.length > 0 && el("div.held", {}, ...held.map((each) => el("button.button", { type: "button", id: `seat-${each}`, "aria-pressed": String(each === this.counterId), onclick: () => each !== this.counterId && this.goTo(each) }, this.placeName(each)))),
      el("div.day", { id: "totals" }),
      el("div.clock", { id: "clock" }),
      ...(ANYWHERE.includes(this.session.role) ? ["supervisor", "reception"] : []).map((each) => el("a.button", { href: `/${each}` }, roleName(each))),
      this.maySwitch() && el("button.button", { type: "button", id: "change-counter", "aria-keyshortcuts": "Q", onclick: () => this.switchCounter() }, say("cl_switch"), el("kbd", { "aria-hidden": "true" }, "Q")),
      el("button.button", { type: "button", id: "show-keys", "aria-keyshortcuts": "?", onclick: () => ask.showKeys(keyTable()) }, say("cl_keys"), el("kbd", { "aria-hidden": "true" }, "?")),
      el("button.button", { type: "button", id: "language", title: `${say("language_name")} (L)`, onclick: () => this.changeLanguage() }, say("language")),
      el("button.button", { type: "button", id: "sign-out", title: this.officer ? `${roleName(this.session.role)} ${this.session.staff}` : roleName(this.session.role), onclick: () => this.signOut() }, icon("out"), say("sign_out")),
    ].filter(Boolean));
    document.title = `${title.name} · ${named(facts.site, "place")}`;
  }

  make() {
    const was = this.list ? { tab: this.list.tab, chosenId: this.list.chosenId } : null;
    this.list = new List({
      onChosen: (ticket) => this.desk && this.desk.row(ticket),
      onCall: () => this.act("row-call"),
      onTab: (name) => name === "closed" && this.fetchHistory(),
    });
    if (was) Object.assign(this.list, was);
    this.ahead = new Ahead();
    this.desk = new Desk(this, this.list, this.ahead);
    byId("main").replaceChildren(this.desk.node);
  }

  show() {
    const { data, counter } = this;
    const now = this.store.now();
    this.list.update(sort(data, counter, this.history), now, serviceNames(data, counter));
    this.ahead.update(data, counter, now, (facts.rules || {}).long_wait_min || 40);
    this.desk.update({ data, counter, ticket: this.ticket, now });
    setText(byId("totals"), `${say("tab_waiting")}: ${waitingHere(data, counter).length}`);
    this.drawAlarm();
    this.watchPaper();
  }

  second() {
    if (this.desk && this.counter) this.desk.tick(this.counter, this.ticket, this.store.now());
  }

  /** What must not be overlooked: a message for all, and numbers without paper. */
  drawAlarm() {
    const { broadcast } = this.data;
    const without = paperless(this.data).map((ticket) => ticket.number);
    const message = broadcast && sessionStorage.getItem(SEEN_KEY) !== `${broadcast.until} ${broadcast.vi}` ? broadcast : null;
    const key = JSON.stringify([without, message, language()]);
    const node = byId("alarm");
    if (node.dataset.key === key) return;
    node.dataset.key = key;
    node.replaceChildren(...[
      message && el("div.strip.told", { id: "broadcast" }, icon("call"), el("span", {}, el("small", {}, say("bc_until", { time: message.until.slice(11, 16) })), (language() === "en" && message.en) || message.vi),
        el("button.button", { type: "button", id: "do-seen", "aria-keyshortcuts": "Y", onclick: () => this.seen() }, say("bc_seen"), el("kbd", { "aria-hidden": "true" }, "Y"))),
      without.length > 0 && el("div.strip.paperless", { id: "paperless" }, icon("print"), el("span", {}, say("pl_banner", { n: without.length, numbers: without.length > 8 ? `${without.slice(0, 8).join(", ")} …` : without.join(", ") }))),
    ].filter(Boolean));
  }

  seen() {
    const { broadcast } = this.data;
    if (broadcast) sessionStorage.setItem(SEEN_KEY, `${broadcast.until} ${broadcast.vi}`);
    this.drawAlarm();
  }

  /** A number that this page gave out and whose paper did not come: said in large, once. */
  watchPaper() {
    for (const ticket of this.data.tickets) {
      if (!this.issuedHere.has(ticket.id) || ["queued", "printing"].includes(ticket.print)) continue;
      if (dialogOpen()) return; // one thing at a time; it is looked at again
      this.issuedHere.delete(ticket.id);
      if (["no_paper", "failed", "unknown"].includes(ticket.print)) ask.sayPaperless(ticket.number);
    }
  }

  drawLink(link) {
    super.drawLink(link);
    const said = byId("lost").querySelector("span");
    if (said) setText(said, say("lost_clerk"));
  }

  async begin() {
    await super.begin();
    const role = this.session && this.session.role;
    if (role === "display") location.replace("/tv");
    if (role === "reception") location.replace("/reception");
  }
}

Object.assign(ClerkPage.prototype, seating);
new ClerkPage().begin();
