// The day in figures: sums by the hour from GET /v1/stats, as plain tables with one bar a row. No names, no tickets.

import { el } from "../dom.js";
import { named } from "../words.js";
import { count, counterName } from "../staff/tell.js";
import { say } from "../staff/words.js";

const MEASURES = ["waiting", "serving"];

/** One measure of many rows in one: n and sum are exact, median and p90 weighted by n (hence the ≈). Pure. */
export function together(rows, measure) {
  const seen = rows.map((row) => row[measure]).filter((each) => each && each.n > 0);
  const n = seen.reduce((sum, each) => sum + each.n, 0);
  if (n === 0) return null;
  const weighted = (key) => seen.reduce((sum, each) => sum + each[key] * each.n, 0) / n;
  return { n, median_s: weighted("median_s"), p90_s: seen.length === 1 ? seen[0].p90_s : weighted("p90_s"), exact: seen.length === 1 };
}

/** Rows of the hub grouped by a key, in the order of that key. Pure. */
export function grouped(rows, key) {
  const groups = new Map();
  for (const row of rows) {
    if (row[key] === null || row[key] === undefined) continue;
    groups.set(row[key], [...(groups.get(row[key]) || []), row]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/**
 * The hub's rows apart: a service as a whole (no counter) and the share of each of its counters. Counted together they
 * would count everybody twice. Pure.
 */
export function apart(rows) {
  return { whole: rows.filter((row) => row.service && !row.counter), shares: rows.filter((row) => row.service && row.counter) };
}

const issued = (rows) => rows.reduce((sum, row) => sum + row.issued, 0);

export class Figures {
  constructor(shell) {
    this.shell = shell;
    this.rows = null;
    this.node = el("div.figures", { id: "figures" }, el("p.empty", {}, say("connecting")));
  }

  async fetch() {
    const answer = await this.shell.fetch(`/v1/stats?day=${this.shell.data.service_day}`);
    if (answer === null) {
      if (this.rows === null) this.node.replaceChildren(el("p.empty", {}, say("fig_lost")));
      return;
    }
    this.rows = answer.hours;
    this.draw();
  }

  draw() {
    const { rows } = this;
    if (rows.length === 0) {
      this.node.replaceChildren(el("p.empty", {}, say("fig_none")));
      return;
    }
    const { services } = this.shell.data;
    const { whole, shares } = apart(rows);
    const hours = grouped(whole, "hour").map(([hour, list]) => [`${hour}:00`, list]);
    const lists = new Map(grouped(whole, "service"));
    const byService = services.filter((each) => lists.has(each.id)).map((each) => [`${each.letter} ${named(each, "name")}`, lists.get(each.id)]);
    const byCounter = grouped(shares, "counter").map(([id, list]) => [counterName(id), list]);
    this.node.replaceChildren(
      this.table("fig_hours", "fig_hour", hours, whole),
      el("div.side", {}, this.table("fig_services", "col_service", byService, null), this.table("fig_counters", "col_counter", byCounter, null)),
      el("p.note", {}, say("fig_note")),
    );
  }

  /** `groups`: [label, rows]; `all`: rows of the sum line, or null for none. */
  table(title, first, groups, all) {
    const most = Math.max(1, ...groups.map(([, rows]) => issued(rows)));
    const counts = groups.some(([, rows]) => issued(rows) > 0);
    const line = (label, rows, sum) => {
      const bar = el("span.fill", {});
      bar.style.width = `${(100 * issued(rows)) / most}%`;
      return el(sum ? "tr.sum" : "tr", {}, el("th", { scope: "row" }, label),
        counts && el("td.bars", {}, el("span.n", {}, count(issued(rows))), !sum && el("span.bar", { "aria-hidden": "true" }, bar)),
        ...MEASURES.map((measure) => this.measure(together(rows, measure))));
    };
    return el("section.panel", {}, el("table", {},
      el("caption", {}, say(title)),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, say(first)), counts && el("th", { scope: "col" }, say("fig_issued")), el("th", { scope: "col" }, say("fig_wait")), el("th", { scope: "col" }, say("fig_serve")))),
      el("tbody", {}, ...groups.map(([label, rows]) => line(label, rows, false)), all ? line(say("fig_sum"), all, true) : "")));
  }

  /** "≈ 12 · 31 phút (n = 41)" */
  measure(found) {
    if (found === null) return el("td", {}, "–");
    const minutes = (s) => count(s / 60, s < 600 ? 1 : 0);
    return el("td", {}, `${found.exact ? "" : "≈ "}${minutes(found.median_s)} · ${say("minutes", { n: minutes(found.p90_s) })} `, el("small", {}, `n = ${count(found.n)}`));
  }
}
