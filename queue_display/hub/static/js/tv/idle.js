// What the screen shows between calls: a message of the supervisor, the hours, a slogan. A call always comes before it.
// Pure, and drawn by one function, so that the supervisor's preview is the very thing.

import { el, icon } from "../dom.js";

const DAY_MS = 86400000;
const LENGTHS = [[34, "short"], [78, "medium"], [140, "long"]];

/** How large a text may be: it must be read from eight metres and still fit its field. */
export function sizeOf(text) {
  const found = LENGTHS.find(([limit]) => text.length <= limit);
  return found ? found[1] : "huge";
}

/** Is the message of the supervisor on air? `now`: ms by the hub's clock. */
export function onAir(data, now) {
  const message = data.broadcast;
  return message && (!message.until || Date.parse(message.until) > now) ? message : null;
}

/**
 * Is the desk closed by its hours or for the day? Without hours, or with a clock nobody believes: never; nor while one
 * service has hours of its own (residence, on Saturday mornings).
 */
export function isClosed(data) {
  if (data.day_closed) return true;
  const taken = data.services.some((each) => each.status && ["open", "no_counter"].includes(each.status.code));
  return Boolean(data.hours && data.hours.open_now === false && data.clock !== "untrusted" && !taken);
}

/** When it opens again: {time: "7:30", days: 0 today, 1 tomorrow, 2…, at: ms} or null. `offset`: minutes of the site. */
export function reopening(data, now, offset) {
  const at = Date.parse((data.hours && data.hours.next) || "");
  if (Number.isNaN(at)) return null;
  const day = (ms) => Math.floor((ms + offset * 60000) / DAY_MS);
  const iso = data.hours.next;
  return { at, days: day(at) - day(now), time: `${Number(iso.slice(11, 13))}:${iso.slice(14, 16)}` };
}

/** What stands in the large field when nobody is being called: {kind, vi, en} or null. */
export function between(data, now) {
  const message = onAir(data, now);
  if (message) return { kind: "broadcast", ...pair(message) };
  if (isClosed(data)) return { kind: "closed", vi: "", en: "" };
  // The hub keeps the programme: so many minutes or showings an hour, the same on every screen.
  const item = data.idle && data.idle.item;
  return item ? { kind: item.kind || "notice", ...pair(item) } : null;
}

/** Both languages; a text without English comes with the same words twice, and is shown once. */
const pair = ({ vi, en }) => ({ vi, en: en && en !== vi ? en : "" });

/** The field itself. `title`: a word above the text; `soft`: the second language below it. */
export function idleNode(kind, title, text, soft) {
  return el(`div.idle.${sizeOf(text)}`, { "data-kind": kind },
    title && el("p.idle-title", {}, kind === "broadcast" ? icon("call") : null, title),
    el("p.idle-text", {}, text),
    soft && el("p.idle-soft", {}, soft));
}
