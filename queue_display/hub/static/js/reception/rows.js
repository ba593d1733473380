// What stands in the lists of the reception, and what may be done to a row. Pure.

const CLOSED = ["done", "done_on_spot", "cancelled", "void"];
const NO_PAPER = ["no_paper", "failed", "unknown"];
const SLOW_PAPER_MS = 30000; // "queued" this long: the paper never came, whatever the printer thinks

/** Paper that never came: certain, doubtful, or waiting for far too long. `now`: ms by the hub's clock. */
export function paperMissing(ticket, now) {
  if (CLOSED.includes(ticket.state)) return false;
  if (NO_PAPER.includes(ticket.print)) return true;
  return ["queued", "printing"].includes(ticket.print) && now - Date.parse(ticket.issued_at) > SLOW_PAPER_MS;
}

/** Does a number fit what was typed: "42", "A42", "a042"? */
export function found(ticket, text) {
  const typed = text.trim().toUpperCase();
  if (!typed) return true;
  const letter = /^[A-Z]/.test(typed) ? typed[0] : "";
  const digits = typed.replace(/^[A-Z]/, "");
  if (letter && ticket.letter !== letter) return false;
  return !digits || (/^\d+$/.test(digits) && (ticket.n === Number(digits) || ticket.number.endsWith(digits)));
}

const newestFirst = (a, b) => (a.issued_at < b.issued_at ? 1 : a.issued_at > b.issued_at ? -1 : b.n - a.n);

/** The tickets of the two ticket lists, newest first. */
export function sort(data, now, text) {
  return {
    today: data.tickets.filter((ticket) => found(ticket, text)).sort(newestFirst),
    paper: data.tickets.filter((ticket) => paperMissing(ticket, now)).sort(newestFirst),
  };
}

/** Where can a ticket of the list go? */
export const may = (ticket) => ({
  reprint: !CLOSED.includes(ticket.state),
  spot: ticket.state === "waiting",
  move: ticket.state === "waiting",
  return: ticket.state === "no_show",
  void: !CLOSED.includes(ticket.state),
});
