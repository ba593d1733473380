// How the two pages put the hub's facts into words: status of a service, when it opens, minutes. Pure.

import { siteTime } from "../time.js";
import { facts, language, named } from "../words.js";
import { say } from "./words.js";

const DAY_MS = 86400000;

/** "7:30" as people write it, from an ISO time that carries the site's own offset. */
export const hour = (iso) => (iso ? `${Number(iso.slice(11, 13))}:${iso.slice(14, 16)}` : "");

/** When something opens, as people say it: "13:00 hôm nay", "7:30 Thứ Hai 30/11". `store` knows the hub's clock. */
export function when(iso, store) {
  const at = Date.parse(iso || "");
  if (Number.isNaN(at) || !store.nowAt) return "";
  const there = siteTime(at, store.nowAt.offset);
  const here = siteTime(store.now(), store.nowAt.offset);
  if (there.day === here.day) return say("at_hour", { time: hour(iso), day: say("today") });
  if (there.day === siteTime(store.now() + DAY_MS, store.nowAt.offset).day) return say("at_hour", { time: hour(iso), day: say("tomorrow") });
  return say("at_hour", { time: hour(iso), day: `${there.weekday(language())} ${there.date.slice(0, 5)}` });
}

/** May this service be taken now? An old hub says only whether a counter is open. */
export function statusOf(service) {
  if (service.status) return service.status;
  return { code: service.open ? "open" : "no_counter", vi: "", en: "", opens_at: null };
}

/** One line: "Đã hết giờ lấy số · mở 7:30 Thứ Hai 30/11". */
export function statusLine(service, store) {
  const status = statusOf(service);
  const own = `st_${status.code}`;
  const name = STATES.has(status.code) ? say(own) : (language() === "en" ? status.en : status.vi) || status.code;
  const opens = status.code === "open" ? "" : when(status.opens_at, store);
  return opens ? `${name} · ${say("opens", { when: opens })}` : name;
}
const STATES = new Set(["open", "closed", "last_ticket", "quota", "holiday", "day_closed", "no_counter"]);

/** "15–25 phút" or nothing. */
export const range = (estimate) => (estimate ? say("range", { low: estimate[0], high: estimate[1] }) : "");

/** A counter as people call it. */
export function counterName(id) {
  const known = facts.counters.find((each) => each.id === id);
  return !known || !known.name || known.name === `Quầy ${id}` ? say("counter_n", { n: id }) : known.name;
}

export const counterTitle = (id) => {
  const known = facts.counters.find((each) => each.id === id);
  return known ? named(known, "title") : "";
};

/** A number in the way of the country: 1.234 and 1.234,5 in Vietnamese, 1,234.5 in English. */
export function count(value, digits = 0) {
  return new Intl.NumberFormat(language() === "en" ? "en-GB" : "vi-VN", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}
