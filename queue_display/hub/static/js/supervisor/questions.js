// What the supervisor is asked before something happens to the whole room.

import { el } from "../dom.js";
import { ask, digitOf, minutesField, options, picked, turn, typing } from "../staff/dialog.js";
import { count, counterName, counterTitle } from "../staff/tell.js";
import { say } from "../staff/words.js";
import { facts, language, named } from "../words.js";
import { idleNode } from "../tv/idle.js";

const REASONS = ["short_break", "meeting", "urgent", "helping", "other"];

/** Which services a counter takes today. Gives `{services: [id…]}`, `{services: null}` for the settings, or null. */
export function askServices(counter, services, changed) {
  const list = services.map((each) => ({ value: `s${each.letter}`, key: each.letter, name: named(each, "name"), id: each.id }));
  const names = (view) => list.filter((each) => picked(view.dialog, "services").includes(each.value));
  let reset = false;
  let view = null;
  const content = [options("checkbox", "services", list, list.filter((each) => counter.services.includes(each.id)).map((each) => each.value), () => draw())];
  const draw = () => {
    const chosen = names(view);
    view.label.textContent = say("services_do", { names: chosen.map((each) => each.key).join(", ") || "–" });
    view.button.disabled = chosen.length === 0;
    if (chosen.length === 0) view.refuse(say("services_none"));
    else view.allow();
  };
  return ask({
    name: "services", title: say("services_title", { counter: counterName(counter.id) }), hint: say("services_hint"), confirm: say("service_do"), content,
    keys: typing("s", ""),
    read: (opened) => (reset ? { services: null, names: "" } : { services: names(opened).map((each) => each.id), names: names(opened).map((each) => each.key).join(", ") }),
    ready: (opened) => {
      view = opened;
      if (changed) {
        const back = el("button.button", { type: "button", id: "services-reset", onclick: () => {
          reset = true;
          view.form.requestSubmit();
        } }, say("services_reset"));
        view.form.querySelector(".foot").prepend(back);
      }
      draw();
      (view.dialog.querySelector("input:checked") || view.button).focus();
    },
  });
}

/** Which counters take a service today. Gives the counters' numbers, or null. */
export function askCounters(service, counters) {
  const list = counters.map((each) => ({ value: `c${each.id}`, key: String(each.id), name: counterName(each.id), soft: counterTitle(each.id), id: each.id }));
  const chosen = (view) => list.filter((each) => picked(view.dialog, "counters").includes(each.value)).map((each) => each.id);
  let view = null;
  const draw = () => {
    const now = chosen(view);
    const stuck = counters.find((each) => each.services.length === 1 && each.services[0] === service.id && !now.includes(each.id));
    view.button.disabled = Boolean(stuck);
    if (stuck) view.refuse(say("service_last", { n: stuck.id }));
    else if (now.length === 0) view.refuse(say("service_orphan", { n: service.waiting }));
    else view.allow();
  };
  return ask({
    name: "counters", title: say("service_title", { name: named(service, "name") }), hint: say("service_hint"), confirm: say("service_do"),
    content: [options("checkbox", "counters", list, list.filter((each) => counters.find((one) => one.id === each.id).services.includes(service.id)).map((each) => each.value), () => draw())],
    keys: typing("", "c"), read: chosen,
    ready: (opened) => {
      view = opened;
      draw();
      (view.dialog.querySelector("input:checked") || view.dialog.querySelector("input")).focus();
    },
  });
}

/** Why and how long a counter stands still. Gives `{reason, minutes}`. */
export function askPause(counter) {
  const minutes = minutesField("pause-minutes", 15, [5, 10, 15, 30, 60, 120]);
  const list = REASONS.map((reason, at) => ({ value: reason, key: String(at + 1), name: say(reason) }));
  return ask({
    name: "pause", title: `${say("pause")}: ${counterName(counter.id)}`, hint: null, confirm: say("pause"),
    content: [el("h3", {}, say("pause_reason")), options("radio", "reason", list, ["short_break"], null), el("h3", {}, el("label", { for: "pause-minutes" }, say("pause_minutes"))), minutes.node],
    keys: (event, view) => {
      const at = Number(digitOf(event));
      return at >= 1 && at <= REASONS.length && turn(view.dialog, REASONS[at - 1]);
    },
    read: (view) => (minutes.input.reportValidity() && minutes.input.value ? { reason: picked(view.dialog, "reason")[0], minutes: Number(minutes.input.value) } : undefined),
    ready: (view) => view.dialog.querySelector("input:checked").focus(),
  });
}

/** A text for the whole room, seen as the TV will show it. Gives `{vi, en?, minutes}`. */
export function askBroadcast() {
  const preview = el("div.preview", { "aria-hidden": "true" });
  const box = (id, attributes) => el("textarea", { id, rows: "2", maxlength: "160", autocomplete: "off", oninput: () => draw(), ...attributes });
  const vi = box("broadcast-vi", { placeholder: say("bc_example"), lang: "vi" });
  const en = box("broadcast-en", { lang: "en" });
  let view = null;
  const minutes = minutesField("broadcast-minutes", 15, [5, 15, 30, 60], () => draw());
  const text = (input) => input.value.replace(/\s+/g, " ").trim();
  const draw = () => {
    const first = text(vi) || say("bc_example");
    preview.replaceChildren(el("div.preview-head", {}, named(facts.site, "name")), idleNode("broadcast", say("bc_title_tv"), first, text(en)));
    preview.classList.toggle("empty", !text(vi));
    if (view) {
      view.label.textContent = say("bc_do", { n: minutes.input.value || "…" });
      view.allow();
    }
  };
  return ask({
    name: "broadcast", wide: true, title: say("bc_title"), hint: say("bc_hint"), confirm: say("bc_do", { n: 15 }),
    content: [el("div.compose", {},
      el("div", {}, el("label.field", { for: "broadcast-vi" }, say("bc_vi")), vi, el("label.field", { for: "broadcast-en" }, say("bc_en")), en, el("label.field", { for: "broadcast-minutes" }, say("bc_minutes")), minutes.node),
      el("div", {}, el("p.field", {}, say("bc_preview")), preview))],
    read: () => {
      if (!text(vi)) {
        view.refuse(say("bc_empty"));
        vi.focus();
        return undefined;
      }
      if (!minutes.input.reportValidity() || !minutes.input.value) return undefined;
      return { vi: text(vi), ...(text(en) ? { en: text(en) } : {}), minutes: Number(minutes.input.value) };
    },
    ready: (opened) => {
      view = opened;
      draw();
      vi.focus();
    },
  });
}

/** Say what will happen to whom, then close the day. Gives `{carry}`. */
export function askCloseDay(data) {
  const of = (...states) => states.reduce((sum, state) => sum + (data.totals[state] || 0), 0);
  const waiting = of("waiting");
  const serving = of("called", "serving");
  const aside = of("parked", "waiting_papers");
  const kept = waiting + of("called") + aside; // who is being served is served today
  const lines = [
    waiting > 0 && say("closing_waiting", { n: count(waiting) }),
    serving > 0 && say("closing_serving", { n: count(serving) }),
    aside > 0 && say("closing_aside", { n: count(aside) }),
  ].filter(Boolean);
  const carry = el("input", { type: "checkbox", id: "carry", checked: Boolean(facts.carry) });
  const end = el("p", {}, say("closing_end"));
  let view = null;
  const draw = () => {
    const closed = waiting + serving + aside - (carry.checked ? kept : 0);
    view.label.textContent = closed > 0 ? say("closing_do_n", { n: count(closed) }) : say("closing_do");
    end.hidden = closed === 0;
  };
  carry.addEventListener("change", () => draw());
  return ask({
    name: "close-day", act: true, careful: true, title: say("closing_title"), hint: say("closing_hint"), confirm: say("closing_do"),
    content: [
      el("ul.facts", { id: "closing-facts" }, ...(lines.length ? lines.map((line) => el("li", {}, el("b", {}, line))) : [el("li", {}, say("closing_nobody"))])),
      lines.length ? end : "",
      kept > 0 ? el("label.check", { for: "carry" }, carry, say("closing_carry")) : "",
    ].filter(Boolean),
    read: () => ({ carry: carry.checked }),
    ready: (opened) => {
      view = opened;
      draw();
    },
  });
}

/** Which day is it? Asked only while the clock cannot say. Gives `{day, shown}`. */
export function askDay(guess) {
  const input = el("input", { type: "date", id: "day", value: guess });
  let view = null;
  const shown = () => new Intl.DateTimeFormat(language() === "en" ? "en-GB" : "vi-VN", { weekday: "long", day: "numeric", month: "numeric", year: "numeric", timeZone: "UTC" }).format(new Date(`${input.value}T00:00:00Z`));
  const draw = () => {
    view.label.textContent = input.value ? say("opening_do", { date: shown() }) : say("do_open_day");
    view.allow();
  };
  input.addEventListener("input", () => draw());
  return ask({
    name: "open-day", title: say("opening_title"), hint: say("opening_hint"), confirm: say("do_open_day"),
    content: [el("label.field", { for: "day" }, say("opening_day")), input],
    read: () => {
      if (input.value) return { day: input.value, shown: shown() };
      view.refuse(say("opening_bad"));
      return undefined;
    },
    ready: (opened) => {
      view = opened;
      draw();
      input.focus();
    },
  });
}

