// The supervisor: the whole room at a glance, what moves between counters, what everybody is told, the day's end.

import "./icons.js";
import { el, setText } from "./dom.js";
import { clockOf } from "./time.js";
import { language, named } from "./words.js";
import { Figures } from "./supervisor/figures.js";
import { alarmNode, changedToday, Hall } from "./supervisor/hall.js";
import { askBroadcast, askCloseDay, askCounters, askDay, askPause, askServices } from "./supervisor/questions.js";
import { sure } from "./staff/dialog.js";
import { Shell } from "./staff/shell.js";
import { counterName } from "./staff/tell.js";
import { say } from "./staff/words.js";
import { onAir } from "./tv/idle.js";

const byId = (id) => document.getElementById(id);
let view = "hall";
let hall = null;
let figures = null;
let nodes = {};

/* ---------- doing ---------- */

const counterOf = (id) => shell.data.counters.find((each) => each.id === id);
const setServices = (id, services, said) => shell.intent(`services:${id}`, `/v1/counters/${id}/services`, { services }, said);

async function openCounter(id) {
  const counter = counterOf(id);
  const chosen = await askServices(counter, shell.data.services, changedToday(counter));
  if (!chosen) return;
  const said = chosen.services === null ? say("said_reset", { counter: counterName(id) }) : say("said_services", { counter: counterName(id), names: chosen.names });
  await setServices(id, chosen.services, said);
}

/** A service goes to other counters: each counter whose list changes is told its whole new list. */
async function openService(id) {
  const service = shell.data.services.find((each) => each.id === id);
  const chosen = await askCounters(service, shell.data.counters);
  if (!chosen) return;
  for (const counter of shell.data.counters) {
    const has = counter.services.includes(id);
    const wants = chosen.includes(counter.id);
    if (has === wants) continue;
    const services = wants ? [...counter.services, id] : counter.services.filter((each) => each !== id);
    if (!(await setServices(counter.id, services, say("said_service", { name: named(service, "name") })))) return;
  }
}

const atCounter = (verb) => async (id, body = {}) =>
  shell.intent(`${verb}:${id}`, `/v1/counters/${id}/${verb}`, body, (answer) => say("said_counter", { counter: counterName(id), state: say(answer.counter ? answer.counter.state : "open") }));

const DO = {
  services: () => hall.chosen.kind === "counters" && hall.chosen.id !== null && openCounter(hall.chosen.id),
  pause: async (counter) => {
    const body = await askPause(counter);
    if (body) await atCounter("pause")(counter.id, body);
  },
  open: (counter) => atCounter(counter.state === "closed" ? "open" : "resume")(counter.id),
  close: (counter) => atCounter("close")(counter.id),
  broadcast: async () => {
    const body = await askBroadcast();
    if (body) await shell.intent("broadcast", "/v1/broadcast", body, say("said_broadcast"));
  },
  unbroadcast: () => shell.intent("unbroadcast", "/v1/broadcast/clear", {}, say("said_unbroadcast")),
  "close-day": async () => {
    const body = await askCloseDay(shell.data);
    if (body) await shell.intent("close-day", "/v1/day/close", body, say("said_day_closed"));
  },
  "open-day": async () => {
    if (shell.data.day_closed) {
      if (await sure("reopen-day", say("reopening_title"), say("reopening_hint"), say("reopening_do"), [], false)) await shell.intent("open-day", "/v1/day/open", {}, say("said_day_reopened"));
      return;
    }
    const day = await askDay(shell.data.service_day);
    if (day) await shell.intent("open-day", "/v1/day/open", { day: day.day }, say("said_day_opened", { date: day.shown }));
  },
  clear: (id) => shell.intent(`clear:${id}`, `/v1/counters/${id}/emergency-clear`, {}, say("said_cleared", { counter: counterName(id) })),
};

const mayClose = () => !shell.data.day_closed;
const mayOpen = () => shell.data.clock === "untrusted" || Boolean(shell.data.day_closed);

function act(name) {
  if (!shell.able) {
    shell.toast(say("said_lost"), "bad");
    return;
  }
  if (["services", "pause", "open", "close"].includes(name)) {
    const counter = hall.chosen.kind === "counters" ? counterOf(hall.chosen.id) : null;
    if (view !== "hall" || !counter) return;
    if (name === "pause" && counter.state !== "open") return;
    if (name === "open" && counter.state === "open") return;
    if (name === "close" && (counter.state === "closed" || counter.ticket)) return;
    DO[name](counter);
    return;
  }
  if (name === "unbroadcast" && !onAir(shell.data, shell.store.now())) return;
  if (name === "close-day" && !mayClose()) return;
  if (name === "open-day" && !mayOpen()) return;
  DO[name]();
}

/* ---------- keys ---------- */

const KEYS = { KeyT: "broadcast", KeyG: "unbroadcast", KeyE: "close-day", KeyN: "open-day", KeyB: "pause", KeyM: "open", KeyO: "close" };

function onKey(event) {
  if (event.code === "ArrowDown" || event.code === "ArrowUp") {
    if (view === "hall") hall.step(event.code === "ArrowDown" ? 1 : -1);
    return view === "hall";
  }
  if (event.code === "ArrowLeft" || event.code === "ArrowRight") {
    if (view === "hall") hall.side(event.code === "ArrowLeft" ? "counters" : "services");
    return view === "hall";
  }
  if (event.code === "KeyL") return shell.changeLanguage() || true;
  if (event.code === "KeyK" && hall.alarms.length) return DO.clear(hall.alarms[0].id) || true;
  const digit = /^(?:Digit|Numpad)([12])$/.exec(event.code);
  if (digit) {
    show(digit[1] === "1" ? "hall" : "day");
    return true;
  }
  if (event.code === "Escape" && document.activeElement instanceof HTMLElement) {
    document.activeElement.blur();
    hall.chosen = { kind: hall.chosen.kind, id: null };
    hall.drawTools();
    return true;
  }
  const name = KEYS[event.code];
  if (name) act(name);
  return Boolean(name);
}

/* ---------- drawing ---------- */

function show(name) {
  view = name;
  for (const [each, button] of Object.entries(nodes.tabs)) button.setAttribute("aria-selected", String(each === name));
  nodes.body.replaceChildren(name === "hall" ? hall.node : figures.node);
  nodes.body.setAttribute("aria-labelledby", `view-${name}`);
  if (name === "day") figures.fetch();
}

function build() {
  const was = hall ? hall.chosen : null;
  hall = new Hall({ open: (kind, id) => (kind === "counters" ? openCounter(id) : openService(id)), act, enable: (button, possible) => shell.enable(button, possible), store: shell.store });
  if (was) hall.chosen = was;
  figures = new Figures(shell);
  const tab = (name, key) => el("button", { type: "button", role: "tab", id: `view-${name}`, "aria-selected": "false", "aria-controls": "view", onclick: () => show(name) }, el("kbd", { "aria-hidden": "true" }, key), el("span", {}, say(`view_${name}`)));
  const key = (name, letter, kind = "button.button") => el(kind, { type: "button", id: `do-${name}`, "aria-keyshortcuts": letter, onclick: () => act(name) }, el("span", {}, say(`do_${name.replace("-", "_")}`)), el("kbd", { "aria-hidden": "true" }, letter));
  nodes = {
    tabs: { hall: tab("hall", "1"), day: tab("day", "2") },
    body: el("div.view", { id: "view", role: "tabpanel" }),
    onAir: el("p.on-air", { id: "on-air", hidden: true }),
    keys: { broadcast: key("broadcast", "T"), unbroadcast: key("unbroadcast", "G"), "open-day": key("open-day", "N"), "close-day": key("close-day", "E", "button.button.act") },
  };
  byId("main").replaceChildren(el("div.page.supervisor", {},
    el("div.bar", {}, el("div.views", { role: "tablist", "aria-label": say("sv_title") }, nodes.tabs.hall, nodes.tabs.day), ...Object.values(nodes.keys)),
    nodes.onAir, nodes.body));
  show(view);
}

function drawOnAir() {
  const message = onAir(shell.data, shell.store.now());
  const text = message ? `${say("bc_now", { time: clockOf(message.until) })}: ${(language() === "en" && message.en) || message.vi}` : "";
  nodes.onAir.hidden = !message;
  setText(nodes.onAir, text);
  nodes.keys.unbroadcast.hidden = !message;
  nodes.keys["open-day"].hidden = !mayOpen();
}

function drawAlarm() {
  const { alarms } = hall;
  const node = byId("alarm");
  const key = JSON.stringify([alarms.map((each) => each.id), language()]);
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  node.replaceChildren(...(alarms.length ? [alarmNode(alarms, (id) => DO.clear(id))] : []));
  document.title = alarms.length ? `! ${say("emergency", { counter: counterName(alarms[0].id) })}` : `${say("sv_title")}`;
}

function draw() {
  hall.update(shell.data);
  for (const [name, button] of Object.entries(nodes.keys)) shell.enable(button, name === "close-day" ? mayClose() : name === "open-day" ? mayOpen() : true);
  drawOnAir();
  drawAlarm();
  setText(byId("totals"), "");
}

function tick() {
  if (!hall) return;
  hall.tick();
  drawOnAir();
}

const shell = new Shell({ page: "supervisor", roles: ["supervisor", "technician"], build, draw, tick, onKey, louder: ["counter_emergency"] });
shell.begin();
setInterval(() => {
  if (shell.data !== null && hall) {
    hall.update(shell.data); // waiting minutes
    if (view === "day") figures.fetch();
  }
}, 20000);
