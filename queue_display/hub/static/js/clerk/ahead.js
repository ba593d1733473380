// Who waits for this counter: each of its services with people and longest wait, and the next three numbers.

import { el, setText } from "../dom.js";
import { minutesSince } from "../time.js";
import { named } from "../words.js";
import { say } from "./words.js";

const waitingSince = (ticket) => ticket.since || ticket.issued_at;

/** The waiting tickets that this counter may call. */
export const waitingHere = (data, counter) => data.tickets.filter((ticket) => ticket.state === "waiting"
  && (ticket.counter === counter.id || (ticket.counter === null && counter.services.includes(ticket.service))));

/** The next three: the hub says so; an older hub leaves it to the order of issue. */
export function nextThree(data, counter) {
  const known = new Map(data.tickets.map((ticket) => [ticket.id, ticket]));
  if (Array.isArray(counter.upcoming)) return counter.upcoming.map((id) => known.get(id)).filter((ticket) => ticket && ticket.state === "waiting");
  return waitingHere(data, counter).sort((a, b) => (a.issued_at < b.issued_at ? -1 : 1)).slice(0, 3);
}

/** Per service of the counter: people and the longest wait in minutes. */
export function queues(data, counter, now) {
  const here = waitingHere(data, counter);
  return data.services.filter((service) => counter.services.includes(service.id)).map((service) => {
    const own = here.filter((ticket) => ticket.service === service.id);
    return { service, count: own.length, longest: own.reduce((most, ticket) => Math.max(most, minutesSince(waitingSince(ticket), now)), 0) };
  });
}

export class Ahead {
  constructor() {
    this.rows = el("ul.queues", { id: "queues", "aria-label": say("cl_ahead") });
    this.next = el("ol.next-three", { id: "next-three", "aria-label": say("cl_next_three") });
    this.none = el("span.none", {}, say("cl_none_next"));
    this.drawn = "";
    this.node = el("section.ahead", {}, this.rows, el("div.coming", {}, el("h2", {}, say("cl_next_three")), this.next, this.none));
  }

  update(data, counter, now, longWait) {
    const rows = queues(data, counter, now);
    const three = nextThree(data, counter);
    const view = { rows: rows.map((each) => [each.service.id, named(each.service, "name"), each.count, each.longest]), three: three.map((each) => [each.number, each.priority, each.counter, each.appointment]) };
    const key = JSON.stringify(view);
    if (key === this.drawn) return;
    this.drawn = key;
    this.rows.classList.toggle("many", rows.length > 4);
    this.rows.replaceChildren(...rows.map(({ service, count, longest }) => el(`li${count === 0 ? ".empty-queue" : longest >= longWait ? ".long" : ""}`, { "data-service": service.id, title: say("cl_service_row", { name: named(service, "name"), n: count, m: longest }) },
      el("b.letter", { "aria-hidden": "true" }, service.letter),
      el("span.name", {}, named(service, "name")),
      el("b.count", {}, say("cl_count", { n: count })),
      el("span.longest", {}, count ? say("cl_longest_short", { n: longest }) : "–"))));
    this.next.hidden = three.length === 0;
    this.none.hidden = three.length > 0;
    this.next.replaceChildren(...three.map((ticket) => el(`li${ticket.priority || ticket.appointment ? ".first" : ""}`, { "data-number": ticket.number },
      el("b", {}, ticket.number),
      (ticket.priority || ticket.appointment || ticket.counter === counter.id) && el("small", {}, ticket.priority ? say("priority") : ticket.appointment ? say("cl_appointment") : say("cl_sent_here")))));
    setText(this.none, say("cl_none_next"));
  }
}
