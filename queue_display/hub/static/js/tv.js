// The waiting room's screen. It shows only what the hub says now: when the link is gone it says so, goes grey,
// and after two minutes (or at midnight) shows no number at all. Between calls its large field belongs to the
// supervisor's message, the hours or the playlist; a call takes it back at once. `/tv?lounge=a` shows one room's calls.

import { el, icon, setText } from "./dom.js";
import "./icons.js";
import { Store } from "./store.js";
import { siteTime } from "./time.js";
import { between, idleNode, onAir, reopening } from "./tv/idle.js";
import { say } from "./tv/words.js";
import { facts, language, named, setLanguage } from "./words.js";

const TOGETHER_MS = 10000; // calls this close are "the same moment": both loud
const LOUD_AT_LEAST_MS = 20000; // even when the citizen already stands at the counter
const EMPTY_AFTER_MS = 120000; // a lost link: after this no number is shown
const TURN_MS = 12000; // one sentence at the foot
const POINTER_MS = 5000;

const byId = (id) => document.getElementById(id);
const lounge = new URLSearchParams(location.search).get("lounge") || "";
const portrait = matchMedia("(max-aspect-ratio: 1/1)");
let drawn = "";
let turn = 0;
let told = false; // whether a message was on air at the last change
let quiet = ""; // what the large field says, so that the foot need not say the same

/** Does a counter's call belong to this room's screen? A counter without a lounge is called everywhere. */
export function belongs(data, id) {
  if (!lounge || !data.counters.some((each) => each.lounge === lounge)) return true; // a name nobody has hides nothing
  const counter = data.counters.find((each) => each.id === id);
  return !counter || !counter.lounge || counter.lounge === lounge;
}

/**
 * The calls sorted into the large ones (first called first) and the rows below. Pure. `now`: ms by the hub's clock.
 * `calm`: nobody is expected any more, so the large field may belong to something else.
 */
export function arrange(data, now, rows) {
  const seen = new Set();
  const calls = data.calls.filter((call) => belongs(data, call.counter) && !seen.has(call.ticket) && seen.add(call.ticket));
  const tickets = new Map(data.tickets.map((ticket) => [ticket.id, ticket]));
  const views = calls.map((call) => {
    const ticket = tickets.get(call.ticket);
    const here = ticket !== undefined && ticket.counter === call.counter;
    return {
      number: call.number,
      counter: call.counter,
      times: call.times,
      at: Date.parse(call.at),
      waited: here && ticket.state === "called", // still expected at the counter
      over: !(here && (ticket.state === "called" || ticket.state === "serving")),
    };
  });
  if (views.length === 0) return { newest: [], rows: [], calm: true };
  const first = views[0].at;
  const newest = views.filter((view, place) => place < 3 && (place === 0 || (Math.abs(first - view.at) <= TOGETHER_MS && view.waited)));
  for (const view of newest) view.loud = view.waited || Math.abs(now - view.at) < LOUD_AT_LEAST_MS;
  const room = Math.max(1, rows + 1 - newest.length);
  const rest = views.filter((view) => !newest.includes(view));
  const calm = newest.every((view) => !view.loud);
  newest.sort((a, b) => a.at - b.at); // as they are spoken
  return { newest, rows: rest.slice(0, room), calm, all: views.slice(0, rows) };
}

/** What the large field says when nobody is called: `{kind, title, text, soft}` or null. */
function field(data, now) {
  const found = between(data, now);
  if (found === null) return null;
  if (found.kind === "closed") {
    const { title, when } = closedWords(data, now);
    return { kind: "closed", title: "", text: title, soft: `${when} ${say("served_still")}` };
  }
  const english = language() === "en";
  const text = (english && found.en) || found.vi;
  const soft = english ? (found.en ? found.vi : "") : found.en;
  return { kind: found.kind, title: found.kind === "broadcast" || found.kind === "team" ? say(found.kind) : "", text, soft };
}

/** Does anybody still wait or stand at a counter? */
const anybody = (data) => data.services.some((each) => each.waiting > 0) || data.tickets.some((each) => ["called", "serving"].includes(each.state));

function closedWords(data, now) {
  const opens = reopening(data, now, store.nowAt.offset);
  if (opens === null) return { title: say("closed_today"), when: say("opens_unknown") };
  if (opens.days === 0) return { title: say(brokenOff(data, now) ? "closed_break" : "closed_now"), when: say("opens_today", { time: opens.time }) };
  const there = siteTime(opens.at, store.nowAt.offset);
  const words = { time: opens.time, weekday: there.weekday(language()), date: there.date.slice(0, 5) };
  return { title: say("closed_today"), when: say(opens.days === 1 ? "opens_tomorrow" : "opens_on", words) };
}

/** Has the desk been open today already? Then this is the midday break and not the early morning. */
function brokenOff(data, now) {
  const clock = siteTime(now, store.nowAt.offset).clock;
  return ((data.hours && data.hours.today) || []).some(([, end]) => end <= clock);
}

/** Counters that stand still, and until when, in words. */
function pauses(data, now) {
  return data.counters.filter((each) => each.state === "paused" && each.pause && belongs(data, each.id)).map((each) => {
    const counter = counterOf(data, each.id).name;
    if (!each.pause.until || Date.parse(each.pause.until) <= now) return say("paused_over", { counter });
    const time = `${Number(each.pause.until.slice(11, 13))}:${each.pause.until.slice(14, 16)}`;
    return each.pause.reason === "other" ? say("paused_plain", { counter, time }) : say("paused", { counter, time, reason: say(`because_${each.pause.reason}`) });
  });
}

function counterOf(data, id) {
  const live = data.counters.find((counter) => counter.id === id) || { id };
  const known = facts.counters.find((counter) => counter.id === id) || live;
  const plain = known.name === `Quầy ${id}` || !known.name;
  return { name: plain ? say("counter_n", { n: id }) : known.name, title: named(known, "title") };
}

function callNode(view, data, blank) {
  const counter = counterOf(data, view.counter);
  const size = counter.name.length > 9 ? "counter.long" : "counter";
  const label = view.times > 1 ? `${say("invite")} · ${view.times}×` : say("invite");
  const where = el("div.where", {}, el(`span.${size}`, {}, counter.name), el("span.title", {}, counter.title));
  const number = blank ? "– – –" : view.number;
  if (view.loud === undefined) return el(view.over ? "li.call.row.over" : "li.call.row", {}, el("span.number", {}, number), where);
  return el(view.loud && !blank ? "li.call.newest.loud" : "li.call.newest", { "data-number": number },
    el("div.what", {}, el("span.label", {}, label), el("span.number", {}, number)), where);
}

function draw() {
  const { data } = store;
  const main = byId("main");
  if (data === null) {
    main.replaceChildren(el("div.welcome", {}, el("p", {}, say("connecting"))));
    return;
  }
  const now = store.now();
  const lost = store.link === "lost";
  const blank = lost && (performance.now() - store.lostAt > EMPTY_AFTER_MS || siteTime(now, store.nowAt.offset).day !== data.now.slice(0, 10));
  const still = lost ? [] : pauses(data, now);
  const rows = (portrait.matches ? 5 : 3) - (lost || still.length ? 1 : 0); // the banner and the strip need their room
  const view = arrange(data, now, rows);
  const calm = view.calm && !lost ? field(data, now) : null;
  quiet = calm === null ? "" : calm.text;
  const shut = calm !== null && calm.kind === "closed" && !anybody(data);
  // Draw only when something differs: an idle screen costs a weak stick nothing.
  const key = JSON.stringify([view, blank, lost, language(), rows, calm, still, shut]);
  if (key === drawn) return;
  drawn = key;
  const strip = still.length && !shut ? el(still.length > 2 ? "p.pauses.many" : "p.pauses", {}, icon("pause"), el("span", {}, still.join(" · "))) : "";
  if (shut) main.replaceChildren(closedNode(data, now));
  else if (calm !== null) main.replaceChildren(calmNode(view, calm, data, rows), strip);
  else if (view.newest.length === 0) {
    main.replaceChildren(el("div.welcome", {}, el("h1", {}, say("tv_empty")), el("p", {}, say("tv_empty_hint"))), strip);
  } else main.replaceChildren(callsNode(view, data, rows, blank), strip);
}

function callsNode(view, data, rows, blank) {
  const list = el(`ol.calls.together-${view.newest.length}`, {});
  for (const call of [...view.newest, ...view.rows]) list.append(callNode(call, data, blank));
  for (let empty = view.newest.length + view.rows.length; empty < rows + 1; empty += 1) list.append(el("li.call.row.blank", { "aria-hidden": "true" }));
  return list;
}

/** Nobody is called: the large field speaks, the last calls stay below it for those who looked away. */
function calmNode(view, calm, data, rows) {
  const field = idleNode(calm.kind, calm.title, calm.text, calm.soft);
  if (view.newest.length === 0) return el("div.calm.whole", {}, ["broadcast", "closed"].includes(calm.kind) ? "" : el("h1", {}, say("tv_empty")), field);
  const list = el("ol.calls", {});
  const kept = portrait.matches ? rows : Math.min(rows, 2); // the field needs the room of one
  const calls = view.all.slice(0, kept);
  for (const call of calls) list.append(callNode({ ...call, loud: undefined }, data, false));
  for (let empty = calls.length; empty < kept; empty += 1) list.append(el("li.call.row.blank", { "aria-hidden": "true" }));
  return el("div.calm", {}, field, list);
}

/** Nobody waits and nobody is served: the desk is closed, and when it opens is all there is to say. */
function closedNode(data, now) {
  const { title, when } = closedWords(data, now);
  return el("div.welcome.shut", {}, icon("clock"), el("h1", {}, title), el("p.when", {}, when), facts.hours && el("p", {}, say("hours", { hours: facts.hours })));
}

function announce(data) {
  const calls = arrange(data, store.now(), 0).newest.filter((call) => call.loud);
  setText(byId("said"), calls.map((call) => say("said_invite", { number: call.number, counter: counterOf(data, call.counter).name })).join(" "));
}

function drawHeader() {
  const room = facts.lounges.find((each) => each.id === lounge);
  byId("header").replaceChildren(
    el("div.who", {}, named(facts.site, "name"), " ", el("span", {}, room ? room.name : named(facts.site, "place"))),
    el("button.tongue", { type: "button", title: say("language_name"), onclick: changeLanguage }, say("language")),
    el("div.time", {}, el("span.clock", { id: "clock" }), el("span.date", { id: "date" })),
  );
  tick();
}

function tick() {
  const { data } = store;
  const known = data !== null && data.clock !== "untrusted";
  const time = known ? siteTime(store.now(), store.nowAt.offset) : null;
  setText(byId("clock"), time ? time.clock : "");
  setText(byId("date"), time ? `${time.weekday(language())}, ${time.date}` : "");
}

/** What the foot says in turn: first what is wrong for the public, then who waits, then the commune's own sentences. */
function sentences() {
  const { data } = store;
  const list = [];
  if (data !== null && store.link !== "lost") {
    const message = onAir(data, store.now());
    if (message && !quiet) return [`${say("broadcast")}: ${(language() === "en" && message.en) || message.vi}`]; // also while calls are loud
    for (const notice of data.notices) {
      const text = (language() === "en" && notice.public_en) || notice.public_vi;
      if (text) list.push(text);
    }
    list.push(...facts.notices.filter((text) => text !== quiet));
    const waiting = data.services.filter((service) => service.waiting > 0).map((service) => `${named(service, "name")} ${service.waiting}`);
    if (waiting.length) list.push(`${say("tv_waiting")}: ${waiting.join(" · ")}`);
  } else list.push(...facts.notices);
  list.push([facts.hours && say("hours", { hours: facts.hours }), facts.hotline && say("hotline", { phone: facts.hotline })].filter(Boolean).join(" · "));
  if (facts.help.vi) list.push(language() === "en" ? facts.help.en : facts.help.vi);
  return list.filter(Boolean);
}

function showSentence(at_once) {
  const list = sentences();
  const text = list.length ? list[turn % list.length] : "";
  const old = byId("footer").querySelector("p");
  if (old && old.textContent === text) return;
  const put = () => byId("footer").replaceChildren(el(text.length > 96 ? "p.long" : "p", {}, text));
  if (!old || at_once) put();
  else {
    old.classList.add("leaving");
    setTimeout(put, 650);
  }
}

function drawLink(link) {
  document.body.classList.toggle("is-lost", link === "lost");
  byId("lost").replaceChildren(...(link === "lost" ? [el("div.lost", {}, icon("unplug"), el("span", {}, say("lost_tv")))] : []));
  turn = 0;
  showSentence(true);
  draw();
}

function changeLanguage() {
  setLanguage(language() === "vi" ? "en" : "vi");
  drawHeader();
  drawLink(store.link);
}

async function stayAwake() {
  // Only on https or localhost, and only while the page is seen; a TV stick without it has its own setting.
  if (!("wakeLock" in navigator) || document.hidden) return;
  try {
    await navigator.wakeLock.request("screen");
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

let pointerTimer = null;
function pointer() {
  document.body.classList.add("pointer");
  clearTimeout(pointerTimer);
  pointerTimer = setTimeout(() => document.body.classList.remove("pointer"), POINTER_MS);
}

const store = new Store({
  onChange: (data) => {
    const was = quiet;
    draw();
    announce(data);
    tick();
    // A message to everybody does not wait for its turn at the foot.
    const fresh = Boolean(onAir(data, store.now()));
    if (fresh !== told || quiet !== was) showSentence(true);
    told = fresh;
  },
  onLink: drawLink,
  onSignedOut: () => location.replace("/login?next=tv"),
});

drawHeader();
draw();
showSentence(true);
store.start();
setInterval(() => {
  tick();
  draw();
}, 1000);
setInterval(() => {
  turn += 1;
  showSentence(false);
}, TURN_MS);
portrait.addEventListener("change", draw);
document.addEventListener("visibilitychange", stayAwake);
document.addEventListener("pointermove", pointer);
document.addEventListener("keydown", (event) => {
  if (event.code === "KeyL" && !event.ctrlKey && !event.altKey && !event.metaKey) changeLanguage();
});
stayAwake();
