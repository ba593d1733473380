// Signs that only the reception and the supervisor need, of the same line family as those in ../dom.js.

import { PATHS } from "../dom.js";

Object.assign(PATHS, {
  care: "M12 20s-7.500-4.600-7.500-10A4.200 4.200 0 0 1 12 7.300 4.200 4.200 0 0 1 19.500 10c0 5.400-7.500 10-7.500 10z",
  speak: "M4 6h16v11h-9l-4 3.500V17H4zM8 10h8M8 13.500h5",
  night: "M12 3.500v3M5.500 6.500l2 2M3 13h3M18 13h3M16.500 8.500l2-2M7.500 16a4.500 4.500 0 1 1 9 0M3 16.500h18M8 20h8",
  day: "M5 5h14v15H5zM5 9.500h14M9 3v4M15 3v4M9 14l2.200 2.200L15.500 12",
  swap: "M4 8h14l-4-4M20 16H6l4 4",
  alarm: "M12 3.500a6 6 0 0 0-6 6V15l-2 2.500h16L18 15V9.500a6 6 0 0 0-6-6zM10 20.500h4",
});
