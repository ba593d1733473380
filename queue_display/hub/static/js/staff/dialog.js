// Questions of the reception and the supervisor: native dialogs. Escape leaves, Enter does it, focus stays inside
// and comes back; letters and digits choose.

import { el, icon } from "../dom.js";
import { say } from "./words.js";

const TYPED_TOGETHER_MS = 900; // two digits this close are one number: counter 12

/** Is a dialog open? The page's own keys are silent meanwhile. */
export const dialogOpen = () => document.querySelector("dialog[open]") !== null;

export const digitOf = (event) => (/^(Digit|Numpad)\d$/.test(event.code) ? event.code.slice(-1) : "");
export const letterOf = (event) => (/^Key[A-Z]$/.test(event.code) ? event.code.slice(-1) : "");
export const typesText = (node) => (node instanceof HTMLInputElement && !["radio", "checkbox"].includes(node.type)) || node instanceof HTMLTextAreaElement;

/**
 * Open a dialog. `read(view)` gives the answer on Enter, or undefined for "not yet"; resolves with null on Escape.
 * `careful`: Enter alone means "never mind", the deed is one Tab further.
 */
export function ask({ name, title, hint, content, confirm, read, act = false, careful = false, wide = false, keys = null, ready = null }) {
  const dialog = el("dialog", { id: `ask-${name}`, class: wide ? "wide" : null, "aria-labelledby": `ask-${name}-title`, "aria-describedby": hint ? `ask-${name}-hint` : null });
  const label = el("span", {}, confirm);
  const button = el(act ? "button.button.act" : "button.button.main", { type: "submit", id: `ask-${name}-do` }, label, el("kbd", { "aria-hidden": "true" }, careful ? "Tab, Enter" : "Enter"));
  const leave = el("button.button", { type: "button", onclick: () => dialog.close() }, say("never_mind"), el("kbd", { "aria-hidden": "true" }, careful ? "Enter" : "Esc"));
  const problem = el("p.problem", { role: "alert", hidden: true });
  const form = el("form", { method: "dialog", novalidate: true },
    el("h2", { id: `ask-${name}-title` }, title),
    hint && el("p.hint", { id: `ask-${name}-hint` }, hint),
    ...content,
    problem,
    el("div.foot", {}, leave, button));
  const view = {
    dialog, form, button, label,
    /** Say why it cannot be done yet. */
    refuse: (text) => {
      problem.replaceChildren(icon("warn"), text);
      problem.hidden = false;
    },
    allow: () => { problem.hidden = true; },
  };
  dialog.append(form);
  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement) && !(event.target instanceof HTMLTextAreaElement && event.shiftKey)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (keys && !typesText(event.target) && !event.repeat && keys(event, view)) event.preventDefault();
  });
  document.body.append(dialog);
  dialog.showModal();
  if (careful) leave.focus();
  if (ready) ready(view);
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const value = read(view);
      if (value === undefined) return;
      resolve(value);
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(null);
    });
  });
}

/** Radio buttons or check boxes drawn as keys: `[{value, key, name, soft}]`. */
export function options(kind, group, list, chosen, onChange) {
  return el("div.options", { role: kind === "radio" ? "radiogroup" : "group", "aria-labelledby": null }, ...list.map((each) =>
    el("label.option", {},
      el("input", { type: kind, name: group, value: each.value, checked: chosen.includes(each.value), onchange: onChange }),
      el("kbd", { "aria-hidden": "true" }, each.key),
      el("span", {}, each.name, each.soft && el("small", {}, each.soft)))));
}

export const picked = (dialog, group) => [...dialog.querySelectorAll(`input[name="${group}"]:checked`)].map((each) => each.value);

/** Choose (radio) or turn over (check box) the option with this value. */
export function turn(dialog, value) {
  const input = [...dialog.querySelectorAll('input[type="radio"], input[type="checkbox"]')].find((each) => each.value === value);
  if (!input) return false;
  input.checked = input.type === "radio" ? true : !input.checked;
  input.focus();
  input.dispatchEvent(new Event("change"));
  return true;
}

/** Keys choose by what is typed: a letter at once; digits typed together are one counter. */
export function typing(letters, digits) {
  let typed = "";
  let at = 0;
  return (event, view) => {
    const letter = letterOf(event);
    if (letter && letters) return turn(view.dialog, letters + letter);
    const digit = digitOf(event);
    if (!digit || !digits) return false;
    const together = performance.now() - at < TYPED_TOGETHER_MS ? typed + digit : digit;
    typed = together;
    at = performance.now();
    return turn(view.dialog, digits + together) || (together !== digit && turn(view.dialog, digits + digit));
  };
}

/** A plain question. Gives true or null. */
export const sure = (name, title, hint, confirm, content = [], act = true) =>
  ask({ name, title, hint, content, confirm, act, read: () => true, ready: (view) => view.button.focus() });

/** Minutes with quick keys beside the field. */
export function minutesField(id, value, quick, onChange) {
  const input = el("input", { type: "number", id, min: "1", max: "240", step: "1", value: String(value), inputmode: "numeric", oninput: onChange });
  return {
    input,
    node: el("div.minutes", {}, input, el("div.quick", {}, ...quick.map((n) => el("button.button", { type: "button", onclick: () => {
      input.value = String(n);
      if (onChange) onChange();
    } }, say("minutes", { n }))))),
  };
}
