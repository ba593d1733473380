// Seats of officers: which counter this window shows, sitting down, switching, and what is said when a seat is lost.
// Methods of the clerk's page (`this`), in a file of their own.

import { post, Refused } from "../api.js";
import { facts, language, named } from "../words.js";
import * as ask from "./dialogs.js";
import { say } from "./words.js";

const COUNTER_KEY = "motcua.counter"; // which of several counters this window shows
export const ANYWHERE = ["supervisor", "technician"]; // may help at every counter

export const seating = {
  /** Who we are, told before every connection: a seat may have been lost while the link was. */
  sessionIs(session) {
    this.session = session;
    if (this.officer && this.counterId !== null && session.lost.includes(this.counterId)) this.seatLost(this.counterId, null);
  },

  seatLost(counter, since) {
    this.session.held = this.session.held.filter((each) => each !== counter);
    if (counter !== this.counterId) return;
    const seat = (this.counter || {}).seat || {};
    const time = (since || seat.since || "").slice(11, 16) || "–";
    const others = this.session.held.map((each) => ({ words: say("lost_other", { n: each }), id: `other-${each}`, run: () => this.goTo(each) }));
    const choices = [
      ...others,
      { words: say("lost_take", { n: counter }), id: "take", run: () => this.sit(counter, true) },
      { words: say("sign_out"), id: "out", run: () => this.signOut() },
    ].map((each, place) => ({ ...each, key: String(place + 1), main: place === 0 && others.length > 0 }));
    document.body.classList.add("seat-lost");
    ask.sayLost(counter, time, choices);
  },

  /** Sit down at one of the own counters; asks before somebody else has to stand up. */
  async sit(counter, take) {
    try {
      this.session = await post("/v1/session/seat", { counter, take });
      this.goTo(counter);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) return this.signedOut();
      if (error.code === "seat_taken" && !take) {
        const since = error.given && error.given.since ? error.given.since.slice(11, 16) : "–";
        if (await ask.askTake(counter, since)) await this.sit(counter, true);
        return undefined;
      }
      this.toast(error.sentence(language()), "bad");
      if (document.body.classList.contains("seat-lost")) this.seatLost(this.counterId, null);
    }
    return undefined;
  },

  async switchCounter() {
    const all = this.officer ? this.data.counters.filter((each) => this.session.own.includes(each.id)) : this.data.counters;
    const list = all.map((each) => ({ ...this.described(each), soft: this.seatWords(each) }));
    const before = this.counterId;
    const leave = this.officer ? say("sw_leave", { n: before }) : null;
    const found = await ask.askCounter(list, say("sw_title"), this.officer ? say("sw_hint") : say("choose_counter_hint"), leave);
    if (found === null || found.counter === before) return;
    if (!this.officer || this.session.held.includes(found.counter)) this.goTo(found.counter);
    else await this.sit(found.counter, false);
    if (found.leave && this.counterId !== before) await this.leave(before);
  },

  /** Stand up from a counter that is no longer needed: a colleague may sit down there without asking. */
  async leave(counter) {
    try {
      this.session = await post("/v1/session/leave", { counter });
      this.header();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.toast(error.sentence(language()), "bad");
    }
  },

  seatWords(each) {
    if (each.id === this.counterId) return say("sw_here");
    if (this.officer && this.session.held.includes(each.id)) return say("sw_held");
    if (each.seat && each.seat.taken) return say("sw_taken", { time: (each.seat.since || "").slice(11, 16) });
    return this.described(each).title || say("sw_free");
  },

  goTo(counter) {
    document.body.classList.remove("seat-lost");
    this.counterId = counter;
    sessionStorage.setItem(COUNTER_KEY, String(counter));
    this.history = null;
    this.built = false;
    this.redraw();
    this.fetchHistory();
    this.tell(say("said_seat", { n: counter }));
  },

  maySwitch() {
    return this.officer ? this.session.own.length > 1 : ANYWHERE.includes(this.session.role);
  },

  /** Which counter does this window show? Asks where nothing says it. */
  async place() {
    const kept = Number(sessionStorage.getItem(COUNTER_KEY));
    const { session } = this;
    if (this.officer && session.held.length + session.lost.length > 0) {
      const mine = [...session.held, ...session.lost];
      this.counterId = mine.includes(kept) ? kept : mine[0];
      if (!session.held.includes(this.counterId)) this.seatLost(this.counterId, null);
    } else if (!this.officer && session.counter) this.counterId = session.counter;
    else if (facts.counters.some((each) => each.id === kept)) this.counterId = kept;
    this.asking = this.counterId === null;
    while (this.counterId === null) {
      const list = facts.counters.map((each) => ({ ...this.described(each), soft: named(each, "title") }));
      const found = await ask.askCounter(list, say("choose_counter"), say("choose_counter_hint"));
      if (found !== null) this.counterId = found.counter;
    }
    this.asking = false;
    sessionStorage.setItem(COUNTER_KEY, String(this.counterId));
    this.fetchHistory();
  },
};
