// The reception: a number for anybody at one press, paper that never came, people who need a hand, appointments.

import "./icons.js";
import { el, icon, setText } from "./dom.js";
import { Lists, TABS } from "./reception/list.js";
import { may, sort } from "./reception/rows.js";
import { ask, letterOf, options, picked, sure, typing } from "./staff/dialog.js";
import { Shell } from "./staff/shell.js";
import { range, statusLine, statusOf } from "./staff/tell.js";
import { say } from "./staff/words.js";
import { facts, language, named } from "./words.js";

const BEYOND = ["closed", "last_ticket", "quota", "holiday"]; // refusals that staff may go past, once they have said so
const APPOINTMENTS_MS = 30000;

const byId = (id) => document.getElementById(id);
let priority = false; // for the next number only
let last = null; // {id, number, service, ahead, estimate}: what this page issued last
let lists = null;
let tiles = new Map();
let nodes = {};
let heard = null; // the help calls already known, so that a new one is said once

/* ---------- giving numbers ---------- */

async function issue(service, beyond = false) {
  const body = { service: service.id, priority };
  if (beyond) body.beyond = true;
  let refused = null;
  const answer = await shell.intent(`issue:${service.id}:${beyond}`, "/v1/tickets", body, (given) => say("said_issued", { number: given.ticket.number }), (error) => {
    refused = BEYOND.includes(error.code) && !beyond ? error : null;
    return refused !== null;
  });
  if (answer) {
    last = { ...answer.ticket, estimate: answer.ticket.estimate || service.estimate };
    priority = false;
    shell.redraw();
  } else if (refused && (await askBeyond(service, refused))) await issue(service, true);
}

const askBeyond = (service, error) =>
  sure("beyond", `${named(service, "name")}: ${statusOf(service).code === "open" ? error.sentence(language()) : statusLine(service, shell.store)}`, say("beyond_hint"), say("beyond_do"));

function turnPriority() {
  priority = !priority;
  setText(byId("said"), say(priority ? "said_priority" : "said_no_priority"));
  shell.redraw();
}

/* ---------- what is in the lists ---------- */

const atTicket = (name, verb, body, said) => (ticket) => shell.intent(`${name}:${ticket.id}`, `/v1/tickets/${ticket.id}/${verb}`, body(ticket), () => said(ticket));

const DO = {
  reprint: atTicket("reprint", "reprint", () => ({}), (ticket) => say("said_printing", { number: ticket.number })),
  return: atTicket("return", "return", () => ({}), (ticket) => say("said_return", { number: ticket.number })),
  spot: async (ticket) => {
    if (!(await sure("spot", say("spot_title", { number: ticket.number }), say("spot_hint"), say("spot_do"), [], false))) return;
    await atTicket("spot", "done-on-spot", () => ({}), () => say("said_spot", { number: ticket.number }))(ticket);
  },
  void: async (ticket) => {
    if (!(await sure("void", say("void_title", { number: ticket.number }), say("void_hint"), say("void_do", { number: ticket.number })))) return;
    // A waiting number is withdrawn; one that was called already is declared void.
    await atTicket("void", ticket.state === "waiting" ? "cancel" : "void", () => ({}), () => say("said_void", { number: ticket.number }))(ticket);
  },
  move: async (ticket) => {
    const list = shell.data.services.filter((each) => each.id !== ticket.service).map((each) => ({ value: `s${each.letter}`, key: each.letter, name: named(each, "name"), soft: statusOf(each).code === "open" ? "" : statusLine(each, shell.store), id: each.id }));
    const chosen = (view) => list.find((each) => each.value === picked(view.dialog, "service")[0]);
    let view = null;
    const to = await ask({
      name: "move", title: say("move_title", { number: ticket.number }), hint: say("move_hint"), confirm: say("row_move"),
      content: [options("radio", "service", list, [], () => {
        view.label.textContent = say("move_do", { name: chosen(view).name });
        view.button.disabled = false;
      })],
      keys: typing("s", ""), read: chosen,
      ready: (opened) => {
        view = opened;
        view.button.disabled = true;
        view.dialog.tabIndex = -1;
        view.dialog.focus(); // nothing is chosen by the mere opening
      },
    });
    if (to) await atTicket("move", "move", () => ({ to_service: to.id }), () => say("said_moved", { number: ticket.number, name: to.name }))(ticket);
  },
};

/** The ticket a key speaks of: the chosen row's, else the one just issued. */
const ticketFor = () => lists.ticket || (last && shell.data.tickets.find((each) => each.id === last.id)) || null;

function act(name) {
  const row = lists.chosen;
  if (name === "help") return shell.intent("help", "/v1/help", { where: "reception", what: "write" }, say("said_help"));
  if (name === "helped") return row && row.help && shell.intent(`helped:${row.help.id}`, `/v1/help/${row.help.id}/done`, {}, say("said_helped"));
  if (name === "arrive") return row && row.appointment && !row.over && checkIn(row.appointment.code);
  const ticket = ["reprint", "void"].includes(name) ? ticketFor() : lists.ticket;
  if (ticket && may(ticket)[name]) return DO[name](ticket);
  return undefined;
}

async function checkIn(code) {
  if (!code) {
    shell.toast(say("rc_code_empty"), "bad");
    return;
  }
  const answer = await shell.intent(`checkin:${code}`, `/v1/appointments/${encodeURIComponent(code)}/checkin`, {}, (given) => say("said_checked_in", { code, number: given.ticket.number }));
  if (!answer) {
    lists.code.select();
    return;
  }
  last = answer.ticket;
  lists.code.value = "";
  await fetchAppointments();
}

async function fetchAppointments() {
  const found = await shell.fetch("/v1/appointments");
  if (found && lists) {
    lists.appointments = found.appointments.filter((each) => each.at.slice(0, 10) === shell.data.service_day);
    shell.redraw();
  }
}

/* ---------- keys ---------- */

function onKey(event) {
  const inList = document.activeElement === lists.box;
  if (event.code === "Escape") {
    if (document.activeElement instanceof HTMLInputElement) lists.box.focus();
    lists.choose(null);
    return true;
  }
  if (event.code === "ArrowDown" || event.code === "ArrowUp") {
    lists.step(event.code === "ArrowDown" ? 1 : -1);
    return true;
  }
  const steps = { PageDown: 8, PageUp: -8, Home: -1e6, End: 1e6 };
  if (inList && event.key in steps) {
    lists.step(steps[event.key]);
    return true;
  }
  if (event.code === "Space") return turnPriority() || true;
  if (event.key === "/") {
    lists.show("today");
    lists.find.focus();
    return true;
  }
  const tab = /^(?:Digit|Numpad)([1-4])$/.exec(event.code);
  if (tab) {
    lists.show(TABS[Number(tab[1]) - 1]);
    return true;
  }
  const name = { Digit0: "help", Numpad0: "help", KeyI: "reprint", KeyO: "spot", Period: "move", Backspace: "return", Delete: "void" }[event.code];
  if (name) {
    act(name);
    return true;
  }
  if (event.code === "Enter" || event.code === "NumpadEnter") {
    act(lists.tab === "help" ? "helped" : "arrive");
    return true;
  }
  // Letters belong to the services; I and O are never a service's letter.
  const letter = letterOf(event);
  const service = letter && shell.data.services.find((each) => each.letter === letter);
  if (service) issue(service);
  return Boolean(service);
}

/* ---------- drawing ---------- */

function build() {
  const was = lists ? { tab: lists.tab, chosenId: lists.chosenId, appointments: lists.appointments } : null;
  lists = new Lists({ act, checkIn, enable: (button, possible) => shell.enable(button, possible) });
  if (was) Object.assign(lists, was);
  else fetchAppointments();
  nodes = {
    last: el("section.last", { id: "last", "aria-label": say("rc_last") }),
    priorityWord: el("span.word", {}),
    tiles: el("div.tiles", { id: "tiles" }),
  };
  nodes.priority = el("button.button.turn", { type: "button", id: "do-priority", "aria-pressed": "false", onclick: turnPriority }, icon("care"), el("span.two", {}, nodes.priorityWord, el("small", {}, say("rc_priority_who"))), el("kbd", { "aria-hidden": "true" }, say("key_space")));
  tiles = new Map();
  byId("main").replaceChildren(el("div.page.reception", {}, el("div.give", {}, nodes.last, nodes.priority, nodes.tiles, byId("toast")), lists.node)); // one node for the toast: an alert is spoken once
}

const adviceDesk = (service) => facts.advice.includes(service.id) || shell.data.counters.some((each) => each.kind === "advice" && each.services.includes(service.id));

function tileOf(service) {
  let tile = tiles.get(service.id);
  if (!tile) {
    const parts = { name: el("b", {}), wait: el("span.wait", {}), status: el("span.status", {}), mark: el("span.advice", { hidden: true }, say("rc_advice")) };
    const node = el("button.tile", { type: "button", id: `take-${service.id}`, "aria-keyshortcuts": service.letter, onclick: () => issue(shell.data.services.find((each) => each.id === service.id)) },
      el("span.letter", { "aria-hidden": "true" }, service.letter), el("span.says", {}, parts.name, parts.mark, parts.wait, parts.status));
    tile = { node, parts };
    tiles.set(service.id, tile);
  }
  const { node, parts } = tile;
  const status = statusOf(service);
  setText(parts.name, named(service, "name"));
  const waits = service.waiting ? say("people", { n: service.waiting }) : say("nobody_waits");
  const how = service.waiting && service.estimate ? ` · ${range(service.estimate)}` : "";
  setText(parts.wait, waits + how);
  const left = typeof service.left === "number" && service.left <= 20 ? say("left", { n: service.left }) : "";
  setText(parts.status, status.code === "open" ? [service.long_wait ? say("long_wait") : "", left].filter(Boolean).join(" · ") : statusLine(service, shell.store));
  node.dataset.status = status.code;
  node.classList.toggle("busy", Boolean(service.long_wait));
  parts.mark.hidden = !adviceDesk(service);
  shell.enable(node, true);
  return node;
}

function drawLast() {
  const ticket = last && (shell.data.tickets.find((each) => each.id === last.id) || last);
  const service = ticket && shell.data.services.find((each) => each.id === ticket.service);
  const broken = ticket && ["no_paper", "failed", "unknown"].includes(ticket.print);
  const key = JSON.stringify([ticket && [ticket.number, ticket.print, ticket.state], service && service.name, language(), last && last.estimate]);
  if (nodes.last.dataset.key === key) return;
  nodes.last.dataset.key = key;
  nodes.last.classList.toggle("bad", Boolean(broken));
  if (!ticket) {
    nodes.last.replaceChildren(el("p.none", {}, el("b", {}, say("rc_last_none")), el("span", {}, say("rc_pick"))));
    return;
  }
  const ahead = last.ahead ? say("rc_ahead", { n: last.ahead }) : say("rc_first");
  const wait = last.ahead && last.estimate ? `, ${range(last.estimate)}` : "";
  const paper = say(`paper_${ticket.print}`);
  nodes.last.replaceChildren(
    el("div.number", { id: "last-number" }, ticket.number),
    el("div.says", {},
      el("b", {}, service ? named(service, "name") : ""),
      el("span", {}, ahead + wait),
      el(broken ? "span.paper.bad" : "span.paper", { id: "last-paper" }, broken ? `${paper}. ${say("tell_number")}.` : paper)),
    ticket.priority ? el("span.priority", {}, say("priority")) : el("span", {}),
  );
}

function draw() {
  const { data } = shell;
  drawLast();
  nodes.priority.setAttribute("aria-pressed", String(priority));
  setText(nodes.priorityWord, say(priority ? "rc_priority_on" : "rc_priority"));
  shell.enable(nodes.priority, true);
  const wanted = data.services.map(tileOf);
  if (wanted.some((node, at) => nodes.tiles.children[at] !== node) || nodes.tiles.children.length !== wanted.length) nodes.tiles.replaceChildren(...wanted);
  nodes.tiles.dataset.many = wanted.length > 8 ? "3" : "2";
  lists.update(data, shell.store.now(), shell.busy);
  setText(byId("totals"), `${say("tab_waiting")}: ${data.totals.waiting ?? sort(data, shell.store.now(), "").today.filter((each) => each.state === "waiting").length}`);
  hearHelp(data.helps || []);
}

/** A new call for help is said once, also to those who look at another list. */
function hearHelp(helps) {
  const known = heard;
  heard = new Set(helps.map((each) => each.id));
  if (known === null) return;
  const fresh = helps.find((each) => !known.has(each.id));
  if (fresh && fresh.where !== "reception") shell.tell(say("new_help", { where: ["kiosk", "counter"].includes(fresh.where) ? say(`help_${fresh.where}`) : "" }));
}

let drawnMinute = -1;
function tick() {
  const minute = Math.floor(shell.store.now() / 15000);
  if (minute === drawnMinute || !lists) return;
  drawnMinute = minute;
  lists.update(shell.data, shell.store.now(), shell.busy); // the minutes in the list
}

const shell = new Shell({ page: "reception", roles: ["reception", "supervisor", "technician"], build, draw, tick, onKey });
shell.begin().then(() => {
  if (!shell.session || !shell.roles.includes(shell.session.role)) return;
  setInterval(fetchAppointments, APPOINTMENTS_MS);
});
