// What a clerk may do now: tables from the state of the counter and its ticket to keys. Pure.

const AT_COUNTER = ["called", "serving"];
const OPEN_STATES = ["waiting", "called", "serving", "parked", "waiting_papers", "no_show"];
const REOPENS = ["done", "done_on_spot", "cancelled", "no_show"];

/** Name, key (`KeyboardEvent.code`), letter on the key, icon, word; `states`: of the ticket at the counter. */
export const TICKET_DEEDS = [
  { name: "start", codes: ["KeyS"], letter: "S", icon: "start", word: "start", states: ["called"] },
  { name: "done", codes: ["KeyD"], letter: "D", icon: "done", word: "done_do", states: AT_COUNTER },
  { name: "recall", codes: ["KeyR"], letter: "R", icon: "again", word: "recall", states: AT_COUNTER },
  { name: "no-show", codes: ["KeyV", "KeyN"], letter: "V", icon: "absent", word: "no_show_do", states: ["called"] },
  { name: "transfer", codes: ["KeyT"], letter: "T", icon: "transfer", word: "transfer", states: AT_COUNTER },
  { name: "park", codes: ["KeyP"], letter: "P", icon: "park", word: "park", states: AT_COUNTER },
  { name: "papers", codes: ["KeyK"], letter: "K", icon: "papers", word: "papers_do", states: AT_COUNTER },
  { name: "done-on-spot", codes: ["KeyX"], letter: "X", icon: "spot", word: "spot_do", states: AT_COUNTER },
  { name: "also", codes: ["KeyA"], letter: "A", icon: "more", word: "also_do", states: AT_COUNTER },
  { name: "reprint", codes: ["KeyI"], letter: "I", icon: "print", word: "reprint", states: AT_COUNTER },
  { name: "cancel", codes: ["KeyH"], letter: "H", icon: "cancel", word: "cancel", states: AT_COUNTER, act: true },
];

export const UNDO = { name: "undo", codes: ["KeyZ"], letter: "Z", icon: "undo", word: "undo_do" };

/** The desk itself; `when(counter, ticket)`: may it be done now? */
export const DESK_DEEDS = [
  { name: "pick", codes: ["KeyG"], letter: "G", icon: "call", word: "pick", when: (counter) => counter.state !== "closed" },
  { name: "issue", codes: ["KeyC"], letter: "C", icon: "ticket", word: "issue", when: () => true },
  { name: "help", codes: ["KeyJ"], letter: "J", icon: "hand", word: "help_do", when: () => true },
  { name: "pause", codes: ["KeyB"], letter: "B", icon: "pause", word: "pause", when: (counter) => counter.state === "open" },
  { name: "close", codes: ["KeyO"], letter: "O", icon: "out", word: "close_counter", when: (counter, ticket) => counter.state === "open" && ticket === null },
  { name: "emergency", codes: ["KeyE"], letter: "E", icon: "alarm", word: "emergency_do", when: () => true, act: true },
];

/** A ticket of the list; `focused`: the key belongs to it only while the list has the focus. */
export const ROW_DEEDS = [
  { name: "row-call", codes: [], letter: "Enter", word: "call_this", main: true, when: (ticket) => ["waiting", "parked", "waiting_papers", "no_show"].includes(ticket.state) },
  { name: "row-return", codes: ["KeyU"], letter: "U", word: "return", when: (ticket) => ticket.state === "no_show" },
  { name: "row-reopen", codes: ["KeyM"], letter: "M", word: "reopen_do", when: (ticket) => REOPENS.includes(ticket.state) && ticket.state !== "no_show" },
  { name: "row-move", codes: ["KeyT"], letter: "T", word: "move_do", focused: true, when: (ticket) => ticket.state === "waiting" },
  { name: "row-reprint", codes: ["KeyI"], letter: "I", word: "reprint", focused: true, when: (ticket) => OPEN_STATES.includes(ticket.state) },
  { name: "row-cancel", codes: ["KeyH"], letter: "H", word: "cancel", act: true, focused: true, when: (ticket) => OPEN_STATES.includes(ticket.state) },
];

/** What the one large key does: `{deed, word}`. */
export function mainDeed(counter, ticket) {
  if (ticket) return { deed: "next", word: "done_next" };
  if (counter.state === "closed") return { deed: "open", word: "open_counter" };
  if (counter.state === "paused") return { deed: "resume", word: "resume" };
  return { deed: "next", word: "next" };
}

/** May this deed be done at the counter as it stands? */
export function possible(name, counter, ticket) {
  const deed = TICKET_DEEDS.find((each) => each.name === name);
  if (deed) return ticket !== null && deed.states.includes(ticket.state);
  const desk = DESK_DEEDS.find((each) => each.name === name);
  return desk ? desk.when(counter, ticket) : false;
}

/** Seconds in which the last act can still be taken back; 0 when it cannot. `now`: ms by the hub's clock. */
export function undoLeft(counter, now, most = Infinity) {
  if (!counter.undo || now === null) return 0;
  return Math.min(most, Math.max(0, Math.ceil((Date.parse(counter.undo.until) - now) / 1000)));
}

/** The deed of a key, or null. `onList`: the list has the focus and a ticket in it is chosen. */
export function deedOf(code, chosen, onList) {
  const row = ROW_DEEDS.find((each) => each.codes.includes(code) && chosen && each.when(chosen) && (onList || !each.focused));
  if (row) return row.name;
  const found = [...TICKET_DEEDS, UNDO, ...DESK_DEEDS].find((each) => each.codes.includes(code));
  return found ? found.name : null;
}
