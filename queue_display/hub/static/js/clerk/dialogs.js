// The questions a clerk is asked. Each can be answered by keys alone: a digit or a letter chooses, Enter does it.

import { el, icon } from "../dom.js";
import { ask, digitOf, minutesField, options, picked, sure, turn, typing } from "../staff/dialog.js";
import { say } from "./words.js";

const REASONS = ["short_break", "meeting", "urgent", "helping", "other"];
const MINUTES = [5, 10, 15, 30, 60, 120];
const NOTES = ["none", "back_soon", "filling", "copying", "paying", "signing", "other_desk"];
const WHY_CANCEL = ["left", "mistake", "double", "test", "other"];

/** Digits choose by place. */
const byPlace = (values) => (event, view) => {
  const place = Number(digitOf(event));
  return place >= 1 && place <= values.length && turn(view.dialog, values[place - 1]);
};

const focusChecked = (view) => view.dialog.querySelector("input:checked").focus();

/** Nothing is chosen by the mere opening: the dialog itself has the focus. */
function focusNone(view) {
  view.button.disabled = true;
  view.dialog.tabIndex = -1;
  view.dialog.focus();
}

/** Radio buttons with digits for the words of `list`: `[value, words]`. */
function numbered(group, list, chosen) {
  return options("radio", group, list.map(([value, name], place) => ({ value, key: String(place + 1), name })), [chosen], null);
}

/** Where to? Gives `{to_counter | to_service, back?, place}`. `moving`: a waiting ticket, which comes from nowhere. */
export function askTransfer(number, counters, services, moving = false) {
  const names = new Map();
  const counterList = counters.map((each) => ({ value: `c${each.id}`, key: String(each.id), name: each.name, soft: each.soft }));
  const serviceList = services.map((each) => ({ value: `s${each.letter}`, key: each.letter, name: each.name, id: each.id }));
  for (const each of [...counterList, ...serviceList]) names.set(each.value, each.name);
  const back = el("input", { type: "checkbox", id: "transfer-back" });
  let view = null;
  const changed = () => {
    view.label.textContent = say(moving ? "mv_to" : "transfer_to", { place: names.get(picked(view.dialog, "to")[0]) });
    view.button.disabled = false;
  };
  const keys = typing("s", "c");
  return ask({
    name: moving ? "move" : "transfer",
    title: say(moving ? "mv_title" : "transfer_title", { number }),
    hint: say(moving ? "mv_hint" : "transfer_hint"),
    content: [
      counterList.length > 0 && el("h3", {}, say("to_counter")),
      counterList.length > 0 && options("radio", "to", counterList, [], changed),
      el("h3", {}, say("to_service")),
      options("radio", "to", serviceList, [], changed),
      !moving && el("label.check", { for: "transfer-back" }, back, el("span", {}, say("tr_back"), " ", el("kbd", { "aria-hidden": "true" }, "0"))),
    ].filter(Boolean),
    confirm: say("choose_first"),
    keys: (event, dialog) => {
      if (digitOf(event) === "0" && !moving && !event.repeat) {
        back.checked = !back.checked;
        return true;
      }
      return keys(event, dialog);
    },
    ready: (opened) => {
      view = opened;
      focusNone(opened);
    },
    read: ({ dialog }) => {
      const [value] = picked(dialog, "to");
      if (!value) return undefined;
      const place = names.get(value);
      const target = value.startsWith("c") ? { to_counter: Number(value.slice(1)) } : { to_service: serviceList.find((each) => each.value === value).id };
      return { target: back.checked ? { ...target, back: true } : target, place };
    },
  });
}

/** Why and how long? Gives `{reason, minutes}`. */
export function askPause() {
  const minutes = minutesField("pause-minutes", 15, MINUTES, null);
  return ask({
    name: "pause",
    title: say("pause_title"),
    hint: say("pause_hint"),
    content: [
      el("h3", {}, say("pause_reason")),
      numbered("reason", REASONS.map((reason) => [reason, say(reason)]), "short_break"),
      el("h3", {}, el("label", { for: "pause-minutes" }, say("pause_minutes"))),
      minutes.node,
    ],
    confirm: say("pause"),
    keys: byPlace(REASONS),
    ready: focusChecked,
    read: ({ dialog }) => (minutes.input.reportValidity() && minutes.input.value ? { reason: picked(dialog, "reason")[0], minutes: Number(minutes.input.value) } : undefined),
  });
}

/** With which note? Gives `{note: code | null}`. */
export const askPark = (number) => ask({
  name: "park",
  title: say("pk_title", { number }),
  hint: say("pk_hint"),
  content: [numbered("note", NOTES.map((note) => [note, say(`note_${note}`)]), "none")],
  confirm: say("park"),
  keys: byPlace(NOTES),
  ready: focusChecked,
  read: ({ dialog }) => {
    const [note] = picked(dialog, "note");
    return { note: note === "none" ? null : note };
  },
});

/** Really cancel, and why? Gives `{reason}`. */
export const askCancel = (number) => ask({
  name: "cancel",
  title: say("cancel_title", { number }),
  hint: say("cancel_hint"),
  content: [el("h3", {}, say("cx_reason")), numbered("why", WHY_CANCEL.map((why) => [why, say(`cx_${why}`)]), "left")],
  confirm: say("cancel_do", { number }),
  act: true,
  keys: byPlace(WHY_CANCEL),
  ready: focusChecked,
  read: ({ dialog }) => ({ reason: picked(dialog, "why")[0] }),
});

/** Which number? `find(text)` gives `{ticket}` or `{problem}`; the answer is the ticket. */
export function askNumber(find) {
  const input = el("input.big", { type: "text", id: "pick-number", maxlength: "5", autocomplete: "off", spellcheck: "false", autocapitalize: "characters", "aria-label": say("pick_title") });
  return ask({
    name: "pick",
    title: say("pick_title"),
    hint: say("pick_hint"),
    content: [input],
    confirm: say("call_this"),
    ready: () => input.focus(),
    read: (view) => {
      const found = find(input.value.trim().toUpperCase());
      if (found.ticket) return found.ticket;
      view.refuse(found.problem);
      input.select();
      return undefined;
    },
  });
}

/** One service of the list. `word(name)`: what the button says. Gives the service's id. */
function askOneService(name, title, hint, services, word, more = []) {
  const list = services.map((each) => ({ value: `s${each.letter}`, key: each.letter, name: each.name, id: each.id }));
  let view = null;
  const of = (dialog) => list.find((each) => each.value === picked(dialog, "service")[0]);
  const changed = () => {
    view.label.textContent = word(of(view.dialog).name);
    view.button.disabled = false;
  };
  return ask({
    name,
    title,
    hint,
    content: [options("radio", "service", list, [], changed), ...more],
    confirm: word("…"),
    keys: typing("s", ""),
    ready: (opened) => {
      view = opened;
      focusNone(opened);
    },
    read: ({ dialog }) => (of(dialog) ? of(dialog).id : undefined),
  });
}

/** A number for whom? Gives `{service, priority}`. */
export async function askService(services) {
  const priority = el("input", { type: "checkbox", id: "issue-priority" });
  const check = el("label.check", { for: "issue-priority" }, priority, say("issue_priority"));
  const service = await askOneService("issue", say("issue_title"), say("issue_hint"), services, (name) => say("issue_do", { name }), [check]);
  return service && { service, priority: priority.checked };
}

/** Which service after this one? Gives its id. */
export const askAlso = (number, services) => askOneService("also", say("al_title", { number }), say("al_hint"), services, (name) => say("al_do", { name }));

/** What shall the helper do? Gives `{what}`. */
export const askHelp = () => ask({
  name: "help",
  title: say("hp_title"),
  hint: say("hp_hint"),
  content: [numbered("what", [["write", say("hp_write")], ["guide", say("hp_guide")]], "write")],
  confirm: say("help_do"),
  keys: byPlace(["write", "guide"]),
  ready: focusChecked,
  read: ({ dialog }) => ({ what: picked(dialog, "what")[0] }),
});

export const askEmergency = () => sure("emergency", say("em_title"), say("em_hint"), say("em_do"));

/** Which counter? `[{id, name, soft}]`; `leave`: words for giving the present one up. Gives `{counter, leave}`. */
export function askCounter(counters, title, hint, leave = null) {
  const list = counters.map((each) => ({ value: `c${each.id}`, key: String(each.id), name: each.name, soft: each.soft }));
  const check = el("input", { type: "checkbox", id: "counter-leave" });
  const keys = typing("", "c");
  let view = null;
  return ask({
    name: "counter",
    title,
    hint,
    content: [
      options("radio", "counter", list, [], () => { view.button.disabled = false; }),
      leave && el("label.check", { for: "counter-leave" }, check, el("span", {}, leave, " ", el("kbd", { "aria-hidden": "true" }, "X"))),
    ].filter(Boolean),
    confirm: say("sw_do"),
    keys: (event, dialog) => {
      if (leave && event.code === "KeyX") {
        check.checked = !check.checked;
        return true;
      }
      return keys(event, dialog);
    },
    ready: (opened) => {
      view = opened;
      focusNone(opened);
    },
    read: ({ dialog }) => {
      const [value] = picked(dialog, "counter");
      return value ? { counter: Number(value.slice(1)), leave: check.checked } : undefined;
    },
  });
}

/** Somebody sits there: sit down all the same? Gives true or null. */
export const askTake = (counter, since) =>
  sure("take", say("st_title", { n: counter }), say("st_since", { time: since }), say("st_take", { n: counter }));

/** A number without paper, as large as the window allows: to be read out or written down. */
export const sayPaperless = (number) => ask({
  name: "paperless",
  title: say("pl_title"),
  hint: say("pl_hint"),
  wide: true,
  content: [el("p.huge", {}, number)],
  confirm: say("pl_done"),
  read: () => true,
  ready: (view) => view.button.focus(),
});

/** All keys: `[{title, rows: [[key, words]]}]`. */
export const showKeys = (groups) => ask({
  name: "keys",
  title: say("kb_title"),
  hint: null,
  wide: true,
  content: [el("div.keys-table", {}, ...groups.map((group) => el("section", {}, el("h3", {}, group.title),
    el("dl", {}, ...group.rows.flatMap(([key, words]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, words)])))))],
  confirm: say("close_do"),
  read: () => true,
  ready: (view) => view.button.focus(),
});

/** The seat is lost: it says so until something is done. `choices`: `[{id, key, words, run, main?}]`. */
export function sayLost(counter, since, choices) {
  const old = document.getElementById("ask-lost");
  if (old) old.close();
  const dialog = el("dialog", { id: "ask-lost", "aria-labelledby": "ask-lost-title", "aria-describedby": "ask-lost-hint", role: "alertdialog" });
  const buttons = choices.map((each) => el(each.main ? "button.button.main" : "button.button", { type: "button", id: `lost-${each.id}`, "aria-keyshortcuts": each.key, onclick: () => {
    dialog.close();
    each.run();
  } }, el("span", {}, each.words), el("kbd", { "aria-hidden": "true" }, each.key)));
  dialog.append(el("form", { method: "dialog" },
    el("h2", { id: "ask-lost-title" }, icon("seat"), say("lost_title", { n: counter })),
    el("p.hint", { id: "ask-lost-hint" }, say("lost_since", { time: since })),
    el("div.foot", {}, ...buttons)));
  dialog.addEventListener("cancel", (event) => event.preventDefault()); // Escape is no answer
  dialog.addEventListener("keydown", (event) => {
    const at = Number(digitOf(event)) - 1;
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || !buttons[at]) return;
    event.preventDefault();
    buttons[at].click();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  buttons[0].focus();
}
