// Signing a machine in: the code once, then a cookie that scripts cannot read. Nothing is kept by this page.

import { get, post, remove, Refused } from "./api.js";
import { el, icon } from "./dom.js";
import { facts, language, named, roleName, say, setLanguage } from "./words.js";

const main = document.getElementById("main");
const wanted = new URLSearchParams(location.search).get("next"); // "clerk" or "tv": a word, never an address
const CALLERS = ["clerk", "reception", "supervisor", "technician"];
let body = () => [];
let problem = "";

function draw() {
  const change = el("button.button", { type: "button", title: say("language_name"), onclick: () => {
    setLanguage(language() === "vi" ? "en" : "vi");
    draw();
  } }, say("language"));
  main.replaceChildren(
    el("div.brand", {}, el("div.mark", { "aria-hidden": "true" }, icon("ticket")), el("div", {}, el("b", {}, named(facts.site, "name")), el("span", {}, named(facts.site, "place"))), change),
    ...body(),
  );
  const first = main.querySelector("[data-first]");
  if (first) first.focus();
}

function open(view) {
  body = view;
  draw();
}

function askToken() {
  const input = el("input", { id: "token", type: "password", name: "token", autocomplete: "current-password", autocapitalize: "off", spellcheck: "false", "data-first": true, "aria-describedby": problem ? "problem" : null });
  const show = el("input", { type: "checkbox", onchange: (event) => { input.type = event.target.checked ? "text" : "password"; } });
  const button = el("button.button.main", { type: "submit" }, say("sign_in"));
  const submit = async (event) => {
    event.preventDefault();
    const token = input.value.trim();
    problem = token ? "" : say("token_empty");
    if (!token) {
      draw();
      return;
    }
    button.disabled = true;
    try {
      const session = await post("/v1/session", { token });
      if (session.role === "clerk" && !session.counter) {
        problem = "";
        open(askCounter(token));
      } else await enter();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // 422: too short to be a code at all. For the person it is the same mistake.
      problem = error.status === 401 || error.status === 422 ? say("token_wrong") : error.sentence(language());
      draw();
    }
  };
  return [
    el("h1", {}, say("sign_in")),
    el("p.hint", {}, say("sign_in_hint")),
    el("form", { onsubmit: submit, novalidate: true },
      el("label", { for: "token" }, say("token")), input,
      el("label.check", {}, show, say("show")),
      problem && el("p.problem", { id: "problem", role: "alert" }, icon("warn"), problem),
      button),
  ];
}

/** A clerk's code that is bound to no counter: which desk is this? The code is sent once more, with the counter. */
const askCounter = (token) => () => [
  el("h1", {}, say("choose_counter")),
  el("p.hint", {}, say("choose_counter_hint")),
  problem && el("p.problem", { role: "alert" }, icon("warn"), problem),
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
  }, el("kbd", {}, String(each.id)), el("span", {}, el("b", {}, each.name === `Quầy ${each.id}` ? say("counter_n", { n: each.id }) : each.name), el("span.title", {}, named(each, "title")))))),
];

const choosePage = (session) => () => [
  el("h1", {}, say("choose_page")),
  el("p.hint", {}, `${say("signed_in_as")}: ${roleName(session.role)}.`),
  el("div.choices", {},
    CALLERS.includes(session.role) && el("a.button", { href: "/clerk", "data-first": true }, icon("call"), el("b", {}, say("page_clerk"))),
    el("a.button", { href: "/tv" }, icon("ticket"), el("span", {}, el("b", {}, say("page_tv")), el("span.title", {}, say("page_tv_hint"))))),
  el("div.foot", {}, el("button.button", { type: "button", onclick: signOut }, icon("out"), say("sign_out"))),
];

async function signOut() {
  await remove("/v1/session");
  problem = "";
  open(askToken);
}

async function enter() {
  const session = await get("/v1/session");
  if (wanted === "tv" || session.role === "display") location.replace("/tv");
  else if (wanted === "clerk" || session.role === "clerk" || session.role === "reception") location.replace("/clerk");
  else open(choosePage(session));
}

async function begin() {
  try {
    const session = await get("/v1/session");
    open(choosePage(session));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status !== 401) problem = error.sentence(language());
    open(askToken);
  }
}

document.addEventListener("keydown", (event) => {
  const digit = /^(Digit|Numpad)\d$/.test(event.code) ? event.code.slice(-1) : "";
  const button = digit && !(event.target instanceof HTMLInputElement) ? document.getElementById(`counter-${digit}`) : null;
  if (button) button.focus();
});
begin();
