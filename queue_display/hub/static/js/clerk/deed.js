// What a clerk may do now: one table from the state of the counter and its ticket to keys. Pure.

const AT_COUNTER = ["called", "serving"];

/** Name, key (`KeyboardEvent.code`), the letter on the key, icon, states of the current ticket in which it makes sense. */
export const DEEDS = [
  { name: "start", codes: ["KeyS"], letter: "S", icon: "start", word: "start", states: ["called"] },
  { name: "done", codes: ["KeyD"], letter: "D", icon: "done", word: "done_do", states: AT_COUNTER },
  { name: "recall", codes: ["KeyR"], letter: "R", icon: "again", word: "recall", states: AT_COUNTER },
  { name: "no-show", codes: ["KeyV", "KeyN"], letter: "V", icon: "absent", word: "no_show_do", states: ["called"] },
  { name: "transfer", codes: ["KeyT"], letter: "T", icon: "transfer", word: "transfer", states: AT_COUNTER },
  { name: "park", codes: ["KeyP"], letter: "P", icon: "park", word: "park", states: AT_COUNTER },
  { name: "papers", codes: ["KeyK"], letter: "K", icon: "papers", word: "papers_do", states: AT_COUNTER },
  { name: "done-on-spot", codes: ["KeyX"], letter: "X", icon: "spot", word: "spot_do", states: AT_COUNTER },
];

/** In the last row, out of the way of a quick hand. */
export const CANCEL = { name: "cancel", codes: ["KeyH"], letter: "H", icon: "cancel", word: "cancel", states: AT_COUNTER };

export const DESK = [
  { name: "pick", codes: ["KeyG"], letter: "G", icon: "call", word: "pick" },
  { name: "issue", codes: ["KeyC"], letter: "C", icon: "ticket", word: "issue" },
  { name: "reprint", codes: ["KeyI"], letter: "I", icon: "print", word: "reprint" },
  { name: "pause", codes: ["KeyB"], letter: "B", icon: "pause", word: "pause" },
];

/** What the one large key does: `{deed, word}`. */
export function mainDeed(counter, ticket) {
  if (counter.state === "reception") return { deed: "issue", word: "issue" };
  if (ticket) return { deed: "next", word: "done_next" };
  if (counter.state === "closed") return { deed: "open", word: "open_counter" };
  if (counter.state === "paused") return { deed: "resume", word: "resume" };
  return { deed: "next", word: "next" };
}

/** May this deed be done to the ticket at the counter? */
export const fits = (deed, ticket) => ticket !== null && deed.states.includes(ticket.state);

/** Where can a ticket of the list go? */
export const rowDeeds = (ticket) => ({
  call: ["waiting", "parked", "waiting_papers", "no_show"].includes(ticket.state),
  reprint: ["waiting", "called", "serving", "parked", "waiting_papers", "no_show"].includes(ticket.state),
  return: ticket.state === "no_show",
  cancel: !["done", "done_on_spot", "cancelled", "void"].includes(ticket.state),
});
