// Further signs of the same line family as those in dom.js: reception, supervisor, the screen between calls.

import { PATHS } from "./dom.js";

Object.assign(PATHS, {
  care: "M12 20s-7.500-4.600-7.500-10A4.200 4.200 0 0 1 12 7.300 4.200 4.200 0 0 1 19.500 10c0 5.400-7.500 10-7.500 10z",
  clock: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17zM12 7v5l3.500 2",
  alarm: "M12 3.500a6 6 0 0 0-6 6V15l-2 2.500h16L18 15V9.500a6 6 0 0 0-6-6zM10 20.500h4",
});
