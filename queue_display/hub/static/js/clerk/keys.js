// The table of all keys that `?` shows, made from the same tables that the keys come from.

import { DESK_DEEDS, TICKET_DEEDS, UNDO } from "./deed.js";
import { say } from "./words.js";

const rows = (deeds) => deeds.map((deed) => [deed.letter, say(deed.word)]);

/** `[{title, rows: [[key, words]]}]` */
export const keyTable = () => [
  { title: say("kb_at"), rows: [[say("key_space"), say("kb_main")], ...rows(TICKET_DEEDS), ...rows([UNDO])] },
  {
    title: say("kb_desk"),
    rows: [...rows(DESK_DEEDS), ["Q", say("cl_switch")], ["Y", say("kb_seen")], ["L", say("kb_language")], ["?", say("kb_help")]],
  },
  {
    title: say("kb_rows"),
    rows: [["1 2 3 4", say("kb_tabs")], ["↑ ↓", say("kb_list")], ["Enter", say("kb_enter")], ["U", say("kb_return")], ["M", say("kb_reopen")], ["T", say("kb_move")], ["I", say("reprint")], ["H", say("cancel")], ["Esc", say("never_mind")]],
  },
];
