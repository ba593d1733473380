// The waiting room's screen. It shows only what the hub says now: when the link is gone it says so, goes grey,
// and after two minutes (or at midnight) shows no number at all.

import { el, icon, setText } from "./dom.js";
import { Store } from "./store.js";
import { siteTime } from "./time.js";
import { facts, language, named, say, setLanguage } from "./words.js";

const TOGETHER_MS = 10000; // calls this close are "the same moment": both loud
const LOUD_AT_LEAST_MS = 20000; // even when the citizen already stands at the counter
const EMPTY_AFTER_MS = 120000; // a lost link: after this no number is shown
const TURN_MS = 12000; // one sentence at the foot
const POINTER_MS = 5000;

const byId = (id) => document.getElementById(id);
const portrait = matchMedia("(max-aspect-ratio: 1/1)");
let drawn = "";
let turn = 0;

/** The calls sorted into the loud ones and the rows below. Pure. `now`: ms by the hub's clock. */
export function arrange(data, now, rows) {
  const seen = new Set();
  const calls = data.calls.filter((call) => !seen.has(call.ticket) && seen.add(call.ticket));
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
  if (views.length === 0) return { newest: [], rows: [] };
  const first = views[0].at;
  const newest = views.filter((view, place) => place < 3 && (place === 0 || (Math.abs(first - view.at) <= TOGETHER_MS && view.waited)));
  for (const view of newest) view.loud = view.waited || Math.abs(now - view.at) < LOUD_AT_LEAST_MS;
  const room = Math.max(1, rows + 1 - newest.length);
  return { newest, rows: views.filter((view) => !newest.includes(view)).slice(0, room) };
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
  const rows = (portrait.matches ? 5 : 3) - (lost ? 1 : 0); // the banner needs its room
  const view = arrange(data, now, rows);
  // Draw only when something differs: an idle screen costs a weak stick nothing.
  const key = JSON.stringify([view, blank, lost, language(), rows]);
  if (key === drawn) return;
  drawn = key;
  if (view.newest.length === 0) {
    main.replaceChildren(el("div.welcome", {}, el("h1", {}, say("tv_empty")), el("p", {}, say("tv_empty_hint"))));
    return;
  }
  const list = el(`ol.calls.together-${view.newest.length}`, {});
  for (const call of [...view.newest, ...view.rows]) list.append(callNode(call, data, blank));
  for (let empty = view.newest.length + view.rows.length; empty < rows + 1; empty += 1) list.append(el("li.call.row.blank", { "aria-hidden": "true" }));
  main.replaceChildren(list);
}

function announce(data) {
  const calls = arrange(data, store.now(), 0).newest.filter((call) => call.loud);
  setText(byId("said"), calls.map((call) => say("said_invite", { number: call.number, counter: counterOf(data, call.counter).name })).join(" "));
}

function drawHeader() {
  byId("header").replaceChildren(
    el("div.who", {}, named(facts.site, "name"), " ", el("span", {}, named(facts.site, "place"))),
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
    for (const notice of data.notices) {
      const text = (language() === "en" && notice.public_en) || notice.public_vi;
      if (text) list.push(text);
    }
    list.push(...facts.notices);
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
    draw();
    announce(data);
    tick();
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
