// What the reception's and the supervisor's page have in common: who is signed in, the link, the header, notices,
// one intent at a time, and what is said after it. Neither decides anything: they ask the hub.

import { get, newKey, post, Refused, remove } from "../api.js";
import { el, icon, setText } from "../dom.js";
import { Store } from "../store.js";
import { siteTime } from "../time.js";
import { facts, language, named, roleName, setLanguage } from "../words.js";
import { dialogOpen, typesText } from "./dialog.js";
import { say } from "./words.js";

const REST_MS = 1200; // the second half of a double press does nothing
const TOAST_MS = 9000;
const TRY_AGAIN_MS = 2000;

const byId = (id) => document.getElementById(id);

export class Shell {
  /**
   * `page`: "reception" or "supervisor" · `roles`: who may be here · `build()`: make the page's nodes anew (language) ·
   * `draw()`: put the facts into them · `tick()`: each second · `onKey(event)`: true when the key was taken ·
   * `louder`: notices that the page shows in its own way.
   */
  constructor({ page, roles, build, draw, tick, onKey, louder = [] }) {
    Object.assign(this, { page, roles, build, draw, tick, onKey, louder });
    this.session = null;
    this.busy = false;
    this.rested = { what: "", at: -REST_MS };
    this.wasLost = false;
    this.toastTimer = null;
    this.built = false;
    this.store = new Store({ onChange: () => this.redraw(), onLink: (link) => this.drawLink(link), onSignedOut: () => this.signedOut() });
  }

  get data() {
    return this.store.data;
  }

  get able() {
    return this.store.link === "live" && this.data !== null;
  }

  // saying

  toast(text, kind) {
    clearTimeout(this.toastTimer);
    byId("toast").replaceChildren(el(`p.toast.${kind}`, {}, icon(kind === "bad" ? "warn" : "done"), text));
    this.toastTimer = setTimeout(() => byId("toast").replaceChildren(), TOAST_MS);
  }

  tell(text) {
    setText(byId("said"), text);
    this.toast(text, "good");
  }

  // doing

  /**
   * One intent: its key is made once here and goes along with every retry. `onRefused(error)` may take a refusal into
   * its own hands by giving true. Gives the hub's answer or null.
   */
  async intent(what, path, body, said = null, onRefused = null) {
    const now = performance.now();
    if (this.busy || (this.rested.what === what && now - this.rested.at < REST_MS)) return null;
    if (!this.able) {
      this.toast(say("said_lost"), "bad");
      return null;
    }
    const key = newKey();
    this.busy = true;
    this.redraw();
    try {
      const answer = await post(path, body, key);
      if (said) this.tell(typeof said === "function" ? said(answer) : said);
      return answer;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) this.signedOut();
      else if (!(onRefused && onRefused(error))) this.toast(error.sentence(language()), "bad");
      return null;
    } finally {
      this.busy = false;
      this.rested = { what, at: performance.now() };
      this.redraw();
    }
  }

  /** The page asks again by itself soon; a refusal is said once. */
  async fetch(path) {
    try {
      return await get(path);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) this.signedOut();
      return null;
    }
  }

  // drawing

  header() {
    const links = ["clerk", "reception", "supervisor"].filter((each) => each !== this.page && this.mayOpen(each));
    byId("header").replaceChildren(
      el("div.mark", { "aria-hidden": "true" }, icon("ticket")),
      el("div.who", {}, el("b", {}, say(this.page === "reception" ? "reception" : "sv_title")), el("span", {}, `${named(facts.site, "name")} · ${named(facts.site, "place")}`)),
      el("div.day", { id: "totals" }),
      el("div.clock", { id: "clock" }),
      ...links.map((each) => el("a.button", { href: `/${each}`, id: `to-${each}` }, say(`page_${each}`))),
      el("button.button", { type: "button", id: "language", title: say("language_name"), onclick: () => this.changeLanguage() }, say("language")),
      el("button.button", { type: "button", id: "sign-out", title: roleName(this.session.role), onclick: () => this.signOut() }, icon("out"), say("sign_out")),
    );
    document.title = `${say(this.page === "reception" ? "reception" : "sv_title")} · ${named(facts.site, "place")}`;
  }

  mayOpen(page) {
    const role = this.session.role;
    if (page === "clerk") return ["supervisor", "technician"].includes(role);
    if (page === "reception") return ["supervisor", "technician"].includes(role);
    return ["supervisor", "technician"].includes(role);
  }

  redraw() {
    if (this.data === null || this.session === null) return;
    if (!this.built) {
      this.header();
      this.build();
      this.built = true;
    }
    this.drawNotices();
    this.draw();
    this.everySecond();
  }

  drawNotices() {
    const node = byId("notices");
    const notices = this.data.notices.filter((notice) => !this.louder.includes(notice.code));
    const own = [];
    if (this.data.clock === "untrusted") own.push({ code: "clock_untrusted", level: "warn", vi: say("clock_untrusted"), en: say("clock_untrusted") });
    if (this.data.day_closed) own.push({ code: "day_closed", level: "info", vi: say("day_is_closed"), en: say("day_is_closed") });
    const key = JSON.stringify([notices, own, language()]);
    if (node.dataset.key === key) return;
    node.dataset.key = key;
    node.replaceChildren(...[...own, ...notices].map((notice) => el(`li.${notice.level === "info" ? "info" : "warn"}`, { "data-code": notice.code }, icon("warn"), el("span", {}, (language() === "en" && notice.en) || notice.vi))));
  }

  drawLink(link) {
    const lost = link === "lost";
    document.body.classList.toggle("lost-link", lost);
    byId("lost").replaceChildren(...(lost ? [el("div.lost", {}, icon("unplug"), el("span", {}, say("lost_staff")))] : []));
    if (this.wasLost && link === "live") this.tell(say("back"));
    this.wasLost = lost;
    this.redraw();
  }

  everySecond() {
    const clock = byId("clock");
    if (this.data === null || !clock) return;
    setText(clock, this.data.clock === "untrusted" ? "" : siteTime(this.store.now(), this.store.nowAt.offset).clock);
    this.tick();
  }

  changeLanguage() {
    setLanguage(language() === "vi" ? "en" : "vi");
    this.built = false;
    this.redraw();
    this.drawLink(this.store.link);
  }

  /** Not possible: disabled. On its way: says so without taking the focus away from under the finger. */
  enable(button, possible) {
    const able = possible && this.able;
    if (button.disabled === able) button.disabled = !able;
    if (this.busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }

  // coming and going

  signedOut() {
    location.replace(`/login?next=${this.page}`);
  }

  async signOut() {
    try {
      await remove("/v1/session");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.toast(error.sentence(language()), "bad");
      return;
    }
    location.replace("/login");
  }

  async begin() {
    try {
      this.session = await get("/v1/session");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) return this.signedOut();
      this.toast(error.sentence(language()), "bad");
      setTimeout(() => this.begin(), TRY_AGAIN_MS);
      return undefined;
    }
    if (!this.roles.includes(this.session.role)) {
      this.header();
      byId("main").replaceChildren(el("div.page.wrong", {}, el("h1", {}, say("not_for_you", { role: roleName(this.page) }))));
      return undefined;
    }
    document.addEventListener("keydown", (event) => this.key(event));
    // A mouse click leaves no focus behind: the next key is a command again, not the last button once more.
    document.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button && event.detail > 0 && !button.closest("dialog")) button.blur();
    }, true);
    // While a request is on its way its keys answer nothing.
    document.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest('[aria-disabled="true"]') : null;
      if (button) event.stopImmediatePropagation();
    }, true);
    this.store.start();
    setInterval(() => this.everySecond(), 1000);
    return undefined;
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat || dialogOpen() || this.data === null) return;
    if (typesText(event.target) && !["Escape", "ArrowDown", "ArrowUp"].includes(event.key)) return;
    const onButton = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;
    if (onButton && ["Space", "Enter", "NumpadEnter"].includes(event.code)) return; // the button's own
    if (this.onKey(event)) event.preventDefault();
  }
}
