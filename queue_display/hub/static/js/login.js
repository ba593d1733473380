// Signing in: an officer by counter and PIN, a machine by its code. Then a cookie that scripts cannot read; nothing but
// the number of the counter is kept by this page.

import { get, post, remove, Refused } from "./api.js";
import { el, icon } from "./dom.js";
import { say } from "./login/words.js";
import { facts, language, named, roleName, setLanguage } from "./words.js";

const PLACE_KEY = "motcua.place"; // where this machine sat last: the number of a desk, nobody's name
const HOME = { clerk: "clerk", reception: "reception", supervisor: "supervisor", display: "tv" };
const CALLERS = ["clerk", "supervisor", "technician"];
const TYPED_TOGETHER_MS = 900;
const LOOKERS = ["supervisor", "technician"];

const main = document.getElementById("main");
const wanted = new URLSearchParams(location.search).get("next"); // a page's name, never an address
const pins = facts.pins || { counters: [], roles: [] };
const hasPins = pins.counters.length + pins.roles.length > 0;
let body = () => [];
let problem = "";
let over = false; // the session was over: said once
let waitTimer = null;

function draw() {
  clearInterval(waitTimer);
  const change = el("button.button", { type: "button", id: "language", title: say("language_name"), onclick: () => {
    setLanguage(language() === "vi" ? "en" : "vi");
    draw();
  } }, say("language"));
  main.replaceChildren(
    el("div.brand", {}, el("div.mark", { "aria-hidden": "true" }, icon("ticket")), el("div", {}, el("b", {}, named(facts.site, "name")), el("span", {}, named(facts.site, "place"))), change),
    ...body().filter(Boolean),
  );
  const first = main.querySelector("[data-first]");
  if (first) first.focus();
}

function open(view) {
  body = view;
  draw();
}

const problemNode = () => problem && el("p.problem", { id: "problem", role: "alert" }, icon("warn"), el("span", {}, problem));

/* ---------- officers ---------- */

/** Every place a PIN opens: `{id, key, name, soft, body}`. */
function places() {
  const counters = facts.counters.filter((each) => pins.counters.includes(each.id)).map((each) => ({
    id: `counter-${each.id}`,
    key: String(each.id),
    name: each.name === `Quầy ${each.id}` ? say("counter_n", { n: each.id }) : each.name,
    soft: named(each, "title"),
    body: { counter: each.id },
  }));
  const roles = pins.roles.map((role) => ({ id: `role-${role}`, key: role === "reception" ? "D" : "P", name: say(`lg_role_${role}`), soft: "", body: { role } }));
  return [...counters, ...roles];
}

let chosen = localStorage.getItem(PLACE_KEY);
let askStaff = false;

function askPin() {
  const all = places();
  if (!all.some((each) => each.id === chosen)) chosen = null;
  const pin = el("input", { id: "pin", type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "8", "data-first": chosen !== null, "aria-describedby": problem ? "problem" : null });
  const staff = el("input", { id: "staff", type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: "32" });
  const button = el("button.button.main", { type: "submit", id: "sign-in" }, "");
  const name = () => (all.find((each) => each.id === chosen) || {}).name;
  const label = () => { button.textContent = chosen ? say("lg_sit", { place: name() }) : say("sign_in"); };
  label();
  const radios = all.map((each, at) => el("label.place", {},
    el("input", { type: "radio", name: "place", value: each.id, checked: each.id === chosen, "data-first": chosen === null && at === 0, onchange: () => {
      chosen = each.id;
      label();
    } }),
    el("kbd", { "aria-hidden": "true" }, each.key), el("span", {}, el("b", {}, each.name), each.soft && el("small", {}, each.soft))));
  const submit = (event) => {
    event.preventDefault();
    const place = all.find((each) => each.id === chosen);
    if (!place) problem = say("lg_choose");
    else if (pin.value === "" && document.activeElement !== pin) return pin.focus(); // Enter on the place: on to the PIN
    else if (!/^[0-9]{4,8}$/.test(pin.value)) problem = say("lg_pin_form");
    else return signIn(place, { ...place.body, pin: pin.value, ...(staff.value ? { staff: staff.value.trim() } : {}) }, button);
    return draw();
  };
  return [
    el("h1", {}, say("lg_title")),
    el("p.hint", {}, over ? say("lg_over") : say("lg_hint")),
    el("form", { onsubmit: submit, novalidate: true },
      el("fieldset", {}, el("legend", {}, say("lg_where")), el("div.places", {}, ...radios)),
      el("label", { for: "pin" }, say("lg_pin")), pin,
      askStaff && el("label", { for: "staff" }, say("lg_staff")), askStaff && staff,
      problemNode(), button),
    el("div.foot", {}, el("button.link", { type: "button", id: "by-token", onclick: () => other(askToken) }, say("lg_by_token"))),
  ];
}

async function signIn(place, body, button) {
  button.disabled = true;
  problem = "";
  try {
    await post("/v1/session", body);
    localStorage.setItem(PLACE_KEY, place.id);
    await enter();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.code === "seat_taken") return open(askTake(place, body, error));
    askStaff = askStaff || error.code === "which_officer";
    problem = error.sentence(language());
    open(askPin);
    if (error.code === "too_many_tries") countDown(error.allowed.retry_s);
    const field = document.getElementById(error.code === "which_officer" ? "staff" : "pin");
    if (field) field.focus();
  }
  return undefined;
}

/** Guessed too often: the button waits with the person, second by second. */
function countDown(seconds) {
  const until = performance.now() + seconds * 1000;
  const button = document.getElementById("sign-in");
  const said = document.querySelector("#problem span");
  const tick = () => {
    const left = Math.ceil((until - performance.now()) / 1000);
    button.disabled = left > 0;
    said.textContent = left > 0 ? say("lg_wait", { n: left }) : say("lg_hint");
    if (left <= 0) clearInterval(waitTimer);
  };
  tick();
  waitTimer = setInterval(tick, 1000);
}

/** Somebody sits there: say since when, and let it be a decision. */
const askTake = (place, body, error) => () => {
  const since = error.given && error.given.since ? error.given.since.slice(11, 16) : "–";
  const take = el("button.button", { type: "button", id: "take", onclick: () => signIn(place, { ...body, take: true }, take) }, say("lg_take", { place: place.name }));
  return [
    el("h1", {}, say("lg_taken", { place: place.name, time: since })),
    el("p.hint", { role: "alert" }, say("lg_taken_hint")),
    el("div.choices", {}, el("button.button.main", { type: "button", id: "elsewhere", "data-first": true, onclick: () => {
      chosen = null;
      other(askPin);
    } }, say("lg_other")), take),
  ];
};

function other(view) {
  problem = "";
  open(view);
}

/* ---------- machines ---------- */

function askToken() {
  const input = el("input", { id: "token", type: "password", name: "token", autocomplete: "current-password", autocapitalize: "off", spellcheck: "false", "data-first": true, "aria-describedby": problem ? "problem" : null });
  const show = el("input", { type: "checkbox", onchange: (event) => { input.type = event.target.checked ? "text" : "password"; } });
  const button = el("button.button.main", { type: "submit" }, say("sign_in"));
  const submit = async (event) => {
    event.preventDefault();
    const token = input.value.trim();
    problem = token ? "" : say("token_empty");
    if (!token) return draw();
    button.disabled = true;
    try {
      const session = await post("/v1/session", { token });
      problem = "";
      if (session.role === "clerk" && !session.counter) open(askCounter(token));
      else await enter();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // 422: too short to be a code at all. For the person it is the same mistake.
      problem = error.status === 401 || error.status === 422 ? say("token_wrong") : error.sentence(language());
      draw();
    }
    return undefined;
  };
  return [
    el("h1", {}, say("sign_in")),
    el("p.hint", {}, say("sign_in_hint")),
    el("form", { onsubmit: submit, novalidate: true },
      el("label", { for: "token" }, say("token")), input,
      el("label.check", {}, show, say("show")),
      problemNode(), button),
    hasPins && el("div.foot", {}, el("button.link", { type: "button", id: "by-pin", onclick: () => other(askPin) }, say("lg_by_pin"))),
  ];
}

/** A clerk's code that is bound to no counter: which desk is this? The code is sent once more, with the counter. */
const askCounter = (token) => () => [
  el("h1", {}, say("choose_counter")),
  el("p.hint", {}, say("choose_counter_hint")),
  problemNode(),
  el("div.choices", {}, ...facts.counters.map((each, place) => el("button.button", {
    type: "button", id: `counter-${each.id}`, "data-first": place === 0, onclick: async () => {
      try {
        await post("/v1/session", { token, counter: each.id });
        await enter();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        problem = error.sentence(language());
        draw();
      }
    },
  }, el("kbd", { "aria-hidden": "true" }, String(each.id)), el("span", {}, el("b", {}, each.name === `Quầy ${each.id}` ? say("counter_n", { n: each.id }) : each.name), el("span.title", {}, named(each, "title")))))),
];

/* ---------- going in ---------- */

const choosePage = (session) => () => {
  const link = (page, sign, words, hint) => el("a.button", { href: `/${page}`, id: `to-${page}` }, icon(sign), el("span", {}, el("b", {}, words), hint && el("span.title", {}, hint)));
  return [
    el("h1", {}, say("choose_page")),
    el("p.hint", {}, `${say("signed_in_as")}: ${roleName(session.role)}${session.staff ? ` (${session.staff})` : ""}.`),
    el("div.choices", {}, ...[
      CALLERS.includes(session.role) && link("clerk", "call", say("page_clerk")),
      (session.role === "reception" || LOOKERS.includes(session.role)) && link("reception", "ticket", say("lg_role_reception")),
      LOOKERS.includes(session.role) && link("supervisor", "seat", say("lg_role_supervisor")),
      link("tv", "ticket", say("page_tv"), say("page_tv_hint")),
    ].filter(Boolean)),
    el("div.foot", {}, el("button.button", { type: "button", id: "sign-out", onclick: signOut }, icon("out"), say("sign_out"))),
  ];
};

async function signOut() {
  await remove("/v1/session");
  problem = "";
  open(hasPins ? askPin : askToken);
}

async function enter() {
  const session = await get("/v1/session");
  const home = HOME[session.role];
  const may = { clerk: CALLERS, reception: ["reception", ...LOOKERS], supervisor: LOOKERS };
  if (wanted === "tv") location.replace("/tv");
  else if (wanted in may && may[wanted].includes(session.role)) location.replace(`/${wanted}`);
  else if (home) location.replace(`/${home}`);
  else open(choosePage(session));
}

async function begin() {
  try {
    const session = await get("/v1/session");
    open(choosePage(session));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    over = error.code === "session_over";
    if (error.status !== 401) problem = error.sentence(language());
    open(hasPins && wanted !== "tv" ? askPin : askToken);
  }
}

// Digits choose the place while nothing is being typed into; letters the desks without a number. Two digits typed
// together are one counter, so where there is a counter 12 the page waits a moment after the 1.
let typed = "";
let typedAt = 0;

function choosePlace(sign) {
  const list = places();
  const now = performance.now();
  typed = now - typedAt < TYPED_TOGETHER_MS && list.some((each) => each.key === typed + sign) ? typed + sign : sign;
  typedAt = now;
  const place = list.find((each) => each.key === typed);
  if (!place) return;
  chosen = place.id;
  if (list.some((each) => each.key !== typed && each.key.startsWith(typed))) {
    const radio = main.querySelector(`input[value="${place.id}"]`);
    radio.click();
    radio.focus();
  } else draw(); // the PIN is asked for next
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const { target } = event;
  if (target instanceof HTMLInputElement && target.type !== "radio") return;
  const sign = (/^(Digit|Numpad)(\d)$/.exec(event.code) || /^(Key)([DP])$/.exec(event.code) || [])[2];
  if (!sign) return;
  if (body === askPin) {
    event.preventDefault();
    choosePlace(sign);
    return;
  }
  const button = document.getElementById(`counter-${sign}`);
  if (button) button.focus();
});
begin();
