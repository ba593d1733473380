// The clerk's page: one counter, its number in hand, its people waiting. Everything by keyboard, everything by mouse.
// It decides nothing: it asks the hub, says what the hub answered, and shows what the stream tells.

import { get, newKey, post, Refused, remove } from "./api.js";
import { CANCEL, DEEDS, DESK, fits, mainDeed, rowDeeds } from "./clerk/deed.js";
import { Desk } from "./clerk/desk.js";
import * as ask from "./clerk/dialogs.js";
import { List, sort } from "./clerk/list.js";
import { el, icon, setText } from "./dom.js";
import { Store } from "./store.js";
import { siteTime } from "./time.js";
import { facts, language, named, roleName, say, setLanguage } from "./words.js";

const REST_MS = 1200; // the second half of a double press does nothing
const TOAST_MS = 9000;
const COUNTER_KEY = "motcua.counter"; // which desk this browser stands on, where the token leaves it open

const byId = (id) => document.getElementById(id);
let session = null;
let counterId = null;
let desk = null;
let list = null;
let busy = false;
let rested = { what: "", at: -REST_MS };
let toastTimer = null;
let wasLost = false;

const RECEPTION = 0; // the desk at the door: no counter of its own, sees every queue, gives out numbers
const counter = () => {
  if (!store.data || counterId === null) return undefined;
  if (counterId === RECEPTION) return { id: RECEPTION, state: "reception", ticket: null, services: store.data.services.map((each) => each.id) };
  return store.data.counters.find((each) => each.id === counterId);
};

function ticketInHand() {
  const here = counter();
  return (here && here.ticket && store.data.tickets.find((each) => each.id === here.ticket)) || null;
}

const able = () => store.link === "live" && Boolean(counter());

/* ---------- saying ---------- */

function toast(text, kind) {
  clearTimeout(toastTimer);
  byId("toast").replaceChildren(el(`p.toast.${kind}`, {}, icon(kind === "bad" ? "warn" : "done"), text));
  toastTimer = setTimeout(() => byId("toast").replaceChildren(), TOAST_MS);
}

/** For screen readers, and in small for eyes. */
function tell(text) {
  setText(byId("said"), text);
  toast(text, "good");
}

/* ---------- doing ---------- */

/** One intent: its key is made once here and goes along with every retry. Only one at a time, and not twice in a row. */
async function intent(what, path, body, said) {
  const now = performance.now();
  if (busy || (rested.what === what && now - rested.at < REST_MS)) return null;
  if (!able()) {
    toast(say("said_lost"), "bad");
    return null;
  }
  const key = newKey();
  busy = true;
  draw();
  try {
    const answer = await post(path, body, key);
    if (said) tell(said(answer));
    return answer;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) signedOut();
    toast(error.sentence(language()), "bad");
    return null;
  } finally {
    busy = false;
    rested = { what, at: performance.now() };
    draw();
  }
}

const atCounter = (verb, body, said) => intent(verb, `/v1/counters/${counterId}/${verb}`, body, said);

function next() {
  const inHand = ticketInHand();
  return atCounter("next", inHand ? { ticket: inHand.id } : {}, (answer) => (answer.ticket ? say("said_called", { number: answer.ticket.number }) : say("said_none")));
}

const callTicket = (ticket) => intent(`call:${ticket.id}`, `/v1/tickets/${ticket.id}/call`, { counter: counterId }, () => say("said_called", { number: ticket.number }));
const reprint = (ticket) => intent(`reprint:${ticket.id}`, `/v1/tickets/${ticket.id}/reprint`, {}, () => say("said_printing", { number: ticket.number }));
const giveBack = (ticket) => intent(`return:${ticket.id}`, `/v1/tickets/${ticket.id}/return`, {}, () => say("said_ok", { verb: say("return"), number: ticket.number }));

async function cancel(ticket) {
  if (!(await ask.askCancel(ticket.number))) return;
  // A waiting number is withdrawn; one that was called already is declared void. For the clerk both are "cancel".
  const verb = ticket.state === "waiting" ? "cancel" : "void";
  await intent(`${verb}:${ticket.id}`, `/v1/tickets/${ticket.id}/${verb}`, {}, () => say("said_ok", { verb: say("cancelled"), number: ticket.number }));
}

function places() {
  const { data } = store;
  const counters = data.counters.filter((each) => each.id !== counterId && each.state !== "closed").map((each) => described(each));
  const services = data.services.map((each) => ({ id: each.id, letter: each.letter, name: named(each, "name") }));
  return { counters, services };
}

function described(each) {
  const known = facts.counters.find((one) => one.id === each.id) || each;
  if (each.id === RECEPTION) return { id: RECEPTION, name: say("reception"), soft: "" };
  const name = !known.name || known.name === `Quầy ${each.id}` ? say("counter_n", { n: each.id }) : known.name;
  const state = each.state && each.state !== "open" ? ` (${say(each.state)})` : "";
  return { id: each.id, name, soft: named(known, "title") + state };
}

async function transfer(ticket) {
  const { counters, services } = places();
  const to = await ask.askTransfer(ticket.number, counters, services);
  if (!to) return;
  const { place, ...target } = to;
  await atCounter("transfer", { ticket: ticket.id, ...target }, () => say("said_ok", { verb: say("transfer_to", { place }), number: ticket.number }));
}

function findNumber(text) {
  const tabs = sort(store.data, { ...counter(), services: store.data.services.map((each) => each.id) });
  const open = [...tabs.waiting, ...tabs.set_aside];
  const digits = text.replace(/^[A-Z]/, "");
  const found = open.filter((each) => (/^[A-Z]/.test(text) ? each.letter === text[0] : true) && digits !== "" && each.n === Number(digits));
  if (found.length === 1) return { ticket: found[0] };
  if (found.length === 0) return { problem: say("pick_none", { number: text || "?" }) };
  return { problem: say("pick_several", { numbers: found.map((each) => each.number).join(", ") }) };
}

const simple = (name, word) => (ticket) => atCounter(name, { ticket: ticket.id }, () => say("said_ok", { verb: say(word), number: ticket.number }));

const DO = {
  main: () => {
    const { deed } = mainDeed(counter(), ticketInHand());
    if (deed === "next") return next();
    if (deed === "issue") return DO.issue();
    return atCounter(deed, {}, () => say("open"));
  },
  start: simple("start", "start"),
  done: simple("done", "done_do"),
  recall: simple("recall", "recall"),
  "no-show": simple("no-show", "no_show_do"),
  park: simple("park", "park"),
  papers: (ticket) => atCounter("park", { ticket: ticket.id, papers: true }, () => say("said_ok", { verb: say("papers_do"), number: ticket.number })),
  "done-on-spot": simple("done-on-spot", "spot_do"),
  transfer,
  cancel,
  reprint: (ticket) => reprint(ticket),
  pick: async () => {
    const ticket = await ask.askNumber(findNumber);
    if (ticket) await callTicket(ticket);
  },
  issue: async () => {
    const body = await ask.askService(places().services);
    if (body) await intent("issue", "/v1/tickets", body, (answer) => say("said_issued", { number: answer.ticket.number }));
  },
  pause: async () => {
    const body = await ask.askPause();
    if (body) await atCounter("pause", body, () => say("paused_title"));
  },
  close: () => atCounter("close", {}, () => say("closed_title")),
  return: () => list.chosen && rowDeeds(list.chosen).return && giveBack(list.chosen),
  "row-call": () => list.chosen && counterId !== RECEPTION && rowDeeds(list.chosen).call && callTicket(list.chosen),
  "row-reprint": () => list.chosen && rowDeeds(list.chosen).reprint && reprint(list.chosen),
  "row-cancel": () => list.chosen && rowDeeds(list.chosen).cancel && cancel(list.chosen),
};
const NEEDS_TICKET = new Set([...[...DEEDS, CANCEL].map((deed) => deed.name), "reprint"]);

function act(name) {
  if (!counter() || ask.dialogOpen()) return;
  if (!able()) {
    toast(say("said_lost"), "bad");
    return;
  }
  const ticket = ticketInHand();
  const deed = [...DEEDS, CANCEL].find((each) => each.name === name);
  if (deed ? !fits(deed, ticket) : NEEDS_TICKET.has(name) && ticket === null) return;
  if (name === "pause" && counter().state !== "open") return;
  if (name === "close" && (counter().state !== "open" || ticket !== null)) return;
  if (name === "pick" && !["open", "paused"].includes(counter().state)) return;
  DO[name](ticket);
}

/* ---------- keys ---------- */

const BY_CODE = new Map([...DEEDS, CANCEL, ...DESK].flatMap((deed) => deed.codes.map((code) => [code, deed.name])));

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat || ask.dialogOpen() || !desk) return;
  const target = event.target;
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return;
  const onButton = target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement;
  let name = null;
  // `code`, not `key`: a Vietnamese typing method may turn D D into Đ before the page sees it.
  if (event.code === "Space" && !onButton) name = "main";
  else if (event.code === "KeyL") return changeLanguage();
  else if (event.code === "KeyO") name = "close";
  else if (event.code === "ArrowDown" || event.code === "ArrowUp") {
    event.preventDefault();
    return list.step(event.code === "ArrowDown" ? 1 : -1);
  } else if (event.code === "Digit1" || event.code === "Digit2" || event.code === "Digit3") {
    return list.show(["waiting", "set_aside", "closed"][Number(event.code.slice(-1)) - 1]);
  } else name = BY_CODE.get(event.code) || null;
  const onRow = list.chosen !== null && document.activeElement === list.box;
  if (onRow && event.code === "KeyI") name = "row-reprint";
  if (onRow && event.code === "KeyH") name = "row-cancel";
  if (event.code === "KeyU") name = "return";
  if (name === null) return undefined;
  event.preventDefault();
  return act(name);
}

/* ---------- drawing ---------- */

function build() {
  const here = counter();
  const was = list ? { tab: list.tab, chosenId: list.chosenId } : null;
  list = new List({ onChosen: (ticket) => desk && desk.row(ticket, able(), busy), onCall: (ticket) => rowDeeds(ticket).call && act("row-call") });
  if (was) Object.assign(list, was);
  desk = new Desk(act, list, counterId === RECEPTION);
  byId("main").replaceChildren(desk.node);
  const title = described(here);
  byId("header").replaceChildren(...[
    el("div.mark", { "aria-hidden": "true" }, icon("ticket")),
    el("div.who", {}, el("b", {}, title.name), el("span", {}, named(facts.counters.find((each) => each.id === counterId) || here, "title"))),
    el("div.day", { id: "totals" }),
    el("div.link", { id: "link" }),
    el("div.clock", { id: "clock" }),
    el("button.button", { type: "button", id: "language", title: `${say("language_name")} (L)`, onclick: changeLanguage }, say("language")),
    ["clerk", "reception"].includes(session.role) ? null : el("button.button", { type: "button", id: "change-counter", onclick: changeCounter }, say("change_counter")),
    el("button.button", { type: "button", id: "sign-out", title: `${roleName(session.role)}`, onclick: signOut }, icon("out"), say("sign_out")),
  ].filter(Boolean));
  document.title = `${title.name} · ${named(facts.site, "place")}`;
}

function draw() {
  const { data } = store;
  if (!data || counterId === null) return;
  const here = counter();
  if (!desk) build();
  const names = new Map(data.services.filter((each) => here.services.includes(each.id)).map((each) => [each.id, named(each, "name")]));
  list.update(sort(data, here), store.now(), names);
  desk.update({ data, counter: here, ticket: ticketInHand(), able: able(), busy });
  tick();
  setText(byId("totals"), `${say("tab_waiting")}: ${list.tabs.waiting.length}`);
  drawNotices(data);
}

function drawNotices(data) {
  const node = byId("notices");
  const key = JSON.stringify([data.notices, language()]);
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  node.replaceChildren(...data.notices.map((notice) => el(`li.${notice.level === "info" ? "info" : "warn"}`, { "data-code": notice.code }, icon("warn"), (language() === "en" && notice.en) || notice.vi)));
}

function drawLink(link) {
  const lost = link === "lost";
  document.body.classList.toggle("lost-link", lost);
  byId("lost").replaceChildren(...(lost ? [el("div.lost", {}, icon("unplug"), el("span", {}, say("lost_clerk")))] : []));
  if (wasLost && link === "live") tell(say("back"));
  wasLost = lost;
  draw();
}

function tick() {
  const { data } = store;
  const clock = byId("clock");
  if (!data || !clock) return;
  setText(clock, data.clock === "untrusted" ? "" : siteTime(store.now(), store.nowAt.offset).clock);
  if (desk) desk.tick(ticketInHand(), store.now());
}

function changeLanguage() {
  setLanguage(language() === "vi" ? "en" : "vi");
  if (!store.data || counterId === null) return;
  build();
  draw();
  drawLink(store.link);
  tick();
}

/* ---------- coming and going ---------- */

function signedOut() {
  location.replace("/login?next=clerk");
}

async function signOut() {
  try {
    await remove("/v1/session");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    toast(error.sentence(language()), "bad");
    return;
  }
  sessionStorage.removeItem(COUNTER_KEY);
  location.replace("/login");
}

async function changeCounter() {
  const chosen = await ask.askCounter(facts.counters.map(described));
  if (chosen === null) return;
  counterId = chosen;
  sessionStorage.setItem(COUNTER_KEY, String(chosen));
  build();
  draw();
  tick();
}

async function begin() {
  try {
    session = await get("/v1/session");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) return signedOut();
    toast(error.sentence(language()), "bad");
    setTimeout(begin, 2000);
    return undefined;
  }
  if (session.role === "display") return location.replace("/tv");
  const kept = Number(sessionStorage.getItem(COUNTER_KEY));
  counterId = session.role === "reception" ? RECEPTION : session.counter || (facts.counters.some((each) => each.id === kept) ? kept : null);
  while (counterId === null) {
    counterId = await ask.askCounter(facts.counters.map(described));
    if (counterId !== null) sessionStorage.setItem(COUNTER_KEY, String(counterId));
  }
  store.start();
  return undefined;
}

const store = new Store({ onChange: draw, onLink: drawLink, onSignedOut: signedOut });

document.addEventListener("keydown", onKey);
// A mouse click leaves no focus behind: the next press of the space bar calls the next number, not the last button again.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button && event.detail > 0 && !button.closest("dialog")) button.blur();
}, true); // before the button acts: a dialog it opens gives the focus back to where it was then
// While a request is on its way its keys answer nothing.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest('[aria-disabled="true"]') : null;
  if (button) event.stopImmediatePropagation();
}, true);
setInterval(tick, 1000);
setInterval(draw, 15000); // the minutes in the list
begin();
