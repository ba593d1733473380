// The questions a clerk is asked. Each is a native dialog: Escape closes it, focus stays inside and comes back,
// and each can be answered by keys alone: a digit or a letter chooses, Enter does it.

import { el, icon } from "../dom.js";
import { say } from "../words.js";

const TYPED_TOGETHER_MS = 900; // two digits this close are one number: counter 12

/** Is a dialog open? The page's own keys are silent meanwhile. */
export const dialogOpen = () => document.querySelector("dialog[open]") !== null;

function open(name, title, hint, content, { confirm, act = false, onKey = null }) {
  const dialog = el("dialog", { id: `ask-${name}`, "aria-labelledby": `ask-${name}-title` });
  const button = el(act ? "button.button.act" : "button.button.main", { type: "submit", id: `ask-${name}-do` }, el("span", {}, confirm), el("kbd", {}, "Enter"));
  const leave = () => dialog.close();
  const form = el("form", { method: "dialog", novalidate: true },
    el("h2", { id: `ask-${name}-title` }, title),
    hint && el("p.hint", {}, hint),
    ...content,
    el("p.problem", { role: "alert", hidden: true }),
    el("div.foot", {}, el("button.button", { type: "button", onclick: leave }, say("close"), el("kbd", {}, "Esc")), button));
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  if (onKey) dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target instanceof HTMLInputElement && event.target.type !== "radio" && event.target.type !== "checkbox") return;
    if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (!event.repeat && onKey(event)) event.preventDefault();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, form, button, label: button.firstChild, problem: form.querySelector(".problem") };
}

/** Resolve with what `read()` gives on Enter (undefined: not yet), or with null on Escape. */
function answered({ dialog, form }, read) {
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const value = read();
      if (value === undefined) return;
      resolve(value);
      dialog.close();
    });
    dialog.addEventListener("close", () => resolve(null));
  });
}

const digitOf = (event) => (/^(Digit|Numpad)\d$/.test(event.code) ? event.code.slice(-1) : "");
const letterOf = (event) => (/^Key[A-Z]$/.test(event.code) ? event.code.slice(-1) : "");

/** A group of radio buttons drawn as keys: `[{value, key, name, soft}]`. */
function options(group, list, onChange, chosen = null) {
  return el("div.options", { role: "radiogroup" }, ...list.map((each) =>
    el("label.option", {},
      el("input", { type: "radio", name: group, value: each.value, checked: each.value === chosen, onchange: onChange }),
      el("kbd", {}, each.key),
      el("span", {}, each.name, each.soft && el("small", {}, each.soft)))));
}

function select(dialog, value) {
  const input = [...dialog.querySelectorAll('input[type="radio"]')].find((each) => each.value === value);
  if (!input) return false;
  input.checked = true;
  input.focus();
  input.dispatchEvent(new Event("change"));
  return true;
}

/** Keys choose by what is typed: letters at once, digits together where counters have two. */
function typing(dialogOf, prefixDigit, prefixLetter) {
  let typed = "";
  let at = 0;
  return (event) => {
    const letter = letterOf(event);
    if (letter && prefixLetter) return select(dialogOf(), prefixLetter + letter);
    const digit = digitOf(event);
    if (!digit) return false;
    typed = performance.now() - at < TYPED_TOGETHER_MS ? typed + digit : digit;
    at = performance.now();
    return select(dialogOf(), prefixDigit + typed) || select(dialogOf(), prefixDigit + digit);
  };
}

const picked = (dialog, group) => (dialog.querySelector(`input[name="${group}"]:checked`) || {}).value;

/** Where to? Gives `{to_counter}` or `{to_service}`. */
export function askTransfer(number, counters, services) {
  let view = null;
  const names = new Map();
  const counterList = counters.map((each) => ({ value: `c${each.id}`, key: String(each.id), name: each.name, soft: each.soft }));
  const serviceList = services.map((each) => ({ value: `s${each.letter}`, key: each.letter, name: each.name, id: each.id }));
  for (const each of [...counterList, ...serviceList]) names.set(each.value, each.name);
  const chosen = () => picked(view.dialog, "to");
  const changed = () => {
    view.label.textContent = say("transfer_to", { place: names.get(chosen()) });
    view.button.disabled = false;
  };
  const content = [
    counterList.length > 0 && el("h3", {}, say("to_counter")),
    counterList.length > 0 && options("to", counterList, changed),
    el("h3", {}, say("to_service")),
    options("to", serviceList, changed),
  ].filter(Boolean);
  view = open("transfer", say("transfer_title", { number }), say("transfer_hint"), content, { confirm: say("choose_first"), onKey: typing(() => view.dialog, "c", "s") });
  view.button.disabled = true;
  view.dialog.tabIndex = -1;
  view.dialog.focus(); // nothing is chosen by the mere opening
  return answered(view, () => {
    const value = chosen();
    if (!value) return undefined;
    if (value.startsWith("c")) return { to_counter: Number(value.slice(1)), place: names.get(value) };
    return { to_service: serviceList.find((each) => each.value === value).id, place: names.get(value) };
  });
}

const REASONS = ["short_break", "meeting", "urgent", "helping", "other"];
const MINUTES = [5, 10, 15, 30, 60, 120];

/** Why and how long? Gives `{reason, minutes}`. */
export function askPause() {
  let view = null;
  const minutes = el("input", { type: "number", id: "pause-minutes", min: "1", max: "240", step: "1", value: "15", inputmode: "numeric" });
  const quick = el("div.quick", {}, ...MINUTES.map((n) => el("button.button", { type: "button", onclick: () => { minutes.value = String(n); } }, say("minutes", { n }))));
  const list = REASONS.map((reason, place) => ({ value: reason, key: String(place + 1), name: say(reason) }));
  const content = [
    el("h3", {}, say("pause_reason")),
    options("reason", list, null, "short_break"),
    el("h3", {}, el("label", { for: "pause-minutes" }, say("pause_minutes"))),
    el("div.minutes", {}, minutes, quick),
  ];
  view = open("pause", say("pause_title"), say("pause_hint"), content, {
    confirm: say("pause"),
    onKey: (event) => {
      const place = Number(digitOf(event));
      return place >= 1 && place <= REASONS.length && select(view.dialog, REASONS[place - 1]);
    },
  });
  view.dialog.querySelector("input:checked").focus();
  return answered(view, () => (minutes.reportValidity() && minutes.value ? { reason: picked(view.dialog, "reason"), minutes: Number(minutes.value) } : undefined));
}

/** Which number? `find(text)` gives `{ticket}` or `{problem}`; the answer is the ticket. */
export function askNumber(find) {
  const input = el("input", { type: "text", id: "pick-number", maxlength: "5", autocomplete: "off", spellcheck: "false", autocapitalize: "characters", "aria-label": say("pick_title") });
  const view = open("pick", say("pick_title"), say("pick_hint"), [input], { confirm: say("call_this") });
  input.focus();
  return answered(view, () => {
    const found = find(input.value.trim().toUpperCase());
    if (found.ticket) return found.ticket;
    view.problem.replaceChildren(icon("warn"), found.problem);
    view.problem.hidden = false;
    input.select();
    return undefined;
  });
}

/** A number for whom? Gives `{service, priority}`. */
export function askService(services) {
  let view = null;
  const list = services.map((each) => ({ value: `s${each.letter}`, key: each.letter, name: each.name, id: each.id }));
  const priority = el("input", { type: "checkbox", id: "issue-priority" });
  const changed = () => {
    view.label.textContent = say("issue_do", { name: list.find((each) => each.value === picked(view.dialog, "service")).name });
    view.button.disabled = false;
  };
  const content = [options("service", list, changed), el("label.check", { for: "issue-priority" }, priority, say("issue_priority"))];
  view = open("issue", say("issue_title"), say("issue_hint"), content, { confirm: say("issue"), onKey: typing(() => view.dialog, "", "s") });
  view.button.disabled = true;
  view.dialog.tabIndex = -1;
  view.dialog.focus();
  return answered(view, () => {
    const value = picked(view.dialog, "service");
    return value ? { service: list.find((each) => each.value === value).id, priority: priority.checked } : undefined;
  });
}

/** Really cancel? Gives true or null. */
export function askCancel(number) {
  const view = open("cancel", say("cancel_title", { number }), say("cancel_hint"), [], { confirm: say("cancel_do", { number }), act: true });
  view.button.focus();
  return answered(view, () => true);
}

/** Which counter is this desk? Gives its number; cannot be escaped when there is none yet. */
export function askCounter(counters) {
  let view = null;
  const list = counters.map((each) => ({ value: `c${each.id}`, key: String(each.id), name: each.name, soft: each.soft }));
  const changed = () => { view.button.disabled = false; };
  view = open("counter", say("choose_counter"), say("choose_counter_hint"), [options("counter", list, changed)], { confirm: say("page_clerk"), onKey: typing(() => view.dialog, "c", "") });
  view.button.disabled = true;
  view.dialog.tabIndex = -1;
  view.dialog.focus();
  return answered(view, () => {
    const value = picked(view.dialog, "counter");
    return value ? Number(value.slice(1)) : undefined;
  });
}
